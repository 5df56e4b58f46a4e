import type { EventInput, Json } from '../harness/history/event.ts';
import { HistoryBuilder } from '../harness/history/builder.ts';
import type { History } from '../harness/history/history.ts';

/** What a synthetic history of atomic registers is made of. */
export interface RegisterLoad {
  readonly operations: number;
  readonly concurrency: number;
  readonly keys?: number;
  /** Written values are drawn from so many; by default each is unique. */
  readonly values?: number;
  /** A third each of reads, writes and compare-and-sets, instead of half reads, half writes. */
  readonly cas?: boolean;
  /** Share of writes and compare-and-sets that end indeterminate; half of them take effect. */
  readonly indeterminate?: number;
  /** Makes one read at nine tenths of the history return a value overwritten long before; for unique values. */
  readonly stale?: boolean;
  /** From nine tenths of the history on every compare-and-set is refused, whatever the register holds. */
  readonly refusing?: boolean;
  readonly seed: number;
}

interface Operation {
  readonly process: number;
  readonly f: 'read' | 'write' | 'cas';
  readonly key: number;
  readonly value: Json;
  result: Json;
  type: 'ok' | 'fail' | 'info';
}

/** Mulberry32: small, seeded, good enough for load. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Clients that each have one operation open almost all the time, of 1 to 10 ms, taking effect at a random moment of it:
 * a linearizable history, but for the stale read asked for.
 */
export function registerHistory(load: RegisterLoad): History {
  const { operations, concurrency, keys = 1, values = 0, cas = false, indeterminate = 0, seed } = load;
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const registers = new Map<number, Json>();
  const agenda = new Agenda();
  const events: { time: number; operation: Operation; completes: boolean }[] = [];
  let issued = 0;
  let unique = 0;
  let nextProcess = concurrency;
  for (let p = 0; p < concurrency; p++) agenda.add(random() * 5e6, () => start(p));
  agenda.run();
  if (load.stale) makeStale(events.map((e) => (e.completes ? e.operation : null)));
  const builder = new HistoryBuilder();
  for (const { time, operation, completes } of events) builder.add(recorded(operation, time, completes));
  return builder.build();

  function start(process: number): void {
    if (issued >= operations) return;
    issued++;
    const operation = draw(process);
    const begin = agenda.now;
    const length = 1e6 + random() * 9e6;
    events.push({ time: begin, operation, completes: false });
    const lost = operation.f !== 'read' && random() < indeterminate;
    if (lost) operation.type = 'info';
    if (!lost || random() < 0.5) agenda.add(begin + length * random(), () => apply(operation));
    agenda.add(begin + length, () => {
      events.push({ time: agenda.now, operation, completes: true });
      const next = operation.type === 'info' ? nextProcess++ : process;
      agenda.add(agenda.now + random() * 1e5, () => start(next));
    });
  }

  function draw(process: number): Operation {
    const key = below(keys);
    const kind = cas ? below(3) : below(2);
    const value = (): number => (values > 0 ? below(values) : ++unique);
    const base = { process, key, result: null, type: 'ok' as const };
    if (kind === 0) return { ...base, f: 'read', value: null };
    if (kind === 1) return { ...base, f: 'write', value: value() };
    return { ...base, f: 'cas', value: [value(), value()] };
  }

  function apply(operation: Operation): void {
    const held = registers.get(operation.key) ?? null;
    if (operation.f === 'read') operation.result = held;
    else if (operation.f === 'write') registers.set(operation.key, operation.value);
    else {
      const [old, next] = operation.value as readonly Json[];
      if (load.refusing && issued > operations * 0.9) operation.result = false;
      else if (held === old) registers.set(operation.key, next);
      else if (operation.type === 'ok') operation.type = 'fail';
    }
  }
}

/** The value of one of the first writes of the key. */
function makeStale(completed: readonly (Operation | null)[]): void {
  const from = Math.floor(completed.length * 0.9);
  const victim = completed.find((o, i) => i >= from && o?.f === 'read');
  if (!victim) throw new Error('no read to make stale');
  const held = completed.flatMap((o) => (o?.f === 'write' && o.key === victim.key ? [o.value] : []));
  victim.result = held[held.length >> 2];
}

function recorded(operation: Operation, time: number, completes: boolean): EventInput {
  const { process, f, key, value, result, type } = operation;
  if (!completes) return { process, type: 'invoke', f, key, value, time: Math.round(time) };
  const refused = f === 'cas' && result === false;
  return { process, type, f, key, value: f === 'read' || refused ? result : value, time: Math.round(time) };
}

/** Things to do, by time: a binary heap. */
class Agenda {
  now = 0;
  readonly #heap: { time: number; action: () => void }[] = [];

  add(time: number, action: () => void): void {
    const heap = this.#heap;
    let i = heap.push({ time, action }) - 1;
    for (let up = (i - 1) >> 1; i > 0 && heap[up].time > heap[i].time; i = up, up = (i - 1) >> 1)
      [heap[up], heap[i]] = [heap[i], heap[up]];
  }

  run(): void {
    for (let next = this.#take(); next; next = this.#take()) {
      this.now = next.time;
      next.action();
    }
  }

  #take(): { time: number; action: () => void } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return first;
    heap[0] = last;
    for (let i = 0; ;) {
      let child = 2 * i + 1;
      if (child >= heap.length) return first;
      if (child + 1 < heap.length && heap[child + 1].time < heap[child].time) child++;
      if (heap[i].time <= heap[child].time) return first;
      [heap[i], heap[child]] = [heap[child], heap[i]];
      i = child;
    }
  }
}
