import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './main.ts';
import { scratch } from './testing/alibi.ts';

let stderr = '';
let stdout = '';
beforeEach(() => {
  stderr = stdout = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
  vi.spyOn(process.stdout, 'write').mockImplementation(((text: string, done?: () => void) => {
    stdout += text;
    done?.();
    return true;
  }) as typeof process.stdout.write);
});
afterEach(() => void vi.restoreAllMocks());

/** One sentence on stderr, nothing on stdout, exit code 64. */
async function refused(args: string): Promise<string> {
  expect(await main(args.split(' ')), args).toBe(64);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1);
  expect(stderr).not.toMatch(/\bat .*\.[jt]s:\d+/);
  return stderr;
}

describe('what the user got wrong is one sentence and exit code 64:', () => {
  it.each([
    ['shrink results/fixtures/run-v1 --again 2/3', /--again .* goes with --schedule/],
    ['shrink results/fixtures/run-v1 --schedule --again 3/2', /--again 3\/2: write it as K\/N/],
    ['shrink results/fixtures/run-v1/history.jsonl --schedule', /is a file: --schedule makes a run again/],
    ['run postgrse', /Unknown cluster "postgrse"; did you mean postgres\?/],
    ['run postgres:asnyc', /Unknown configuration of postgres "asnyc"; did you mean async\?/],
    ['run postgres:async:x', /write cluster:configuration/],
    ['run postgres --image x', /--image x: only containers have images: take --world docker/],
    ['run redis --version 8', /--version 8: redis comes in one version, .* --image takes another/],
    ['run postgres --version 12', /--set version=12 of postgres: it takes 17, 18/],
    ['run postgres --version 18 --set version=17', /--version 18 and --set version=17: name it once/],
    ['run postgres --workload sset', /Unknown workload "sset"; did you mean set\?/],
    ['run postgres --nemesis kil:one', /Unknown fault "kil"; did you mean kill\?/],
    ['run postgres --nemesis kill:n7', /no target or node "n7" \(nodes: n1, n2, n3\)/],
    ['run postgres --nemesis kill:one,kill:one', /named twice/],
    ['run postgres --nemesis clock:one:+5s', /clock:one:\+5s cannot reach postgres in the process world/],
    ['run reference --set ack=never', /it takes async, semi-sync, first, any, sync/],
    ['run reference --set acck=sync', /Unknown setting "acck".*did you mean ack\?/],
    ['run reference --set ack', /write it as name=value/],
    ['run reference --time abc', /--time takes a number greater than 0/],
    ['run reference --concurrency 1.5', /--concurrency takes a whole number/],
    [
      'run reference --nemesis kill:one --time 2 --fault-for 3',
      /has no room for a fault of 3 s.*use --time 10/,
    ],
    ['run reference --nemesis kill:one --fault-for 5 --fault-every 5', /leaves no time between faults/],
    ['run reference --seeds 5..1', /the last comes before the first/],
    ['run reference --seeds five', /write it as FIRST..LAST/],
    ['run reference --until violation', /--until goes with --seeds/],
    ['run reference --consistency linearisable', /unknown model "linearisable"; did you mean linearizable\?/],
    [
      'run reference:partitioned-ring --set weights=1,0',
      /"0" of s2 is no weight; use a whole number from 1 up/,
    ],
    [
      'run reference:partitioned-directory --set boundaries=c=s1',
      /no partition holds the tokens \[begin, "c"\)/,
    ],
    ['run reference:partitioned-range --set boundaries=m,c', /the ranges 1 and 2 would overlap/],
    ['run reference:partitioned-index-local --set indexOn=colour', /rows have no field "colour" to index/],
    [
      'run reference:partitioned-ring --set ack=semi-sync',
      /a partition has 1 replica: use replicas=2 or more/,
    ],
    ['run reference:partitioned-leaderless --set n=5', /n=5 asks for more nodes to hold a row than the 3/],
    ['run reference --wrld process', /wrld/],
    ['check no-such-file', /There is no file or run directory no-such-file/],
    ['check package.json --budget -3', /--budget takes a whole number greater than 0/],
    ['check package.json --budget many', /--budget takes a whole number greater than 0/],
    ['check package.json --model nosuch', /unknown model "nosuch".*; a model of your own is a file/],
    ['check . --model set', /--model is for history files: the run directory \. says itself/],
    ['check . --cas-fail mismatch', /--cas-fail is for history files/],
    ['frobnicate', /./],
    ['list clustres', /clustres/],
    ['campaign no-such.yaml', /Cannot read the campaign file no-such.yaml/],
  ])('%s', async (args, message) => {
    expect(await refused(args)).toMatch(message);
  });
});

describe('a bare history file', () => {
  const event = (process: number, type: string, f: string, value: unknown, time: number) =>
    JSON.stringify({ process, type, f, key: null, value, time });
  const file = (...lines: string[]) => {
    const path = join(scratch(), 'history.jsonl');
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    return path;
  };
  const written = [event(0, 'invoke', 'write', 1, 0), event(0, 'ok', 'write', 1, 1)];
  const read = (value: unknown) => [event(1, 'invoke', 'read', null, 2), event(1, 'ok', 'read', value, 3)];

  it('that is linearizable is valid; one that is not is a violation by name', async () => {
    expect(await main(['check', file(...written, ...read(1)), '--json'])).toBe(0);
    stdout = '';
    expect(await main(['check', file(...written, ...read(null)), '--json'])).toBe(1);
    const document = JSON.parse(stdout) as {
      outcome: string;
      anomalies: { name: string; status: string; witness: number[] }[];
    };
    expect(document).toMatchObject({ version: 1, outcome: 'violation' });
    expect(document.anomalies[0]).toMatchObject({
      name: 'stale-read',
      status: 'violation',
      witness: [0, 1, 2, 3],
    });
  });

  it('that holds nothing, or breaks off in a line, is refused with its place', async () => {
    const nothing = file();
    expect(await refused(`check ${nothing}`)).toBe(`alibi: ${nothing}:1:1: there is nothing in this file\n`);
    stderr = '';
    const cut = file(...written);
    writeFileSync(cut, written.join('\n').slice(0, -5));
    expect(await refused(`check ${cut}`)).toContain(
      `${cut}:2:${written[1].length - 4}: the file ends in the middle`,
    );
  });

  it('in which nothing completed is unknown and never valid', async () => {
    expect(await main(['check', file(event(0, 'invoke', 'write', 1, 0))])).toBe(2);
    expect(
      await main(['check', file(event(0, 'invoke', 'write', 1, 0), event(0, 'fail', 'write', 1, 1))]),
    ).toBe(2);
  });

  it('that is malformed is refused with file, line and column', async () => {
    const path = file(...written, event(7, 'ok', 'read', 1, 4), ...read(1));
    expect(await refused(`check ${path}`)).toContain(`${path}:3:`);
  });

  it('is judged by exactly what was asked', async () => {
    const stale = file(...written, ...read(null));
    expect(await main(['check', stale, '--consistency', 'read-your-writes'])).toBe(0);
  });

  it('gets a page whenever it parses', async () => {
    const page = join(scratch(), 'page.html');
    await main(['check', file(...written, ...read(null)), '--report', page]);
    expect(stdout).toContain(page);
  });
});

describe('the lists', () => {
  it.each(['clusters', 'workloads', 'nemeses', 'checkers', 'anomalies', 'guarantees', 'matrix'])(
    '%s are arrays of names and titles',
    async (what) => {
      expect(await main(['list', what, '--json'])).toBe(0);
      const entries = JSON.parse(stdout) as { name: string; title: string }[];
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries)
        expect(entry).toMatchObject({
          name: expect.any(String) as string,
          title: expect.any(String) as string,
        });
    },
  );

  it('give every configuration its claim', async () => {
    await main(['list', 'clusters', '--json']);
    const clusters = JSON.parse(stdout) as {
      configurations: { claim: { guarantee: string[]; source: string } }[];
    }[];
    for (const { claim } of clusters.flatMap((c) => c.configurations)) {
      expect(claim.guarantee.length).toBeGreaterThan(0);
      expect(claim.source).not.toBe('');
    }
  });
});
