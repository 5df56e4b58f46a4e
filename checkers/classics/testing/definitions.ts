import type { EventInput, Json } from '../../../harness/history/event.ts';
import type { Checker } from '../../types.ts';
import { causalReverse } from '../causal-reverse.ts';
import { lockSafety } from '../lock-safety.ts';
import { log } from '../log.ts';
import { longFork } from '../long-fork.ts';
import { monotonic } from '../monotonic.ts';
import { setFull } from '../set-full.ts';
import { list, okOf, opsOf, some, type Op } from './plain.ts';
import type { Asked, Drawn } from './random-events.ts';

/** A checker, random operations for it, and its definition spelled out over all pairs: names of what must be found. */
export interface Classic {
  readonly checker: Checker;
  readonly ask: (step: Drawn, serial: number) => Asked;
  readonly answer: (step: Drawn, begun: readonly EventInput[], own: EventInput) => Json;
  readonly definition: (events: readonly EventInput[]) => Set<string>;
  /** Is a finding's witness, as a history, still guilty? Default: yes. */
  readonly standsAlone?: false;
}

const setAnswer: Classic['answer'] = (step, begun, own) => {
  if (own.f === 'add') return own.value ?? null;
  const added = begun.filter((e) => e.f === 'add').map((e) => e.value ?? null);
  return added.filter((_, i) => i !== step.pick && i !== step.other);
};
const setAsk: Classic['ask'] = (step, serial) =>
  step.f < 2 ? { f: 'add', value: serial } : { f: 'read', value: null };

export const CLASSICS: readonly Classic[] = [
  {
    checker: causalReverse,
    ask: setAsk,
    answer: setAnswer,
    definition: (events) => {
      const ops = opsOf(events);
      const adds = ops.filter((op) => op.f === 'add');
      const guilty = okOf(ops, 'read').some(({ saw }) =>
        some(adds, (a, b) => a.ret < b.inv && list(saw).includes(b.asked) && !list(saw).includes(a.asked)),
      );
      return new Set(guilty ? ['causal-reverse'] : []);
    },
  },
  {
    checker: setFull,
    ask: setAsk,
    answer: setAnswer,
    definition: (events) => {
      const ops = opsOf(events);
      const reads = okOf(ops, 'read');
      const names = new Set<string>();
      for (const add of ops.filter((op) => op.f === 'add' && !op.failed)) {
        const showing = reads.filter((read) => list(read.saw).includes(add.asked));
        const known = Math.min(add.ret, ...showing.map((read) => read.ret));
        const missing = reads.filter((read) => read.inv > known && !showing.includes(read));
        const last = reads.at(-1);
        if (missing.length === 0 || last === undefined) continue;
        const back = showing.some((read) => read === last || read.ret > last.inv);
        names.add(back ? 'stale-read' : 'lost-acknowledged-write');
      }
      return names;
    },
  },
  {
    checker: monotonic,
    ask: (step) => ({ f: step.f < 2 ? 'inc' : 'read', value: null }),
    answer: (step, begun) => Math.max(0, begun.length - (step.pick < 2 ? step.pick : 0)),
    definition: (events) => {
      const ops = opsOf(events).filter((op) => op.ret < Infinity);
      const names = new Set<string>();
      const number = (op: Op): number => op.saw as number;
      if (
        some(
          ops,
          (a, b) => a.ret < b.inv && (number(b) < number(a) || (b.f === 'inc' && number(a) === number(b))),
        )
      )
        names.add('non-monotonic');
      if (some(okOf(ops, 'inc'), (a, b) => number(a) === number(b))) names.add('lost-update');
      return names;
    },
  },
  {
    checker: lockSafety,
    ask: (step) => ({ f: step.f < 2 ? 'acquire' : 'release', value: null }),
    answer: (step, begun, own) =>
      own.f === 'release' ? null : step.pick === 0 ? false : begun.length - (step.other < 2 ? 2 : 0),
    definition: (events) => {
      const ops = opsOf(events);
      const acquires = okOf(ops, 'acquire').filter((op) => op.saw !== false);
      // What a process did with its lock next; a further acquire without a release tells no end.
      const holds = acquires.flatMap((a) => {
        const next = ops.find(
          (op) =>
            op.process === a.process &&
            op.inv > a.inv &&
            !(op.f === 'acquire' && (op.ret === Infinity || op.saw === false)),
        );
        return [{ a, from: a.ret, until: next?.f === 'release' ? next.inv : a.ret }];
      });
      const names = new Set<string>();
      if (some(holds, (x, y) => x.from < y.from && y.from < x.until)) names.add('mutual-exclusion');
      const token = (x: { readonly a: Op }): number => x.a.saw as number;
      if (some(holds, (x, y) => token(x) === token(y) || (x.from < y.a.inv && token(y) < token(x))))
        names.add('fencing-token-order');
      return names;
    },
  },
  {
    checker: longFork,
    ask: (step, serial) =>
      step.f === 0
        ? { f: 'txn', value: [['w', serial % 2, serial + 1]] }
        : { f: 'txn', value: [['r', 0, null], ['r', 1, null], ...(step.f === 1 ? [['r', 2, null]] : [])] },
    answer: (step, _begun, own) =>
      list(own.value!).map((m) => {
        const [f, key] = list(m);
        return f === 'r' ? [f, key, (step.pick >> (key as number)) & 1 ? 1 : null] : m;
      }),
    definition: (events) => {
      const ops = opsOf(events);
      const written = ops.flatMap((op) => list(op.asked).map(list)).filter(([f]) => f === 'w');
      const once = (key: Json): boolean => written.filter(([, k]) => k === key).length <= 1;
      const readers = okOf(ops, 'txn').flatMap((op) => {
        const reads = list(op.saw)
          .map(list)
          .filter(([f, key]) => f === 'r' && once(key));
        return reads.length < 2 ? [] : [reads];
      });
      const sees = (reads: readonly (readonly Json[])[], key: Json): boolean =>
        reads.some(([, k, v]) => k === key && v !== null);
      const keys = (reads: readonly (readonly Json[])[]): string => JSON.stringify(reads.map(([, k]) => k));
      const lacks = (a: readonly (readonly Json[])[], b: readonly (readonly Json[])[]): boolean =>
        a.some(([, k]) => sees(a, k) && !sees(b, k));
      const forked = some(readers, (a, b) => keys(a) === keys(b) && lacks(a, b) && lacks(b, a));
      return new Set(forked ? ['long-fork'] : []);
    },
  },
  {
    checker: log,
    ask: (step, serial) => (step.f < 2 ? { f: 'send', value: serial } : { f: 'poll', value: null }),
    answer: (step, begun, own) => {
      const sends = begun.filter((e) => e.f === 'send');
      if (own.f === 'send') return [sends.indexOf(own), own.value ?? null];
      const from = step.pick % (sends.length + 1);
      return sends.map((e, i): Json => [i, e.value ?? null]).filter((_, i) => i >= from && i !== step.other);
    },
    definition: (events) => {
      const ops = opsOf(events);
      const names = new Set<string>();
      const sends = ops.filter((op) => op.f === 'send');
      const polls = okOf(ops, 'poll');
      const offsets = (op: Op): number[] => list(op.saw).map((m) => list(m)[0] as number);
      const polled = new Set(polls.flatMap(offsets));
      const offsetOf = (op: Op): number => list(op.saw)[0] as number;
      if (polls.some((p) => list(p.saw).some((m) => sends.some((s) => s.asked === list(m)[1] && s.failed))))
        names.add('failed-write-visible');
      if (some(okOf(ops, 'send'), (a, b) => a.ret < b.inv && offsetOf(a) > offsetOf(b)))
        names.add('reordered-messages');
      for (const process of new Set(polls.map((p) => p.process))) {
        const path = polls.filter((p) => p.process === process).flatMap(offsets);
        path.slice(1).forEach((to, i) => {
          if (to <= path[i]) names.add('nonmonotonic-poll');
          for (let o = path[i] + 1; o < to; o++) {
            if (polled.has(o)) names.add('skipped-poll');
            else if (okOf(ops, 'send').some((s) => offsetOf(s) === o)) names.add('lost-message');
          }
        });
      }
      return names;
    },
  },
];
