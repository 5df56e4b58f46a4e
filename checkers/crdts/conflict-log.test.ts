import { expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { Json } from '../../harness/history/event.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import { conflictLog } from './conflict-log.ts';

const read = (script: Script, saw: Json, node = 'n1'): Script => script.op(5, 'read', null, { saw, node });
const ending = (script: Script, standing: Json, log: Json, settled = true): Script => {
  read(script.phase('quiesce').settled(settled).phase('final'), standing);
  return script.op(6, 'conflicts', null, { saw: log, node: 'n1' });
};
const verdictOf = (script: Script) => conflictLog.check(historyOf(script.events), {});
const named = async (script: Script) => (await verdictOf(script)).findings.map(({ name }) => name);

const written = (): Script => new Script().op(1, 'write', 1).op(2, 'write', 2).op(3, 'write', 3);
const resolved = (versions: Json, ...replaced: Json[]): Json => ({
  versions,
  resolutions: replaced.map((each) => ({ by: 3, replaced: each })),
});

it('accepts a log that has every version and what replaced it', async () => {
  const script = read(written(), [1, 2]);
  expect(await verdictOf(ending(script, [3], resolved([1, 2], [1, 2])))).toMatchObject({
    valid: true,
    findings: [],
  });
  expect(await named(ending(read(written(), [1, 2]), [1, 2], resolved([1, 2])))).toEqual([]);
  expect(await named(ending(read(written(), [1]), [3], null))).toEqual([]);
});

it('names a version that stood beside another and was not kept', async () => {
  const script = ending(read(written(), [1, 2]), [3], resolved([1], [1]));
  const { valid, findings } = await verdictOf(script);
  expect(valid).toBe(false);
  expect(findings).toMatchObject([
    {
      name: 'unlogged-version',
      certain: true,
      explanation: expect.stringMatching(/^2 stood beside another version \(#7 at n1\)/) as string,
    },
  ]);
  expect(await named(ending(read(written(), [1, 2]), [3], null))).toEqual(['unlogged-version']);
});

it('names a version that was replaced, nobody says by what', async () => {
  const log = resolved([1, 2], [1]);
  expect(await named(ending(read(written(), [1, 2]), [3], log))).toEqual(['unrecorded-resolution']);
  // What is still on its way may replace it after the log was read, or stand again.
  expect(await named(ending(read(written(), [1, 2]), [3], log, false))).toEqual([]);
});

it('holds a node to its own log only, and does not know of one that was not asked', async () => {
  const script = ending(read(written(), [1, 2], 'n2'), [3], resolved([]));
  expect(await verdictOf(script)).toMatchObject({ valid: 'unknown', findings: [] });
  expect(await verdictOf(read(written(), [1]))).toMatchObject({ valid: 'unknown' });
});
