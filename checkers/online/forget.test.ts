import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import { forgetReads, forgetRepeats, forgetValues, type Forget } from './forget.ts';

/** Numbers of the events that stay, null when all do. */
const kept = (forget: Forget, events: readonly EventInput[]): number[] | null => {
  const keep = forget(historyOf(events), null);
  return keep && [...keep].flatMap((stays, i) => (stays === 1 ? [i] : []));
};
const open = (process: number, f: string, value: Json = null): EventInput => ({
  ...{ time: 0, process, type: 'invoke', f, key: null, value },
});
const read = (script: Script, ...values: Json[]): Script => {
  for (const saw of values) script.op(2, 'read', null, { saw });
  return script;
};

describe('of a register', () => {
  it('a value is over once another was written after it', () => {
    const script = new Script().op(1, 'write', 1).op(1, 'write', 2).op(1, 'write', 3);
    expect(kept(forgetValues, script.events)).toEqual([4, 5]);
    const seen = read(new Script().op(1, 'write', 1).op(1, 'write', 2), 2, 2).op(1, 'write', 3);
    expect(kept(forgetValues, seen.events)).toEqual([8, 9]);
  });
  it('a value that overlapped the one that is left is over with it', () => {
    const both = [open(1, 'write', 1), open(2, 'write', 2)];
    const [two, one] = both.map((e): EventInput => ({ ...e, type: 'ok' })).reverse();
    const events = read(new Script(), 1).events;
    expect(kept(forgetValues, [...both, two, one, ...events])).toEqual([0, 3, 4, 5]);
  });
  it('of one that is not, its writer and who saw it last stay', () => {
    expect(kept(forgetValues, read(new Script().op(1, 'write', 1), 1, 1, 1).events)).toEqual([0, 1, 6, 7]);
  });
  it('no value is over for an operation that began before it was replaced', () => {
    const { events } = read(new Script().op(1, 'write', 1).op(1, 'write', 2), 2, 2).op(1, 'write', 3);
    expect(kept(forgetValues, [open(7, 'write', 9), ...events])).toEqual([0, 1, 2, 3, 4, 7, 8, 9, 10]);
    // Begun after 2 was there, before 3 was: 1 is over, 2 is not.
    const midway = [...events.slice(0, 6), open(7, 'read'), ...events.slice(6)];
    expect(kept(forgetValues, midway)).toEqual([2, 3, 6, 7, 8, 9, 10]);
  });
  it('values that compare-and-sets made of each other are over together', () => {
    const chain = new Script().op(1, 'write', 1).op(1, 'cas', [1, 2]).op(1, 'cas', [2, 3]);
    expect(kept(forgetValues, read(chain, 3).events)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(kept(forgetValues, read(chain.op(1, 'write', 5), 5).events)).toEqual([8, 9, 10, 11]);
  });
  it('what may still take effect stays, what failed goes, and refusals with what was open then', () => {
    const one = (type: 'info' | 'fail') =>
      new Script().op(1, 'write', 1).op(2, 'write', 8, { type }).op(1, 'write', 2).events;
    expect(kept(forgetValues, one('info'))).toEqual([2, 3, 4, 5]);
    expect(kept(forgetValues, one('fail'))).toEqual([4, 5]);
    const { events } = new Script().op(1, 'write', 1).op(2, 'cas', [7, 8], { saw: false });
    expect(kept(forgetValues, events)).toEqual([0, 1]);
    expect(kept(forgetValues, [open(7, 'write', 9), ...events])).toEqual([0, 1, 2, 3, 4]);
  });
  it('marks of the harness stay', () => {
    const script = new Script().op(1, 'write', 1).phase('quiesce').op(1, 'write', 2);
    expect(kept(forgetValues, script.events)).toEqual([2, 3, 4]);
  });
  it('nothing is forgotten where values are not unique, or it is no register', () => {
    expect(kept(forgetValues, new Script().op(1, 'write', 1).op(1, 'write', 1).events)).toBe(null);
    expect(kept(forgetValues, new Script().op(1, 'append', 1).events)).toBe(null);
  });
});

it('of a session’s reads of one value in a row the first and the last stay', () => {
  const script = new Script().op(2, 'write', 1);
  read(script, 1, 1, 1).op(3, 'read', null, { saw: 1 });
  read(script, 1, 2, 1, 1, 1).op(2, 'write', 3);
  read(script, 1, 1);
  const forgotten = [4, 5, 6, 7, 16, 17];
  const all = script.events.map((_, i) => i);
  expect(kept(forgetRepeats, script.events)).toEqual(all.filter((i) => !forgotten.includes(i)));
  // Failed reads saw nothing: they end no row and are in none.
  const failing = read(read(new Script(), 1).op(2, 'read', null, { type: 'fail' }), 1, 1, 1);
  expect(kept(forgetRepeats, failing.events)).toEqual([0, 1, 2, 3, 4, 5, 8, 9]);
});

it('of the reads of a set each node’s last stays, and all that was added', () => {
  const saw = (script: Script, node: string): Script => script.op(2, 'read', null, { saw: [1], node });
  const script = saw(saw(saw(new Script().op(1, 'add', 1), 'n1'), 'n2'), 'n1');
  saw(script.op(2, 'read', null, { type: 'fail', node: 'n1' }), 'n2').settled();
  expect(kept(forgetReads, script.events)).toEqual([0, 1, 6, 7, 8, 9, 10, 11, 12]);
});
