import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Regressions } from './campaign/regressions.ts';
import { alibi, scratch } from './testing/alibi.ts';

/** A night over one configuration, with or without a defect of the reference store switched on. */
async function night(cwd: string, out: string, bug: 'none' | 'ack-before-quorum', options: string[] = []) {
  writeFileSync(
    join(cwd, `${out}.yaml`),
    `
name: nightly
matrix:
  configurations: [{ name: store, base: 'reference:sync', settings: { bug: ${bug} } }]
  workloads: [set]
  faults: ['cut-standbys,failover']
  seeds: 1..5
options: { world: sim, time: 12, rate: 100 }
`,
  );
  const said = await alibi(['campaign', `${out}.yaml`, '--out', out, '--jobs', '1', ...options], cwd);
  const file = (name: string) => readFileSync(join(cwd, out, name), 'utf8');
  const changes = () => (JSON.parse(file('changes.json')) as Regressions).findings;
  return { ...said, file, changes };
}

describe('nights with a baseline', () => {
  it('tell an injected regression as the one new finding, a known one as known, and a cured one as fixed', async () => {
    const cwd = scratch();
    await night(cwd, 'first', 'none');
    const second = await night(cwd, 'second', 'ack-before-quorum', ['--baseline', 'first']);
    expect(second.code).toBe(1);
    expect(second.changes()).toMatchObject([
      {
        change: 'new',
        anomaly: 'lost-acknowledged-write',
        configuration: 'store',
        before: { hits: 0, runs: 5 },
      },
    ]);
    expect(second.file('summary.md')).toMatch(
      /\| new \| lost-acknowledged-write \| store · set \| 0 of 5 runs/,
    );
    expect(second.file('annotations.txt')).toMatch(/^::error title=new%3A lost-acknowledged-write::/);
    expect(second.file('junit.xml')).toMatch(
      /<testsuite name="store · set" tests="5" failures="[1-5]" errors="0"/,
    );
    const known = ['--baseline', 'second', '--fail-on', 'new'];
    const third = await night(cwd, 'third', 'ack-before-quorum', known);
    expect([third.code, third.changes().map((one) => one.change)]).toEqual([0, ['known']]);
    const cured = await night(cwd, 'cured', 'none', known);
    expect([cured.code, cured.changes().map((one) => one.change)]).toEqual([0, ['fixed']]);
  });

  it('do not fail for what somebody accepted, and do once the acceptance has run out', async () => {
    const cwd = scratch();
    await night(cwd, 'first', 'none');
    const accepted = (expires: string) =>
      writeFileSync(
        join(cwd, 'known.yaml'),
        `known: [{ anomaly: lost-acknowledged-write, configuration: store, reason: ticket 7, expires: ${expires} }]`,
      );
    const options = ['--baseline', 'first', '--fail-on', 'new'];
    accepted('2999-12-31');
    expect((await night(cwd, 'accepted', 'ack-before-quorum', options)).code).toBe(0);
    accepted('2020-01-01');
    const expired = await night(cwd, 'expired', 'ack-before-quorum', options);
    expect(expired.code).toBe(1);
    expect(expired.file('summary.md')).toContain('was accepted until 2020-01-01: ticket 7');
  });
});

it.each([
  [['--fail-on', 'new'], /name them with --baseline/],
  [['--baseline', 'nowhere'], /There is no baseline nowhere/],
  [['--baseline', '.'], /holds neither a run, nor a campaign/],
  [['--known', 'known.yaml'], /it goes with --baseline/],
])('%j is refused before anything is made', async (options, why) => {
  const { code, stderr } = await night(scratch(), 'out', 'none', options);
  expect(code).toBe(64);
  expect(stderr).toMatch(why);
});
