import { HistoryBuilder } from '../../../harness/history/builder.ts';
import type { EventType, Json } from '../../../harness/history/event.ts';
import type { History } from '../../../harness/history/history.ts';
import { stream } from './simulate.ts';

export interface RegisterLoad {
  readonly transactions: number;
  /** Micro-operations a transaction, half of them reads. */
  readonly size: number;
  readonly keys: number;
  readonly concurrency: number;
  readonly seed: number;
  /** Transactions before this share of the run do nothing wrong; the one after it misses a write it had been shown. */
  readonly staleRead?: number;
}

const LEAST = 1e6;
const SPREAD = 9e6;

/** Transactions over registers as a strictly serializable database would run them: each at one moment of its own. */
export function historyOfRegisters(load: RegisterLoad): History {
  const { transactions, size, keys, concurrency, seed } = load;
  const random = stream(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const clocks = Array.from({ length: concurrency }, () => random() * LEAST);
  const moments: { time: number; t: number; type: 'begin' | 'commit' | 'end' }[] = [];
  for (let t = 0; t < transactions; t++) {
    const process = t % concurrency;
    const at = Math.round(clocks[process]);
    const until = Math.round(at + LEAST + random() * SPREAD);
    clocks[process] = until + 1 + random() * 1e5;
    moments.push(
      { time: at, t, type: 'begin' },
      { time: at + random() * (until - at), t, type: 'commit' },
      { time: until, t, type: 'end' },
    );
  }
  moments.sort((a, b) => a.time - b.time);
  const state = new Map<number, { readonly value: number; readonly before: number | null }>();
  const done = new Map<number, Json[]>();
  const builder = new HistoryBuilder();
  let value = 0;
  let stale = load.staleRead === undefined ? Infinity : Math.floor(transactions * load.staleRead);
  const asked: Json[][] = Array.from({ length: transactions }, () =>
    Array.from({ length: size }, (): Json =>
      random() < 0.5 ? ['r', below(keys), null] : ['w', below(keys), ++value],
    ),
  );
  for (const { time, t, type } of moments) {
    if (type === 'commit') {
      const own = new Map<Json, Json>();
      const micro = asked[t].map((step): Json => {
        const [f, key, written] = step as [string, number, number];
        if (f === 'r') return ['r', key, own.get(key) ?? state.get(key)?.value ?? null];
        own.set(key, written);
        return step;
      });
      if (t >= stale) {
        const m = (micro as Json[][]).findIndex(
          ([f, key]) =>
            f === 'r' &&
            !own.has(key) &&
            state.get(key as number)?.before !== null &&
            state.has(key as number),
        );
        if (m >= 0) {
          const key = (micro[m] as Json[])[1] as number;
          micro[m] = ['r', key, state.get(key)?.before ?? null];
          for (const step of micro as Json[][])
            if (step[0] === 'r' && step[1] === key) step[2] = state.get(key)?.before ?? null;
          stale = Infinity;
        }
      }
      for (const [key, written] of own)
        state.set(key as number, {
          value: written as number,
          before: state.get(key as number)?.value ?? null,
        });
      done.set(t, micro);
      continue;
    }
    const event: EventType = type === 'begin' ? 'invoke' : 'ok';
    const steps = type === 'begin' ? asked[t] : (done.get(t) ?? []);
    builder.add({ time: Math.round(time), process: t % concurrency, type: event, f: 'txn', value: steps });
    if (type === 'end') done.delete(t);
  }
  return builder.build();
}
