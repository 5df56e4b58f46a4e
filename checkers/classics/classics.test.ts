import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import type { Checker, Verdict } from '../types.ts';
import { causalReverse } from './causal-reverse.ts';
import { fifoQueue } from './fifo-queue.ts';
import { lockSafety } from './lock-safety.ts';
import { log } from './log.ts';
import { longFork } from './long-fork.ts';
import { monotonic } from './monotonic.ts';
import { setFull } from './set-full.ts';
import { CLASSICS } from './testing/definitions.ts';
import { fuzzAgainst, fuzzQueues } from './testing/fuzz.ts';
import { fuzzRuns } from '../testing/runs.ts';

const check = (checker: Checker, events: readonly EventInput[]): Verdict =>
  checker.check(historyOf(events), {}) as Verdict;
const named = (checker: Checker, script: Script): string[] =>
  check(checker, script.events).findings.map((f) => (f.certain ? f.name : `possible ${f.name}`));

describe('fifo-queue', () => {
  const queue = (...outs: (number | null)[]): Script => {
    const script = new Script().op(1, 'enqueue', 1).op(1, 'enqueue', 2);
    for (const saw of outs) script.op(2, 'dequeue', null, { saw });
    return script;
  };
  it('is valid in order, and says so of an empty queue', () => {
    expect(check(fifoQueue, queue(1, 2, null).events)).toMatchObject({ valid: true });
  });
  it('names each way in which a queue fails', () => {
    expect(check(fifoQueue, queue(2, 1).events)).toMatchObject({
      valid: false,
      findings: [{ name: 'queue-order', witness: [1, 2, 3, 5, 7] }],
    });
    expect(named(fifoQueue, queue(2))).toEqual(['queue-order']);
    expect(named(fifoQueue, queue(1, 1))).toEqual(['duplicate-delivery']);
    expect(named(fifoQueue, queue(9))).toEqual(['unexpected-element']);
    expect(named(fifoQueue, queue(null))).toEqual(['false-empty']);
    const failed = new Script().op(1, 'enqueue', 1, { type: 'fail' }).op(2, 'dequeue', null, { saw: 1 });
    expect(named(fifoQueue, failed)).toEqual(['failed-write-visible']);
  });
  it('proves an empty queue wrong by elements that hand over to each other', () => {
    const dequeue = { process: 3, f: 'dequeue' };
    const script = new Script().op(1, 'enqueue', 1);
    script.events.push({ ...dequeue, time: 0, type: 'invoke' });
    script.op(1, 'enqueue', 2).op(2, 'dequeue', null, { saw: 1 });
    script.events.push({ ...dequeue, time: 0, type: 'ok', value: null });
    expect(check(fifoQueue, script.events).findings).toMatchObject([
      { name: 'false-empty', witness: [1, 4, 6, 7] },
    ]);
  });
  it('lets indeterminate dequeues have what is missing, and searches for an order if that does not explain it', () => {
    const lost = (script: Script): Script => script.op(3, 'dequeue', null, { type: 'info' });
    expect(check(fifoQueue, lost(queue()).op(2, 'dequeue', null, { saw: 2 }).events)).toMatchObject({
      valid: true,
      stats: { searched: 0 },
    });
    const neither = lost(queue()).op(2, 'dequeue', null, { saw: null });
    expect(check(fifoQueue, neither.events)).toMatchObject({
      valid: false,
      findings: [{ name: 'non-linearizable', witness: [0, 1, 2, 3, 4, 6, 7] }],
    });
    const verdict = fifoQueue.check(historyOf(neither.events), { budget: 0 }) as Verdict;
    expect(verdict).toMatchObject({ valid: 'unknown', findings: [] });
    expect(verdict.reason).toMatch(/1 of 1 queues/);
  });
  it('takes an element that was enqueued twice for two', () => {
    const twice = queue().op(1, 'enqueue', 1);
    for (const saw of [1, 2, 1]) twice.op(2, 'dequeue', null, { saw });
    expect(check(fifoQueue, twice.events)).toMatchObject({ valid: true });
    expect(named(fifoQueue, twice.op(2, 'dequeue', null, { saw: 1 }))).toEqual(['non-linearizable']);
  });
  it('agrees with a search for an order, on random queues', () => {
    const tally = fuzzQueues(1000, 3);
    expect(tally.valid / 1000).toBeGreaterThan(0.2);
    expect(tally.valid / 1000).toBeLessThan(0.85);
    for (const name of ['queue-order', 'false-empty', 'duplicate-delivery'])
      expect(tally[name], name).toBeGreaterThan(5);
  });
});

describe('set-full', () => {
  const read = (script: Script, ...elements: number[]): Script =>
    script.op(9, 'read', null, { saw: elements });
  const add = (type: 'ok' | 'info' = 'ok'): Script => new Script().op(1, 'add', 1, { type });
  it('tells stable, stale, lost and never read', () => {
    expect(check(setFull, read(add(), 1).events)).toMatchObject({
      valid: true,
      stats: { stable: 1, stale: 0 },
    });
    const stale = read(read(read(add()), 1));
    const verdict = check(setFull, read(read(add()), 1).events);
    expect(verdict).toMatchObject({
      findings: [{ name: 'stale-read', witness: [1, 2, 3, 5] }],
      stats: { stable: 1, stale: 1, stableLatencyMs: { max: 2e-6 } },
    });
    expect(check(setFull, stale.events)).toMatchObject({
      findings: [{ name: 'lost-acknowledged-write', witness: [1, 5, 7] }],
      stats: { lost: 1, lostLatencyMs: { max: 4e-6 } },
    });
    expect(check(setFull, read(new Script()).op(1, 'add', 1).events)).toMatchObject({
      stats: { neverRead: 1 },
    });
  });
  it('knows an indeterminate element only from its first read on', () => {
    expect(named(setFull, read(add('info')))).toEqual([]);
    expect(named(setFull, read(read(add('info'), 1)))).toEqual(['lost-acknowledged-write']);
  });
  it('is not certain of a loss before quiescence', () => {
    const script = read(add()).phase('quiesce').settled();
    expect(named(setFull, script)).toEqual(['possible lost-acknowledged-write']);
    expect(named(setFull, read(script.phase('final')))).toEqual(['lost-acknowledged-write']);
  });
});

describe('long-fork', () => {
  const txn = (script: Script, asked: Json, saw: Json): Script => script.op(1, 'txn', asked, { saw });
  const reads = (x: Json, y: Json): Json => [
    ['r', 'x', x],
    ['r', 'y', y],
  ];
  const writes = (): Script =>
    txn(txn(new Script(), [['w', 'x', 1]], [['w', 'x', 1]]), [['w', 'y', 1]], [['w', 'y', 1]]);
  it('names two readers that each saw what the other did not', () => {
    const forked = txn(txn(writes(), reads(null, null), reads(1, null)), reads(null, null), reads(null, 1));
    expect(check(longFork, forked.events).findings).toMatchObject([{ name: 'long-fork', witness: [5, 7] }]);
    const chain = txn(txn(writes(), reads(null, null), reads(1, null)), reads(null, null), reads(1, 1));
    expect(check(longFork, chain.events)).toMatchObject({ valid: true });
  });
});

describe('causal-reverse', () => {
  const adds = (): Script => new Script().op(1, 'add', 1).op(2, 'add', 2);
  it('names a later element seen without an earlier one', () => {
    const verdict = check(causalReverse, adds().op(3, 'read', null, { saw: [2] }).events);
    expect(verdict.findings).toMatchObject([{ name: 'causal-reverse', witness: [1, 2, 5] }]);
    for (const saw of [[], [1], [1, 2]])
      expect(named(causalReverse, adds().op(3, 'read', null, { saw }))).toEqual([]);
  });
});

describe('monotonic', () => {
  it('names a number that went back, and two increments to one number', () => {
    const inc = (): Script => new Script().op(1, 'inc', null, { saw: 1 }).op(1, 'inc', null, { saw: 2 });
    expect(named(monotonic, inc().op(2, 'read', null, { saw: 2 }))).toEqual([]);
    expect(named(monotonic, inc().op(2, 'read', null, { saw: 1 }))).toEqual(['non-monotonic']);
    expect(named(monotonic, inc().op(2, 'inc', null, { saw: 2 }))).toEqual(['non-monotonic', 'lost-update']);
    const cas = new Script().op(1, 'cas', [null, 1]).op(2, 'cas', [null, 1], { saw: false });
    expect(check(monotonic, cas.events)).toMatchObject({ valid: true });
  });
});

describe('lock-safety', () => {
  const acquire = (script: Script, process: number, saw: Json = true): Script =>
    script.op(process, 'acquire', null, { saw });
  it('names two holds that overlap', () => {
    const both = acquire(acquire(new Script(), 1), 2).op(1, 'release', null);
    expect(check(lockSafety, both.events).findings).toMatchObject([
      { name: 'mutual-exclusion', witness: [1, 3, 4] },
    ]);
    const turns = acquire(acquire(new Script(), 1).op(1, 'release', null, { type: 'info' }), 2);
    expect(named(lockSafety, turns)).toEqual([]);
    expect(named(lockSafety, acquire(acquire(new Script(), 1), 2, false).op(1, 'release', null))).toEqual([]);
  });
  it('takes an indeterminate acquire for no hold', () => {
    const script = new Script().op(1, 'acquire', null, { type: 'info' });
    expect(named(lockSafety, acquire(script, 2))).toEqual([]);
  });
  it('names a fencing token that does not grow', () => {
    const turn = (script: Script, process: number, token: number): Script =>
      acquire(script, process, token).op(process, 'release', null);
    expect(named(lockSafety, turn(turn(new Script(), 1, 3), 2, 4))).toEqual([]);
    expect(named(lockSafety, turn(turn(new Script(), 1, 3), 2, 3))).toEqual(['fencing-token-order']);
  });
});

describe('log', () => {
  const send = (script: Script, v: number, offset: number): Script =>
    script.op(1, 'send', v, { saw: [offset, v], key: 'k' });
  const poll = (script: Script, process: number, ...saw: [number, number][]): Script =>
    script.op(process, 'poll', null, { saw, key: 'k' });
  const sent = (): Script => send(send(send(new Script(), 1, 0), 2, 1), 3, 2);
  it('is valid when everybody sees every message at its offset, gaps and all', () => {
    const script = poll(poll(send(sent(), 4, 7), 2, [0, 1], [1, 2]), 2, [2, 3], [7, 4]);
    expect(check(log, script.events)).toMatchObject({ valid: true, stats: { unseen: 0 } });
  });
  it('names each anomaly exactly', () => {
    expect(named(log, poll(sent(), 2, [0, 1], [2, 3]))).toEqual(['lost-message']);
    expect(named(log, poll(poll(sent(), 3, [1, 2]), 2, [0, 1], [2, 3]))).toEqual(['skipped-poll']);
    expect(named(log, poll(sent(), 2, [0, 1], [1, 2], [2, 3], [3, 1]))).toEqual(['duplicate-message']);
    expect(named(log, poll(poll(sent(), 2, [0, 1]), 2, [0, 1]))).toEqual(['nonmonotonic-poll']);
    expect(named(log, poll(sent(), 2, [5, 9]))).toEqual(['unexpected-element']);
    expect(named(log, poll(send(send(new Script(), 1, 0), 2, 0), 2, [0, 1]))).toEqual([
      'inconsistent-offset',
    ]);
    expect(named(log, poll(send(send(new Script(), 1, 1), 2, 0), 2, [0, 2]))).toEqual(['reordered-messages']);
    const failed = new Script().op(1, 'send', 1, { type: 'fail', key: 'k' });
    expect(named(log, poll(failed, 2, [0, 1]))).toEqual(['failed-write-visible']);
  });
  it('lets a client move with a seek', () => {
    const script = poll(poll(sent(), 2, [2, 3]).op(2, 'seek', 0, { key: 'k' }), 2, [0, 1]);
    expect(named(log, script)).toEqual([]);
  });
  it('names what was acknowledged beyond the end that a client sees once the replicas have settled', () => {
    const end = (settled: boolean): Script => sent().phase('quiesce').settled(settled).phase('final');
    const again = (script: Script): Script => script.op(2, 'seek', 0, { key: 'k' });
    const beheaded = poll(poll(again(end(true)), 2, [0, 1]), 2);
    expect(check(log, beheaded.events)).toMatchObject({
      findings: [{ name: 'lost-message', count: 2, witness: [3, 12, 13, 14] }],
    });
    expect(named(log, poll(again(end(true)), 2))).toEqual(['lost-message']);
    // Of a client that has not said where it is, an empty answer says nothing; nor before the replicas have settled.
    expect(named(log, poll(end(true), 2))).toEqual([]);
    expect(named(log, poll(poll(again(end(false)), 2, [0, 1]), 2))).toEqual([]);
    expect(named(log, poll(poll(poll(again(end(true)), 2, [0, 1]), 2), 3, [1, 2], [2, 3]))).toEqual([]);
  });
});

it('the classics agree with their definitions, spelled out over all pairs, on random histories', () => {
  const tally = fuzzAgainst(CLASSICS, fuzzRuns(1000), 5);
  for (const name of [
    'causal-reverse',
    'non-monotonic',
    'lost-update',
    'mutual-exclusion',
    'fencing-token-order',
    'long-fork',
    'skipped-poll',
    'lost-message',
    'stale-read',
    'lost-acknowledged-write',
  ])
    expect(tally[name], name).toBeGreaterThan(4);
});
