import type { EventInput, Json } from '../../harness/history/event.ts';

export interface Bound {
  readonly operations: number;
  readonly sessions: number;
  readonly keys: number;
  /** Do reads return what nobody wrote? `some`: at least one of each history does. */
  readonly unwritten: 'never' | 'too' | 'some';
}

/** Every `of`-th arrangement of operations, from the `part`-th on, with all that its reads may return. */
export interface Shard {
  readonly part: number;
  readonly of: number;
}

type Kind = 'read' | 'ok' | 'info' | 'fail';

/** An operation of a skeleton; a write's value is its number plus one. */
interface Slot {
  readonly session: number;
  readonly key: number;
  readonly kind: Kind;
}

/** Positive: operation n - 1 is invoked; negative: operation -n - 1 returns. */
type Mark = number;

/** A value that nobody writes. */
const NOWHERE = 99;

/**
 * Every history of exactly so many register operations, up to what no checker can tell apart: the names of sessions, of
 * keys and of values; the order of invocations with no return between them, and of returns with no invocation between
 * them; when an indeterminate write completes, and when a failed one runs; operations after an indeterminate one in its
 * session (a process is retired then) are those of a new session. Reads that fail or stay open observe nothing, and are
 * left out. A read returns null, any value written to its key at any time, or one that nobody wrote.
 */
export function* everyHistory(bound: Bound, shard: Shard = { part: 0, of: 1 }): Generator<EventInput[]> {
  let number = 0;
  for (const { slots, marks } of skeletons(bound, [], [], [])) {
    if (number++ % shard.of !== shard.part) continue;
    for (const values of readings(slots, bound.unwritten)) yield eventsOf(slots, marks, values);
  }
}

interface Skeleton {
  readonly slots: readonly Slot[];
  readonly marks: readonly Mark[];
}

function* skeletons(
  bound: Bound,
  slots: readonly Slot[],
  marks: readonly Mark[],
  open: readonly number[],
): Generator<Skeleton> {
  if (slots.length === bound.operations && open.length === 0) yield { slots, marks };
  const last = marks.at(-1) ?? 0;
  for (const op of open) {
    if (last < 0 && slots[-last - 1].session > slots[op].session) continue;
    const rest = open.filter((o) => o !== op);
    yield* skeletons(bound, slots, [...marks, -op - 1], rest);
  }
  if (slots.length === bound.operations) return;
  const used = 1 + Math.max(-1, ...slots.map((s) => s.session));
  const keysUsed = 1 + Math.max(-1, ...slots.map((s) => s.key));
  for (let session = 0; session < Math.min(used + 1, bound.sessions); session++) {
    const retired = slots.some((s) => s.session === session && s.kind === 'info');
    if (retired || open.some((op) => slots[op].session === session)) continue;
    if (last > 0 && slots[last - 1].session > session) continue;
    for (let key = 0; key < Math.min(keysUsed + 1, bound.keys); key++)
      for (const kind of ['read', 'ok', 'info'] as const) {
        const op = slots.length;
        const opened = kind === 'info' ? open : [...open, op];
        yield* skeletons(bound, [...slots, { session, key, kind }], [...marks, op + 1], opened);
      }
  }
  // A failed write has no moment: all of them come first.
  if (marks.length === 0)
    for (let key = slots.at(-1)?.key ?? 0; key < Math.min(keysUsed + 1, bound.keys); key++)
      yield* skeletons(bound, [...slots, { session: -1, key, kind: 'fail' }], marks, open);
}

/** What each operation reads, null for writes: every combination. */
function* readings(slots: readonly Slot[], unwritten: Bound['unwritten']): Generator<Json[]> {
  const choices = slots.map(({ kind, key }): Json[] => {
    if (kind !== 'read') return [null];
    const written = slots.flatMap((s, op) => (s.kind !== 'read' && s.key === key ? [op + 1] : []));
    return unwritten === 'never' ? [null, ...written] : [null, ...written, NOWHERE];
  });
  const combine = function* (at: number): Generator<Json[]> {
    if (at === choices.length) yield [];
    else for (const rest of combine(at + 1)) for (const value of choices[at]) yield [value, ...rest];
  };
  for (const values of combine(0)) if (unwritten !== 'some' || values.includes(NOWHERE)) yield values;
}

function eventsOf(slots: readonly Slot[], marks: readonly Mark[], values: readonly Json[]): EventInput[] {
  const events: EventInput[] = [];
  const add = (op: number, type: EventInput['type']): void => {
    const { kind, key, session } = slots[op];
    const f = kind === 'read' ? 'read' : 'write';
    const value = kind === 'read' ? (type === 'invoke' ? null : values[op]) : op + 1;
    events.push({ time: events.length, process: kind === 'fail' ? 9 : session, type, f, key, value });
  };
  slots.forEach(({ kind }, op) => {
    if (kind !== 'fail') return;
    add(op, 'invoke');
    add(op, 'fail');
  });
  for (const mark of marks)
    if (mark > 0) add(mark - 1, 'invoke');
    else add(-mark - 1, 'ok');
  slots.forEach(({ kind }, op) => kind === 'info' && add(op, 'info'));
  return events;
}
