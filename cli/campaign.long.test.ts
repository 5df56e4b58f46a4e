import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CampaignResults, CampaignTimings } from './campaign/summary.ts';
import { alibi, scratch, start, type Said } from './testing/alibi.ts';

const SIMULATED = 'options: { world: sim, time: 2, rate: 50, concurrency: 4 }';
/** Two configurations, of which one breaks what it is held to. */
const TWO = `
matrix:
  configurations:
    - reference:sync
    - { name: roaming, base: 'reference:async', consistency: [read-your-writes], time: 12, rate: 100 }
  workloads: [session]
  faults: [none, cut-standbys]
  seeds: 1..2
exclude: [{ faults: cut-standbys, configuration: 'reference:sync' }]
options: { world: sim, time: 2, rate: 50, concurrency: 4 }
retries: 3
`;

interface Made extends Said {
  readonly directory: string;
  readonly results: CampaignResults;
}

/** Makes the campaign of this text, in `cwd/out`. */
async function campaign(text: string, options: string[] = [], cwd = scratch(), env = {}): Promise<Made> {
  writeFileSync(join(cwd, 'c.yaml'), text);
  const said = await alibi(['campaign', 'c.yaml', '--out', 'out', ...options], cwd, env);
  const directory = join(cwd, 'out');
  return { ...said, directory, results: read(directory, 'results.json') as CampaignResults };
}

function read(directory: string, name: string): unknown {
  const path = join(directory, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

describe('a campaign', () => {
  it('ends with 1 for a violation that nobody expected, told first, and never made again', async () => {
    const { code, stdout, directory, results } = await campaign(TWO);
    expect(code).toBe(1);
    const summary = readFileSync(join(directory, 'summary.md'), 'utf8');
    expect(stdout).toContain(summary);
    expect(summary.indexOf('## Not as expected (2)')).toBeLessThan(summary.indexOf('## Cells'));
    expect(summary).toContain('**roaming · session · cut-standbys**, seed 1');
    expect(results.cells.map((cell) => cell.outcomes)).toEqual([
      { valid: 2 },
      { valid: 2 },
      { violation: 2 },
    ]);
    const { rows } = read(directory, 'timings.json') as CampaignTimings;
    expect(Object.values(rows).map((row) => row.attempts)).toEqual(Array(6).fill(1));
    const [run] = results.cells[2].runs;
    const files = readdirSync(join(directory, 'runs', run.key)).sort();
    expect(files).toEqual(['history.jsonl.gz', 'report.html', 'results.json', 'row.json', 'run.json']);
    const [dull] = results.cells[0].runs;
    expect(readdirSync(join(directory, 'runs', dull.key)).sort()).toEqual([
      'results.json',
      'row.json',
      'run.json',
    ]);
    // What is kept is a run directory like any other.
    expect((await alibi(['check', join(directory, 'runs', run.key)], directory)).code).toBe(1);
  });

  it('makes configurations of the user’s own, and holds them to the user’s own claim', async () => {
    const cwd = scratch();
    const own = (howMany: number) => `
configurations:
  mine:
    base: reference:async
    claim:
      guarantee: [linearizable]
      tolerates: { faults: [cut-standbys], howMany: ${howMany} }
      source: our handbook
`;
    const text = `
matrix: { configurations: [mine, 'reference:async'], workloads: [register], faults: [cut-standbys], seeds: 1 }
options: { world: sim, time: 12, rate: 100 }
`;
    writeFileSync(join(cwd, 'alibi.yaml'), own(1));
    const strict = await campaign(text, [], cwd);
    expect(strict.results.cells.map((cell) => cell.outcomes)).toEqual([{ violation: 1 }, { valid: 1 }]);
    writeFileSync(join(cwd, 'alibi.yaml'), own(0));
    const changed = await campaign(text, ['--resume'], cwd);
    const keysOf = ({ results }: Made) => results.cells.map((cell) => cell.runs[0].key);
    expect(keysOf(changed)[0]).not.toBe(keysOf(strict)[0]);
    expect(keysOf(changed)[1]).toBe(keysOf(strict)[1]);
    expect(changed.results.cells[0].outcomes).toEqual({ valid: 1 });
  });

  it('ends with 0 when everything came as expected, and with 1 when an expectation was not met', async () => {
    const met = `${TWO}expect: [{ configuration: roaming, faults: cut-standbys, outcome: violation, anomalies: [read-your-writes] }]`;
    expect((await campaign(met)).code).toBe(0);
    const unmet = `${TWO.replace('[session]', '[session]')}expect: [{ outcome: valid }, { configuration: roaming, faults: cut-standbys, outcome: violation, anomalies: [lost-acknowledged-write] }]`;
    const { code, results } = await campaign(unmet);
    expect(code).toBe(1);
    expect(results.cells[2].surprises[0].why).toBe(
      'expected to see lost-acknowledged-write, which it did not',
    );
  });

  it('ends with 2 when a run proves nothing, and when the budget left runs unmade', async () => {
    const idle = `include: [{ configuration: 'reference:sync', workload: set, seeds: 1 }]\noptions: { world: sim, nodes: 1, time: 1, rate: 1 }`;
    const inconclusive = await campaign(idle);
    expect([inconclusive.code, inconclusive.results.totals['inconclusive']]).toEqual([2, 1]);
    const short = `include: [{ configuration: 'reference:sync', workload: set, seeds: 1..5 }]\n${SIMULATED}\nbudget: { runs: 2 }`;
    const unmade = await campaign(short);
    expect(unmade.code).toBe(2);
    expect(unmade.results.totals).toMatchObject({ valid: 2, 'not-made': 3 });
  });

  it('ends with 3 when a cell always breaks: after its retries, with the reason, and the others are made', async () => {
    const text = `
include:
  - { configuration: 'postgres:async', workload: set, seeds: 1, world: docker }
  - { configuration: 'reference:sync', workload: set, seeds: 1..3 }
${SIMULATED}
retries: 2
`;
    // Nobody listens there.
    const { code, results, directory } = await campaign(text, [], scratch(), {
      DOCKER_HOST: 'tcp://127.0.0.1:9',
    });
    expect(code).toBe(3);
    expect(results.totals).toMatchObject({ error: 1, valid: 3 });
    const [broken] = results.cells[0].runs;
    expect(broken.reason).toMatch(/Docker/);
    expect((read(directory, 'timings.json') as CampaignTimings).rows[broken.key].attempts).toBe(3);
  });

  it('resumed makes what is missing or changed, and nothing else', async () => {
    const cwd = scratch();
    const first = await campaign(TWO, [], cwd);
    const rowOf = (i: number): string =>
      join(first.directory, 'runs', first.results.cells[i].runs[0].key, 'row.json');
    rmSync(rowOf(0));
    writeFileSync(rowOf(1), '{"torn');
    const resumed = await campaign(TWO, ['--resume'], cwd);
    expect(resumed.results).toEqual(first.results);
    expect(linesOf(resumed)).toHaveLength(2);
    const changed = await campaign(TWO.replace('rate: 100 }', 'rate: 90 }'), ['--resume'], cwd);
    expect(linesOf(changed).filter((line) => line.includes('roaming'))).toHaveLength(4);
    expect(linesOf(changed)).toHaveLength(4);
  });

  it('with --json prints results.json and nothing besides', async () => {
    const { stdout, results } = await campaign(
      `include: [{ configuration: 'reference:sync', workload: set, seeds: 1 }]\n${SIMULATED}`,
      ['--json'],
    );
    expect(JSON.parse(stdout)).toEqual(results);
  });

  it('that is killed leaves no worker behind', async () => {
    const cwd = scratch();
    writeFileSync(
      join(cwd, 'c.yaml'),
      `include: [{ configuration: 'reference:sync', workload: set, seeds: 1..500 }]\n${SIMULATED}`,
    );
    const { child, said } = start(['campaign', 'c.yaml', '--out', 'out', '--jobs', '2'], cwd);
    const label = `ALIBI_RUN=campaign ${join(cwd, 'out')}`;
    await until(
      () => existsSync(join(cwd, 'out', 'runs')) && readdirSync(join(cwd, 'out', 'runs')).length > 3,
    );
    expect(labelled(label).length).toBe(2);
    child.kill('SIGKILL');
    await said;
    await until(() => labelled(label).length === 0);
  });
});

describe('a campaign that cannot begin says so in one sentence and ends with 64:', () => {
  const tiny = `include: [{ configuration: 'reference:sync', workload: set, seeds: 1 }]\n${SIMULATED}`;
  it.each([
    ['no file', ['campaign'], /Name a campaign file, or use --schema/],
    ['no such file', ['campaign', 'none.yaml'], /Cannot read the campaign file none\.yaml: ENOENT/],
    ['bad YAML', ['campaign', 'bad.yaml'], /bad\.yaml:1:\d+: /],
    ['no jobs', ['campaign', 'c.yaml', '--jobs', '0'], /--jobs takes a whole number greater than 0/],
    ['nowhere to resume', ['campaign', 'c.yaml', '--resume'], /name it with --out/],
    [
      'a directory with something else',
      ['campaign', 'c.yaml', '--out', '.'],
      /is not empty: name a new directory/,
    ],
    ['10^7 runs', ['campaign', 'huge.yaml'], /The campaign has 10000000 runs, more than 100000/],
  ])('%s', async (_, args, said) => {
    const cwd = scratch();
    writeFileSync(join(cwd, 'c.yaml'), tiny);
    writeFileSync(join(cwd, 'bad.yaml'), 'name: [');
    writeFileSync(join(cwd, 'huge.yaml'), tiny.replace('seeds: 1', 'seeds: 1..10000000'));
    const { code, stderr, stdout } = await alibi(args, cwd);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(/^alibi: [^\n]+\n$/);
    expect(stderr).toMatch(said);
  });

  it('a directory that holds a campaign, or whose campaign is under way', async () => {
    const { directory, code } = await campaign(tiny);
    expect(code).toBe(0);
    const cwd = join(directory, '..');
    const again = await alibi(['campaign', 'c.yaml', '--out', 'out'], cwd);
    expect([again.code, again.stderr]).toEqual([64, expect.stringContaining('use --resume')]);
    const mine = readFileSync('/proc/self/stat', 'utf8').split(' ')[21];
    writeFileSync(join(directory, 'owner.json'), JSON.stringify({ pid: process.pid, start: Number(mine) }));
    const other = await alibi(['campaign', 'c.yaml', '--out', 'out', '--resume'], cwd);
    expect([other.code, other.stderr]).toEqual([
      64,
      expect.stringContaining(`Process ${process.pid} is making`),
    ]);
  });
});

/** The lines of progress: one a run that was made. */
function linesOf({ stderr }: Said): string[] {
  return stderr.split('\n').filter((line) => /^\d+\/\d+ /.test(line));
}

function labelled(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(text);
    } catch {
      return false;
    }
  });
}

async function until(done: () => boolean): Promise<void> {
  for (let waited = 0; !done(); waited += 20) {
    if (waited > 30_000) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
