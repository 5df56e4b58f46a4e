import { canonicalJson } from '../../harness/history/dictionary.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';

interface Operation {
  readonly events: readonly number[];
  readonly key: Json;
  readonly wrote: readonly string[];
  readonly saw: readonly string[];
  readonly isCas: boolean;
}

/**
 * What a witness could do without: its operations (by invocation) that can be taken out so that what is left still proves
 * the finding. With the only write of a value goes whoever saw that value, and what was made from it: a write taken out
 * alone would make a violation of its own. None, if the witness is minimal.
 */
export function spareIn(
  events: readonly EventInput[],
  witness: readonly number[],
  proves: (rest: readonly EventInput[], kept: ReadonlySet<number>) => boolean,
  mayGo: (event: EventInput) => boolean = () => true,
): number[] {
  const all = operationsOf(events);
  const operations = all.filter((op) => op.events.some((i) => witness.includes(i)));
  const whole = new Set(operations.flatMap((op) => op.events));
  return operations.flatMap((op) => {
    if (!mayGo(events[op.events[0]])) return [];
    const gone = new Set(withDependents(op, operations).flatMap(({ events: of }) => of));
    const kept = new Set([...whole].filter((i) => !gone.has(i)));
    const loose = looseIn(operations.filter(({ events: [inv] }) => kept.has(inv)));
    const rest = events.flatMap((e, i): EventInput[] => {
      const written = loose.get(i);
      if (written !== undefined) return [{ ...e, f: 'write', value: written }];
      return kept.has(i) || e.process < 0 ? [e] : [];
    });
    return kept.size > 0 && proves(rest, kept) ? [op.events[0]] : [];
  });
}

function withDependents(first: Operation, operations: readonly Operation[]): Operation[] {
  const gone = new Set([first]);
  for (const op of gone)
    for (const value of op.wrote) {
      const stays = (other: Operation): boolean =>
        !gone.has(other) && other.key === op.key && other.wrote.includes(value);
      if (operations.some(stays)) continue;
      for (const other of operations) if (other.key === op.key && other.saw.includes(value)) gone.add(other);
    }
  return [...gone];
}

/** By event of a compare-and-set from a value that is not there what it writes: it asks no more than a write does. */
function looseIn(operations: readonly Operation[]): Map<number, Json> {
  const loose = operations.filter(
    ({ key, saw, isCas }) =>
      isCas &&
      saw.every(
        (value) => value !== 'null' && !operations.some((o) => o.key === key && o.wrote.includes(value)),
      ),
  );
  return new Map(
    loose.flatMap(({ events, wrote }) => events.map((i) => [i, JSON.parse(wrote[0]) as Json] as const)),
  );
}

/** What each brought and showed, as JSON: of a collection every element, of a row every field. */
function operationsOf(events: readonly EventInput[]): Operation[] {
  return events.flatMap(({ type, process, f, key, value }, inv): Operation[] => {
    if (type !== 'invoke' || process < 0) return [];
    const end = events.findIndex((e, i) => i > inv && e.process === process);
    const ok = end >= 0 && events[end].type === 'ok';
    const result = ok ? (events[end].value ?? null) : null;
    const pair = f === 'cas' ? (value as readonly Json[]) : null;
    const seen = !ok || result === null ? [] : partsOf(result);
    const wrote =
      pair !== null
        ? result === false
          ? []
          : [pair[1]]
        : BRINGING.includes(f)
          ? broughtBy(value ?? null)
          : [];
    const saw = pair !== null ? [pair[0]] : BRINGING.includes(f) ? [] : seen;
    return [
      {
        events: end < 0 ? [inv] : [inv, end],
        key: canonicalJson(key ?? null),
        wrote: wrote.map(canonicalJson),
        saw: saw.map(canonicalJson),
        isCas: wrote.length > 0 && pair !== null,
      },
    ];
  });
}

function partsOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : broughtBy(value);
}

/** A row brings its fields. */
function broughtBy(value: Json): readonly Json[] {
  return value === null || typeof value !== 'object' || Array.isArray(value)
    ? [value]
    : Object.entries(value);
}

const BRINGING = ['write', 'put', 'append', 'add', 'enqueue', 'send'];
