import { HistoryBuilder } from '../../../harness/history/builder.ts';
import type { EventType, Json } from '../../../harness/history/event.ts';
import type { History } from '../../../harness/history/history.ts';
import type { Micro, Txn } from './histories.ts';

export interface ListLoad {
  readonly transactions: number;
  readonly concurrency: number;
  /** Appends to a key before a fresh one takes its place; 10 keys are live. */
  readonly appendsPerKey: number;
  readonly isolation: 'serializable' | 'snapshot';
  readonly seed: number;
  /** Makes one reader miss half of what a writer did, near the end. */
  readonly readSkew?: boolean;
}

const LIVE_KEYS = 10;
/** A transaction takes 1 … 10 ms. */
const LEAST = 1e6;
const SPREAD = 9e6;

/** A seeded stream of numbers in [0, 1): mulberry32. */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Running {
  readonly process: number;
  readonly at: number;
  readonly until: number;
  readonly micro: Micro[];
  snapshot: number;
  failed: boolean;
}

/** Transactions as a correct database would run them: strictly serializable, or under snapshot isolation. */
export function simulateLists(load: ListLoad): Txn[] {
  const random = stream(load.seed);
  const asked = randomMicro(load, random);
  const clocks = Array.from({ length: load.concurrency }, () => random() * LEAST);
  const running = asked.map((micro, i): Running => {
    const process = i % load.concurrency;
    const at = Math.round(clocks[process]);
    const until = Math.round(at + LEAST + random() * SPREAD);
    clocks[process] = until + 1 + random() * 1e5;
    return { process, at, until, micro: [...micro], snapshot: 0, failed: false };
  });
  const moments = running.flatMap((txn) => {
    const [first, second] = [random(), random()].sort((a, b) => a - b);
    const when = (part: number): number => txn.at + part * (txn.until - txn.at);
    const commit = { time: when(second), txn, commit: true };
    return load.isolation === 'snapshot' ? [{ time: when(first), txn, commit: false }, commit] : [commit];
  });
  moments.sort((a, b) => a.time - b.time);
  const lists = new Map<Json, readonly Json[]>();
  const versions = new Map<Json, number>();
  let commits = 0;
  for (const { txn, commit } of moments) {
    if (!commit || load.isolation === 'serializable') {
      txn.snapshot = commits;
      read(txn, lists);
    }
    if (!commit) continue;
    const written = txn.micro.filter(([f]) => f === 'append');
    txn.failed = written.some(([, key]) => (versions.get(key) ?? 0) > txn.snapshot);
    if (txn.failed || written.length === 0) continue;
    commits++;
    for (const [, key, value] of written) {
      versions.set(key, commits);
      lists.set(key, [...(lists.get(key) ?? []), value]);
    }
  }
  const txns = running.map(({ process, at, until, micro, failed }): Txn => ({
    process,
    at,
    until,
    micro,
    type: failed ? 'fail' : 'ok',
  }));
  return load.readSkew === true ? withReadSkew(txns) : txns;
}

function randomMicro({ transactions, appendsPerKey }: ListLoad, random: () => number): Micro[][] {
  const live = Array.from({ length: LIVE_KEYS }, (_, key) => ({ key, appends: 0 }));
  let fresh = LIVE_KEYS;
  return Array.from({ length: transactions }, () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, (): Micro => {
      const slot = Math.floor(random() * LIVE_KEYS);
      const { key } = live[slot];
      if (random() < 0.5) return ['r', key, null];
      const value = ++live[slot].appends;
      if (value === appendsPerKey) live[slot] = { key: fresh++, appends: 0 };
      return ['append', key, value];
    }),
  );
}

function read(txn: Running, lists: ReadonlyMap<Json, readonly Json[]>): void {
  const own = new Map<Json, readonly Json[]>();
  txn.micro.forEach(([f, key, value], i) => {
    const list = own.get(key) ?? lists.get(key) ?? [];
    if (f === 'append') own.set(key, [...list, value]);
    else txn.micro[i] = ['r', key, list];
  });
}

/** A reader that saw both of a writer's appends to two keys is made to have seen only one. */
function withReadSkew(txns: readonly Txn[]): Txn[] {
  for (let w = Math.floor(txns.length * 0.9); w < txns.length; w++) {
    const appends = txns[w].micro.filter(([f]) => f === 'append');
    for (let r = w + 1; r < Math.min(txns.length, w + 2000); r++) {
      const reads = txns[r].micro.filter(([f]) => f === 'r');
      if (reads.length < txns[r].micro.length) continue;
      const shown = appends.filter(([, key, value]) =>
        reads.some(([, on, list]) => on === key && (list as readonly Json[]).includes(value)),
      );
      const [seen, missed] = shown;
      if (
        missed === undefined ||
        seen[1] === missed[1] ||
        reads.filter(([, on]) => on === missed[1]).length > 1
      )
        continue;
      const micro = txns[r].micro.map(([f, key, list]): Micro => {
        if (key !== missed[1]) return [f, key, list];
        const whole = list as readonly Json[];
        return [f, key, whole.slice(0, whole.indexOf(missed[2]))];
      });
      return txns.map((txn, i) => (i === r ? { ...txn, micro } : txn));
    }
  }
  throw new Error('nobody read both of a writer: try another seed');
}

/** Reads lose their last elements at random, up to `most`, own appends aside: replicas that lag, key by key. */
export function staleReads(txns: readonly Txn[], seed: number, probability: number, most = Infinity): Txn[] {
  const random = stream(seed);
  return txns.map((txn) => {
    const own = new Set(txn.micro.filter(([f]) => f === 'append').map(([, key]) => key));
    return {
      ...txn,
      micro: txn.micro.map(([f, key, value]): Micro => {
        if (f !== 'r' || own.has(key) || random() > probability) return [f, key, value];
        const list = value as readonly Json[];
        const least = Math.max(0, list.length - most);
        return [f, key, list.slice(0, least + Math.floor(random() * (list.length - least + 1)))];
      }),
    };
  });
}

export const historyOfLoad = (load: ListLoad): History => historyOfLists(simulateLists(load));

/** Many transactions as a history, without the detour over records of events. */
export function historyOfLists(txns: readonly Txn[]): History {
  const builder = new HistoryBuilder();
  const order = txns
    .flatMap((txn): { time: number; txn: Txn; type: EventType }[] => [
      { time: txn.at, txn, type: 'invoke' },
      { time: txn.until, txn, type: txn.type ?? 'ok' },
    ])
    .sort((a, b) => a.time - b.time);
  for (const { time, txn, type } of order) {
    const value =
      type === 'ok' ? txn.micro : txn.micro.map(([f, k, v]): Json => [f, k, f === 'r' ? null : v]);
    builder.add({ time, process: txn.process, type, f: 'txn', value: value });
  }
  return builder.build();
}
