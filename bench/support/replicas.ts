import { HistoryBuilder } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { randomOf } from '../generators.ts';

/** What a synthetic history of a replicated store is made of. */
export interface ReplicaLoad {
  readonly operations: number;
  readonly sessions: number;
  readonly keys: number;
  /** How many writes a session's replica may lag behind. */
  readonly lag: number;
  readonly seed: number;
}

/**
 * Registers of unique values in a store that is causally convergent, but not linearizable: all writes have one order,
 * and a session sees a growing prefix of it, and its own writes. Half reads, half writes, one open in each session.
 */
export function causalHistory({ operations, sessions, keys, lag, seed }: ReplicaLoad): History {
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const logs = Array.from({ length: keys }, (): { position: number; value: number }[] => []);
  const seen = new Int32Array(sessions);
  const own = Array.from({ length: sessions }, () => new Map<number, number>());
  const builder = new HistoryBuilder();
  const open = new Array<EventInput | null>(sessions).fill(null);
  let written = 0;
  let time = 0;

  const latest = (key: number, prefix: number): { position: number; value: number } | undefined => {
    const log = logs[key];
    let [low, high] = [0, log.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (log[middle].position <= prefix) low = middle + 1;
      else high = middle;
    }
    return log[low - 1];
  };
  const complete = (session: number, event: EventInput): void => {
    const key = event.key as number;
    let value = event.value ?? null;
    if (event.f === 'write') {
      logs[key].push({ position: ++written, value: value as number });
      own[session].set(key, written);
    } else {
      seen[session] = Math.max(seen[session], written - below(lag + 1));
      const mine = own[session].get(key) ?? 0;
      value = latest(key, Math.max(seen[session], mine))?.value ?? null;
      // Its own write may be beyond the prefix: then what lies between is not seen, but the write is.
      if (mine > seen[session]) value = latest(key, mine)?.value ?? null;
    }
    builder.add({ ...event, type: 'ok', value, time: ++time });
    open[session] = null;
  };
  for (let n = 0; n < operations;) {
    const session = below(sessions);
    const event = open[session];
    if (event) {
      complete(session, event);
      continue;
    }
    const f = random() < 0.5 ? 'read' : 'write';
    const begun: EventInput = {
      process: session,
      type: 'invoke',
      f,
      key: below(keys),
      value: f === 'write' ? ++n : null,
      time: ++time,
      node: `n${1 + (session % 3)}`,
    };
    if (f === 'read') n++;
    builder.add(begun);
    open[session] = begun;
  }
  open.forEach((event, session) => event && complete(session, event));
  return builder.build();
}

/** Rows of two fields under last writer wins on three nodes, quiescent at the end and read from each of them. */
export function lwwHistory({ operations, sessions, keys, seed }: ReplicaLoad): History {
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const rows = Array.from({ length: keys }, (): { readonly [field: string]: Json } => ({}));
  const builder = new HistoryBuilder();
  const open = new Array<EventInput | null>(sessions).fill(null);
  let time = 0;
  const mark = (f: string, value: Json): void =>
    void builder.add({ process: -1, type: 'info', f, value, time: ++time });
  const complete = (session: number, event: EventInput): void => {
    const key = event.key as number;
    if (event.f === 'write') rows[key] = { ...rows[key], ...(event.value as object) };
    const value = event.f === 'write' ? (event.value ?? null) : rows[key];
    builder.add({ ...event, type: 'ok', value, time: ++time });
    open[session] = null;
  };
  mark('phase', { phase: 'main' });
  for (let n = 0; n < operations;) {
    const session = below(sessions);
    const event = open[session];
    if (event) {
      complete(session, event);
      continue;
    }
    const f = random() < 0.5 ? 'read' : 'write';
    const value = f === 'read' ? null : { [below(2) === 0 ? 'a' : 'b']: n + 1 };
    n++;
    const node = `n${1 + (session % 3)}`;
    const begun: EventInput = {
      process: session,
      type: 'invoke',
      f,
      key: below(keys),
      value,
      time: ++time,
      node,
    };
    builder.add(begun);
    open[session] = begun;
  }
  open.forEach((event, session) => event && complete(session, event));
  mark('phase', { phase: 'quiesce' });
  mark('settled', { settled: true, evidence: 'generated', unrecovered: [] });
  mark('phase', { phase: 'final' });
  for (let key = 0; key < keys; key++)
    for (const node of ['n1', 'n2', 'n3']) {
      builder.add({ process: sessions, type: 'invoke', f: 'read', key, node, time: ++time });
      builder.add({ process: sessions, type: 'ok', f: 'read', key, value: rows[key], node, time: ++time });
    }
  return builder.build();
}
