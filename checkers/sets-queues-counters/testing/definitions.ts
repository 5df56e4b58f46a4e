import type { EventInput, Json } from '../../../harness/history/event.ts';
import type { Classic } from '../../classics/testing/definitions.ts';
import { list, okOf, opsOf, some, type Op } from '../../classics/testing/plain.ts';
import { bank } from '../bank.ts';
import { counter } from '../counter.ts';
import { set } from '../set.ts';
import { totalQueue } from '../total-queue.ts';
import { uniqueIds } from '../unique-ids.ts';

const has = (read: Op, element: Json): boolean => list(read.saw).includes(element);

/** Every sum that some of `possible` and all of `sure` can make. */
function sums(sure: readonly Op[], possible: readonly Op[]): number[] {
  const base = sure.reduce((sum, { asked }) => sum + (asked as number), 0);
  return possible.reduce<number[]>(
    (all, { asked }) => all.flatMap((sum) => [sum, sum + (asked as number)]),
    [base],
  );
}

function wrongReads(events: readonly EventInput[]): Set<string> {
  const ops = opsOf(events);
  const adds = ops.filter((op) => op.f === 'add' && !op.failed);
  const names = new Set<string>();
  for (const read of okOf(ops, 'read')) {
    const begun = adds.filter((add) => add.inv < read.ret);
    const sure = begun.filter((add) => add.ret < read.inv);
    const within = (all: readonly number[]): boolean =>
      (read.saw as number) >= Math.min(...all) && (read.saw as number) <= Math.max(...all);
    if (!within(sums([], begun))) names.add('counter-out-of-bounds');
    else if (
      !within(
        sums(
          sure,
          begun.filter((add) => !sure.includes(add)),
        ),
      )
    )
      names.add('stale-read');
  }
  return names;
}

function wrongElements(events: readonly EventInput[]): Set<string> {
  const ops = opsOf(events);
  const adds = ops.filter((op) => op.f === 'add');
  const reads = okOf(ops, 'read').sort((a, b) => a.ret - b.ret);
  const names = new Set<string>();
  for (const read of reads)
    for (const element of list(read.saw)) {
      const own = adds.filter((add) => add.asked === element && add.inv < read.ret);
      if (own.length === 0) names.add('unexpected-element');
      else if (own.every((add) => add.failed)) names.add('failed-write-visible');
      if (list(read.saw).filter((other) => other === element).length > 1) names.add('duplicate-element');
    }
  // Final is the last of the reads that began when no add was to come or to end any more; failing these, of all.
  const ends = adds.map((add) =>
    Math.max(
      add.inv,
      events.findIndex((e, i) => i > add.inv && e.process === events[add.inv].process),
    ),
  );
  const calm = reads.filter((read) => ends.every((end) => end < read.inv));
  const finals = (calm.length > 0 ? calm : reads).slice(-1);
  for (const add of adds)
    if (
      finals.length > 0 &&
      finals.every((read) => add.ret < read.inv && !reads.some((r) => r.ret > read.inv && has(r, add.asked)))
    )
      names.add('lost-acknowledged-write');
  return names;
}

function wrongDeliveries(events: readonly EventInput[]): Set<string> {
  const ops = opsOf(events);
  const names = new Set<string>();
  const enqueues = ops.filter((op) => op.f === 'enqueue');
  const out = [...okOf(ops, 'dequeue'), ...okOf(ops, 'drain')].flatMap((op) =>
    (op.f === 'drain' ? list(op.saw) : [op.saw]).map((value) => ({ value, ret: op.ret })),
  );
  let lost = 0;
  for (const value of new Set([...enqueues.map((op) => op.asked), ...out.map((o) => o.value)])) {
    if (value === null) continue;
    const own = enqueues.filter((op) => op.asked === value);
    const times = out.filter((o) => o.value === value).sort((a, b) => a.ret - b.ret);
    const tried = own.filter((op) => !op.failed);
    if (times.length > 0 && tried.every((op) => op.inv > times[0].ret))
      names.add(own.some((op) => op.failed) ? 'failed-write-visible' : 'unexpected-element');
    else if (times.length > tried.length) names.add('duplicate-delivery');
    lost += Math.max(0, own.filter((op) => op.ret < Infinity).length - times.length);
  }
  const last = Math.max(
    ...enqueues.map((op) =>
      Math.max(
        op.inv,
        events.findIndex((e, i) => i > op.inv && e.process === events[op.inv].process),
      ),
    ),
    -1,
  );
  const empty = [...okOf(ops, 'drain'), ...okOf(ops, 'dequeue').filter((op) => op.saw === null)];
  const open = ops.filter((op) => op.f !== 'enqueue' && op.ret === Infinity && !op.failed);
  const swallowed = open.some((op) => op.f === 'drain') ? Infinity : open.length;
  if (empty.some((op) => op.inv > last) && lost > swallowed) names.add('lost-element');
  return names;
}

/** See `Classic`. */
export const COLLECTIONS: readonly Classic[] = [
  {
    checker: set,
    ask: (step, serial) => (step.f < 2 ? { f: 'add', value: serial } : { f: 'read', value: null }),
    answer: (step, begun, own) => {
      if (own.f === 'add') return own.value ?? null;
      const added = begun.filter((e) => e.f === 'add').map((e) => e.value ?? null);
      const read = added.filter((_, i) => i !== step.pick);
      if (step.other === 7) return [...read, 99];
      return step.other === 6 ? [...read, ...read.slice(0, 1)] : read;
    },
    definition: wrongElements,
  },
  {
    checker: totalQueue,
    ask: (step, serial) =>
      step.f < 2
        ? { f: 'enqueue', value: step.pick === 7 ? 1 : serial }
        : { f: step.pick === 6 ? 'drain' : 'dequeue', value: null },
    answer: (step, begun, own) => {
      if (own.f === 'enqueue') return own.value ?? null;
      const values = begun.filter((e) => e.f === 'enqueue').map((e) => e.value ?? null);
      const seen = begun.filter((e) => e.f === 'dequeue').length - 1;
      if (own.f === 'drain') return values.slice(step.other > 3 ? seen : 0);
      if (step.other === 7) return 99;
      return step.other === 6 ? (values[0] ?? null) : (values[seen] ?? null);
    },
    definition: wrongDeliveries,
  },
  {
    checker: counter,
    standsAlone: false,
    ask: (step) => (step.f < 2 ? { f: 'add', value: step.other - 2 } : { f: 'read', value: null }),
    answer: (step, begun, own) =>
      own.f === 'add'
        ? (own.value ?? null)
        : begun.reduce((sum, e) => sum + Number(e.value ?? 0), 0) + (step.pick < 2 ? step.pick * 3 - 1 : 0),
    definition: wrongReads,
  },
  {
    checker: uniqueIds,
    ask: () => ({ f: 'generate', value: null }),
    answer: (step, begun, own) => (step.pick < 6 ? step.other : 100 + begun.indexOf(own)),
    definition: (events) => {
      const ids = okOf(opsOf(events), 'generate');
      return new Set(some(ids, (a, b) => a.saw === b.saw) ? ['duplicate-id'] : []);
    },
  },
  {
    checker: bank,
    ask: (step) =>
      step.f === 0 && step.pick === 0 ? { f: 'open', value: { a: 5, b: 5 } } : { f: 'read', value: null },
    answer: (step, _begun, own) => {
      if (own.f === 'open') return own.value ?? null;
      if (step.pick === 6) return {};
      return step.other < 6
        ? { a: 5 - step.other, b: 5 + step.other }
        : { a: step.other - 8, b: step.pick < 4 ? 10 : 12 };
    },
    definition: (events) => {
      const ops = opsOf(events);
      const names = new Set<string>();
      const balances = (of: Json): number[] => Object.values(of as Record<string, number>);
      const total = (of: Json): number => balances(of).reduce((sum, each) => sum + each, 0);
      const shown = okOf(ops, 'read').filter((read) => balances(read.saw).length > 0);
      const [first] = [
        ...ops.filter((op) => op.f === 'open').map((op) => op.asked),
        ...shown.map((read) => read.saw),
      ];
      for (const { saw } of shown) {
        if (total(saw) !== total(first)) names.add('wrong-total');
        if (balances(saw).some((each) => each < 0)) names.add('negative-balance');
      }
      return names;
    },
  },
];
