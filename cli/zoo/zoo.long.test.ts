import { describe, expect, it } from 'vitest';
import { BUGS } from '../../clusters/reference/bugs.ts';
import { MemorySink } from '../../harness/history/writer.ts';
import { isWitnessed } from '../lab/witness.ts';
import { resolveRun } from '../run/config.ts';
import { metaOf } from '../run/describe.ts';
import { simulateRun } from '../run/simulate.ts';
import { judgeRun } from '../check/judge-run.ts';
import { Lab } from '../lab/pool.ts';
import { alibi, scratch } from '../testing/alibi.ts';
import { pairOf, withBug } from './specimen.ts';
import { zooTable } from './table.ts';
import { examine, seedsUntil } from './zoo.ts';

const bug = BUGS.get('truncate-acknowledged')!;

describe('the zoo', () => {
  it('counts from each seed how many it takes to the next catch, around the end', () => {
    expect(seedsUntil([true, true])).toEqual([1, 1]);
    expect(seedsUntil([false, true, false, false])).toEqual([2, 1, 4, 3]);
    expect(seedsUntil([false, false])).toEqual([]);
  });

  it('says how often a bug is caught, and that the same seeds are green without it', async () => {
    const lab = new Lab(1);
    const [examined] = await examine([bug], ['1', '2'], lab, () => undefined);
    expect(examined).toMatchObject({
      name: 'truncate-acknowledged',
      strategy: 'single-leader',
      expected: 'lost-acknowledged-write',
      caught: true,
      found: { 'lost-acknowledged-write': 2 },
      catchRate: 1,
      firstSeed: '1',
      seedsToCatch: { p50: 1, p95: 1 },
      without: { valid: 2 },
      replay: 'alibi run reference --bug truncate-acknowledged --seed 1',
    });
    expect(zooTable([examined])).toContain('| ✓   | truncate-acknowledged | single-leader');
  }, 60_000);

  it('is one JSON document with the same fields for each bug, whether a run or a walk shows it', async () => {
    const names = ['truncate-acknowledged', 'vote-twice-after-restart'];
    const asked = names.flatMap((name) => ['--bug', name]);
    const { code, stdout } = await alibi(['zoo', ...asked, '--seeds', '1', '--json'], scratch());
    expect(code).toBe(0);
    const { bugs } = JSON.parse(stdout) as { bugs: Record<string, unknown>[] };
    const fields = {
      strategy: expect.any(String) as string,
      expected: expect.any(String) as string,
      caught: true,
      found: expect.any(Object) as object,
      catchRate: 1,
      firstSeed: '1',
      seedsToCatch: { p50: 1, p95: 1 },
    };
    expect(bugs).toMatchObject([
      { name: names[0], ...fields, replay: `alibi run reference --bug ${names[0]} --seed 1` },
      { name: names[1], ...fields, replay: `alibi zoo --bug ${names[1]} --seeds 1` },
    ]);
  }, 60_000);

  it('catches nothing where the bug is not there', async () => {
    const lab = new Lab(1);
    const harmless = { ...bug, profile: { ...bug.profile, nemesis: '' } };
    const [examined] = await examine([harmless], ['1'], lab, () => undefined);
    expect(examined).toMatchObject({ caught: false, catchRate: 0, firstSeed: null, seedsToCatch: null });
  }, 60_000);

  it('leaves the sound run everything but the bug', () => {
    const { ill, sound } = pairOf(bug, '7');
    expect(ill.settings).toEqual({ bug: 'truncate-acknowledged' });
    expect(sound).toEqual({ ...ill, settings: {} });
  });

  it('takes the profile of --bug, and what the user asked for before it', () => {
    expect(withBug('promote-least-advanced', { cluster: 'reference', seed: '9', rate: 50 })).toMatchObject({
      configuration: 'semi-sync',
      nemesis: 'partition:n4,failover',
      nodes: 4,
      world: 'sim',
      seed: '9',
      rate: 50,
      settings: { bug: 'promote-least-advanced' },
    });
    expect(() => withBug('no-fsink', { cluster: 'reference' })).toThrow(
      'Unknown bug "no-fsink"; did you mean no-fsync?',
    );
    expect(() =>
      resolveRun(withBug('no-fsync', { cluster: 'reference', configuration: 'multi-leader-lww' })),
    ).toThrow('bug no-fsync is one of single-leader replication, not of multi-leader');
  });

  it('takes a witness for what it shows by itself, and for nothing else', async () => {
    const run = resolveRun(pairOf(bug, '1').ill);
    const memory = new MemorySink();
    await simulateRun(run, memory);
    const history = memory.history();
    const meta = metaOf(run, 'test');
    const { anomalies } = await judgeRun(meta, history, null);
    const lost = anomalies.find(({ name }) => name === 'lost-acknowledged-write')!;
    expect(await isWitnessed(history, lost, meta)).toBe(true);
    expect(await isWitnessed(history, { ...lost, name: 'stale-read' }, meta)).toBe(false);
    expect(await isWitnessed(history, { ...lost, witness: [] }, meta)).toBe(false);
    expect(await isWitnessed(history, { ...lost, witness: [...lost.witness].reverse() }, meta)).toBe(false);
  }, 60_000);
});
