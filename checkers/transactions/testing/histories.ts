import type { EventInput, Json } from '../../../harness/history/event.ts';
import { historyOf } from '../../../harness/history/builder.ts';
import type { History } from '../../../harness/history/history.ts';

/** `[f, key, value]`; the value of a read is what it returned. `rp` has a predicate for a key: see predicates.ts. */
export type Micro = readonly ['r' | 'append' | 'w' | 'rp', Json, Json];

/** A transaction of a test: process, what it did, and when (in steps): `at` invoked, `until` completed. */
export interface Txn {
  readonly process: number;
  readonly at: number;
  readonly until: number;
  readonly type?: 'ok' | 'fail' | 'info';
  readonly micro: readonly Micro[];
}

/**
 * Micro-operations in one line: `r x [1 2]`, `r x`, `a x 3`, `w x 3`, `w x -` (delete), separated by commas. Reads by
 * predicate: `p xy x1` (of the keys x and y, x holds 1), `p xy%2=1 x1` (only odd values).
 */
export function micro(text: string): Micro[] {
  return text.split(',').map((part): Micro => {
    const [f, key, ...rest] = part.trim().split(' ');
    const value = rest.join(' ');
    if (f === 'p') return predicateMicro(key, rest);
    if (value === '-') return ['w', key, null];
    if (f === 'a' || f === 'w') return [f === 'a' ? 'append' : 'w', key, Number(value)];
    if (value === '') return ['r', key, null];
    if (!value.startsWith('[')) return ['r', key, Number(value)];
    return ['r', key, value.slice(1, -1).split(' ').filter(Boolean).map(Number)];
  });
}

function predicateMicro(about: string, found: readonly string[]): Micro {
  const [keys, mod, is] = about.split(/[%=]/);
  const predicate = { keys: [...keys], ...(mod === undefined ? {} : { mod: Number(mod), is: Number(is) }) };
  return ['rp', predicate, found.map((pair) => [pair[0], Number(pair.slice(1))])];
}

/** Transactions that all run at the same time, each by a process of its own: only the data orders them. */
export function concurrent(...texts: readonly string[]): History {
  return historyOfTxns(
    texts.map((text, i) => ({ process: i, at: i, until: texts.length + i, micro: micro(text) })),
  );
}

/** Transactions one after the other. Each text begins with its process and an optional `!` (fail) or `?` (info). */
export function sequential(...texts: readonly string[]): History {
  return historyOfTxns(
    texts.map((text, i) => {
      const [head, ...rest] = text.split(':');
      const type = head.endsWith('!') ? 'fail' : head.endsWith('?') ? 'info' : 'ok';
      return { process: parseInt(head, 10), at: 2 * i, until: 2 * i + 1, type, micro: micro(rest.join(':')) };
    }),
  );
}

export function historyOfTxns(txns: readonly Txn[]): History {
  return historyOf(eventsOfTxns(txns));
}

/** Events in order of time; at one moment completions come first. */
export function eventsOfTxns(txns: readonly Txn[]): EventInput[] {
  const events = txns.flatMap((txn) => {
    const asked = txn.micro.map(([f, k, v]): Micro => [f, k, f === 'r' || f === 'rp' ? null : v]);
    const common = { process: txn.process, f: 'txn' };
    const type = txn.type ?? 'ok';
    return [
      { order: 1, event: { ...common, time: txn.at, type: 'invoke' as const, value: asked } },
      {
        order: 0,
        event: { ...common, time: txn.until, type, value: type === 'ok' ? [...txn.micro] : asked },
      },
    ];
  });
  return events.sort((a, b) => a.event.time - b.event.time || a.order - b.order).map(({ event }) => event);
}
