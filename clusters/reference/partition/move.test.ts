import { describe, expect, it } from 'vitest';
import type { BugName } from '../bugs.ts';
import type { Reply } from '../replica/types.ts';
import { Tables } from '../replica/tables.ts';
import { Move, type Phase } from './move.ts';

/** Two shards as their logs make them: n owns everything, keys are their own tokens. */
function shards() {
  const options = { tokenOf: (_table: string, key: string) => key };
  const source = new Tables(options);
  const target = new Tables(options);
  source.apply({ op: 'assign', ranges: [{ lo: '', hi: null }], state: 'owned', epoch: 1, peer: null });
  const of = (name: string): Tables => (name === 's1' ? source : target);
  return { source, target, of };
}

const PLAN = { from: 's1', to: 's2', ranges: [{ lo: 'g', hi: 'p' }] };
const write = (tables: Tables, key: string, v: number): Reply =>
  tables.apply({ op: 'write', table: 't', key, fields: { v } });
const read = (tables: Tables, key: string): Reply =>
  tables.answer({ op: 'read', table: 't', key, at: 'leader' });

/** Carries a move out; `meanwhile` hears of every phase before each of its steps; each step is done `times` times. */
function carryOut(
  move: Move,
  of: (shard: string) => Tables,
  meanwhile: (phase: Phase) => void = () => undefined,
  times = 1,
): void {
  for (let step = move.next(); step !== null; step = move.next()) {
    meanwhile(move.phase);
    const { shard, request } = step;
    let reply: Reply = { ok: true };
    for (let i = 0; i < times; i++) {
      reply =
        request.op === 'assign' || request.op === 'import'
          ? of(shard).apply(request)
          : of(shard).answer(request as Parameters<Tables['answer']>[0]);
    }
    if (!reply.ok) throw new Error(reply.message);
    move.answered(reply);
  }
}

describe('a move', () => {
  it('takes every row of its ranges, and no other, whatever is written meanwhile', () => {
    const { source, target, of } = shards();
    for (const key of 'abcghijkopqz') write(source, key, 1);
    let n = 1;
    carryOut(new Move(PLAN, 2, 2), of, () => {
      n += 1;
      for (const tables of [source, target]) write(tables, 'h', n);
      write(source, 'a', n);
    });
    for (const key of 'ghijko') {
      expect(read(target, key)).toMatchObject({ ok: true, partition: { epoch: 2 } });
      expect(read(source, key)).toMatchObject({ ok: false, code: 'moved', owner: { shard: 's2', epoch: 2 } });
    }
    for (const key of 'abcpqz') expect(read(target, key)).toMatchObject({ code: 'moved' });
    expect(target.size).toBe(6);
  });

  it('loses no acknowledged write: what the one took before, or the other after, is there', () => {
    const { source, target, of } = shards();
    let last = 0;
    let n = 0;
    carryOut(new Move(PLAN, 2, 1), of, () => {
      n += 1;
      for (const tables of [source, target]) if (write(tables, 'h', n).ok) last = n;
    });
    expect(read(target, 'h')).toMatchObject({ fields: { v: last } });
  });

  it('never has two owners: at each step at most one of them serves a key', () => {
    const { source, target, of } = shards();
    write(source, 'h', 1);
    const served: number[] = [];
    carryOut(new Move(PLAN, 2, 1), of, () =>
      served.push([source, target].filter((tables) => read(tables, 'h').ok).length),
    );
    expect(Math.max(...served)).toBe(1);
  });

  it('may be told everything twice, and by two operators one after the other', () => {
    const { source, target, of } = shards();
    for (const key of 'ghijk') write(source, key, 1);
    carryOut(new Move(PLAN, 2, 2), of, () => undefined, 2);
    expect(target.size).toBe(5);
    // An order of a move that is over changes nothing.
    source.apply({ op: 'assign', ranges: PLAN.ranges, state: 'copying', epoch: 2, peer: 's2' });
    target.apply({ op: 'assign', ranges: PLAN.ranges, state: 'arriving', epoch: 2, peer: 's1' });
    expect(read(target, 'g').ok).toBe(true);
    expect(read(source, 'g').ok).toBe(false);
  });

  it('survives a snapshot of either end in the middle', () => {
    const { source, target, of } = shards();
    for (const key of 'ghijk') write(source, key, 1);
    const options = { tokenOf: (_table: string, key: string) => key };
    const now = { s1: source, s2: target };
    const restarted = (name: string): Tables => {
      const end = name === 's1' ? 's1' : 's2';
      return (now[end] = new Tables(options, now[end].image()));
    };
    write(of('s1'), 'h', 2);
    carryOut(new Move(PLAN, 2, 2), restarted, () => write(now.s1, 'i', 7));
    expect(read(now.s2, 'h')).toMatchObject({ fields: { v: 2 } });
    expect(read(now.s2, 'i')).toMatchObject({ fields: { v: 7 } });
    expect(now.s2.size).toBe(5);
  });

  it.each<[BugName, string]>([
    ['key-lost-between-copy-and-hand-over', 'loses what was written while rows were copied'],
    ['double-ownership-at-hand-over', 'leaves two owners'],
    ['split-at-wrong-boundary', 'leaves two owners next to the boundary'],
  ])('with the defect %s it %s', (bug) => {
    const { source, target, of } = shards();
    write(source, 'h', 1);
    let last = 1;
    carryOut(new Move(PLAN, 2, 1, bug), of, (phase) => {
      if (phase === 'copy' && write(source, 'h', last + 1).ok) last += 1;
    });
    const lost = (read(target, 'h') as { fields?: { v?: number } }).fields?.v !== last;
    const shared = ['g', 'h'].some((key) => read(source, key).ok && read(target, key).ok);
    expect({ lost, shared }).toEqual(
      bug === 'key-lost-between-copy-and-hand-over' ? { lost: true, shared: false } : { lost, shared: true },
    );
  });
});
