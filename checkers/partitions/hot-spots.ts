import { NEMESIS, type Json } from '../../harness/history/event.ts';
import { OK, type History } from '../../harness/history/history.ts';
import { witnessOf } from '../fold.ts';
import type { Checker, Finding } from '../types.ts';
import { KEY_SHARE, SHARD_OVER_MEAN, atLeast } from './hot-thresholds.ts';

/** Between two samples of what each shard has been asked: requests by shard, and answered operations by key. */
interface Window {
  /** Indices of the two samples. */
  readonly from: number;
  readonly to: number;
  readonly requests: ReadonlyMap<string, number>;
  /** Shards that own data. */
  readonly owners: number;
  readonly keys: ReadonlyMap<string, number>;
}

/** What is hot, over as many windows on end as it is. */
interface Hot {
  readonly name: string;
  readonly what: string;
  readonly windows: Window[];
  readonly share: (window: Window) => { readonly count: number; readonly of: number };
}

/**
 * Hot partitions and hot keys, by what the shards count (event `sample`, gauges `requests:SHARD`, `shards-that-own-data`)
 * and by which keys nodes answered for in the meantime (of keys that are lists the first element: what is partitioned by).
 * `hot-partition`: a shard had more than 1.5 times the mean of all; `hot-key`: more than a tenth of what was answered was
 * about one key. Both only where chance does not explain it: the lower end of the share's interval, 4.5 standard
 * deviations down, is above the threshold. Windows on end are one finding. O(n).
 */
export const hotSpots: Checker = {
  name: 'hot-spots',
  title: 'Hot partitions and hot keys: who was asked for more than a fair share, when, and by how much',
  anomalies: ['hot-partition', 'hot-key'],
  check: (history, options) => {
    const windows = windowsOf(history);
    const findings = [...found(history, windows, hottestShard), ...found(history, windows, hottestKey)];
    const asked = [...(options.assume ?? []), ...(options.consistency ?? [])].includes('even-load');
    const checker = 'hot-spots';
    const stats = { windows: windows.length, ...summary(windows) };
    if (findings.length > 0) return { checker, valid: false, findings, stats };
    if (asked && windows.length === 0)
      return { checker, valid: 'unknown', findings, stats, reason: 'no shard said what it was asked' };
    return { checker, valid: true, findings, stats };
  },
};

/** A sample whose counts are lower than the last one's begins anew: a node has started again. */
function windowsOf(history: History): Window[] {
  const windows: Window[] = [];
  const sample = history.functions.idOf('sample');
  let before: { readonly index: number; readonly counts: ReadonlyMap<string, number> } | null = null;
  let keys = new Map<string, number>();
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] !== NEMESIS) {
      if (history.type[i] !== OK || history.node[i] < 0 || history.key[i] < 0) continue;
      const key = nameOf(history.keys.valueOf(history.key[i]));
      keys.set(key, (keys.get(key) ?? 0) + 1);
    } else if (history.f[i] === sample) {
      const counts = countsOf(history.values[i]);
      if (counts === null) continue;
      const window = before === null ? null : between(before, { index: i, ...counts }, keys);
      if (window !== null) windows.push(window);
      before = { index: i, counts: counts.counts };
      keys = new Map();
    }
  }
  return windows;
}

function between(
  before: { readonly index: number; readonly counts: ReadonlyMap<string, number> },
  now: { readonly index: number; readonly counts: ReadonlyMap<string, number>; readonly owners: number },
  keys: ReadonlyMap<string, number>,
): Window | null {
  const requests = new Map<string, number>();
  for (const [shard, count] of now.counts) requests.set(shard, count - (before.counts.get(shard) ?? 0));
  if ([...requests.values()].some((count) => count < 0)) return null;
  return { from: before.index, to: now.index, requests, owners: now.owners, keys };
}

function countsOf(
  value: Json,
): { readonly counts: ReadonlyMap<string, number>; readonly owners: number } | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const gauges = value as { readonly [name: string]: Json };
  const owners = gauges['shards-that-own-data'];
  if (typeof owners !== 'number') return null;
  const counts = Object.entries(gauges).flatMap(([name, count]): [string, number][] =>
    name.startsWith('requests:') && typeof count === 'number' ? [[name.slice(9), count]] : [],
  );
  return { counts: new Map(counts), owners };
}

function nameOf(key: Json): string {
  return JSON.stringify(Array.isArray(key) && key.length > 0 ? key[0] : key);
}

type Rule = (window: Window) => Omit<Hot, 'windows'> | null;

const hottestShard: Rule = ({ requests, owners }) => {
  const [shard, count] = largest(requests);
  const of = sumOf(requests);
  if (owners < 2 || !atLeast(count, of, SHARD_OVER_MEAN / owners)) return null;
  return {
    name: 'hot-partition',
    what: shard,
    share: (window) => ({ count: window.requests.get(shard) ?? 0, of: sumOf(window.requests) }),
  };
};

const hottestKey: Rule = ({ keys }) => {
  const [key, count] = largest(keys);
  if (!atLeast(count, sumOf(keys), KEY_SHARE)) return null;
  return {
    name: 'hot-key',
    what: key,
    share: (window) => ({ count: window.keys.get(key) ?? 0, of: sumOf(window.keys) }),
  };
};

function found(history: History, windows: readonly Window[], rule: Rule): Finding[] {
  const all: Hot[] = [];
  let last: Hot | null = null;
  for (const window of windows) {
    const now = rule(window);
    const goesOn: boolean = now !== null && last?.what === now.what;
    if (goesOn) last?.windows.push(window);
    else if (now === null) last = null;
    else all.push((last = { ...now, windows: [window] }));
  }
  return all.map((hot) => told(history, hot));
}

function told(history: History, { name, what, windows, share }: Hot): Finding {
  const [first, last] = [windows[0], windows[windows.length - 1]];
  const shares = windows.map(share);
  const count = shares.reduce((sum, one) => sum + one.count, 0);
  const of = shares.reduce((sum, one) => sum + one.of, 0);
  const seconds = (index: number): string => (history.time[index] / 1e9).toFixed(1);
  const when = `Between ${seconds(first.from)} and ${seconds(last.to)} s (#${first.from}, #${last.to})`;
  const part = `${((100 * count) / of).toFixed(1)} %`;
  const fair = 100 / first.owners;
  return {
    name,
    certain: true,
    key: name === 'hot-key' ? (JSON.parse(what) as Json) : what,
    witness: witnessOf(first.from, last.to),
    explanation:
      name === 'hot-key'
        ? `${when}, ${count} of ${of} answers, ${part}, were about key ${what} (threshold: ${KEY_SHARE * 100} %).`
        : `${when}, shard ${what} had ${count} of ${of} requests, ${part}, ${((count * first.owners) / of).toFixed(2)} times the mean of ${fair.toFixed(1)} % (threshold: ${SHARD_OVER_MEAN}).`,
    evidence: {
      from: history.time[first.from],
      to: history.time[last.to],
      count,
      of,
      windows: windows.map((window) => ({
        requests: Object.fromEntries(window.requests),
        owners: window.owners,
      })),
    },
  };
}

function largest(counts: ReadonlyMap<string, number>): readonly [name: string, count: number] {
  let most: readonly [string, number] = ['', 0];
  for (const [name, count] of counts) if (count > most[1]) most = [name, count];
  return most;
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

/** Over all windows. */
function summary(windows: readonly Window[]): { readonly [name: string]: Json } {
  const [requests, keys] = [new Map<string, number>(), new Map<string, number>()];
  for (const window of windows) {
    for (const [shard, count] of window.requests) requests.set(shard, (requests.get(shard) ?? 0) + count);
    for (const [key, count] of window.keys) keys.set(key, (keys.get(key) ?? 0) + count);
  }
  const part = (of: ReadonlyMap<string, number>): Json => {
    const [name, count] = largest(of);
    return count === 0 ? null : { name, share: count / sumOf(of) };
  };
  return { 'busiest-shard': part(requests), 'hottest-key': part(keys) };
}
