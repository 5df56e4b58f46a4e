// What registers tell of dependencies, pair by pair: who read whose value, and which writes certainly come later.
import type { Json } from '../../../harness/history/event.ts';
import type { Micro, Txn } from './histories.ts';
import { returned } from './oracle.ts';
import type { Dependency } from './second-engine.ts';

/** What a transaction saw of a key that it had not written: a value; or null, nothing, or nothing that fits a predicate. */
interface Look {
  readonly by: number;
  readonly key: Json;
  readonly value: Json;
  readonly predicate: Json;
}

/** Dependencies between transactions, which are in the order of their invocations. */
export function registerDependencies(ordered: readonly Txn[]): Dependency[] {
  const found: Dependency[] = [];
  const add = (from: number, to: number, type: 'wr' | 'rw', level = 0, predicate = false): void => {
    if (from !== to) found.push({ from, to, type, level, predicate });
  };
  const looks = ordered.flatMap((txn, by) => (isOk(txn) ? looksOf(txn, by) : []));
  const writes = ordered.flatMap(({ micro, type }, by) =>
    type === 'fail' ? [] : micro.flatMap(([f, key, value]) => (f === 'w' ? [{ by, key, value }] : [])),
  );
  const writerOf = ({ key, value }: Look): number =>
    value === null ? -1 : (writes.find((w) => w.key === key && w.value === value)?.by ?? -1);
  const isSeen = (t: number): boolean => looks.some((look) => writerOf(look) === t && look.by !== t);
  /** Those that wrote a version of the key, certainly. */
  const writersOf = (key: Json): number[] =>
    ordered.flatMap((txn, t) =>
      writes.some((w) => w.by === t && w.key === key) && (isOk(txn) || isSeen(t)) ? [t] : [],
    );
  const completed = (a: number, b: number): boolean => isOk(ordered[a]) && ordered[a].until <= ordered[b].at;
  for (const look of looks) {
    const { by, key, predicate } = look;
    if (look.value === null) {
      // Deletes, and values that do not fit: had they begun, they may be what was seen.
      const hiding = writes.filter((w) => w.key === key && w.by !== by && !isTold(look, w.value));
      if (hiding.some((w) => !completed(by, w.by))) continue;
      for (const later of writersOf(key))
        add(by, later, 'rw', hiding.length === 0 ? 0 : 2, predicate !== null);
      continue;
    }
    const writer = writerOf(look);
    if (writer < 0 || writer === by) continue;
    add(writer, by, 'wr');
    if (lastValue(ordered[writer], key) !== look.value) add(by, writer, 'rw');
    for (const later of writersOf(key)) {
      if (later === writer) continue;
      if (looks.some((l) => l.by === later && l.key === key && writerOf(l) === writer)) add(by, later, 'rw');
      if (!completed(writer, later)) continue;
      add(by, later, 'rw', ordered[writer].process === ordered[later].process ? 1 : 2);
    }
  }
  return found;
}

/** Of a key that was read or written before there is nothing new; predicates that found nothing may differ. */
function looksOf({ micro }: Txn, by: number): Look[] {
  const known = new Set<Json>();
  return micro.flatMap((step) => {
    const looks = seenIn(step).filter(({ key }) => !known.has(key));
    for (const { key, predicate } of looks) if (predicate === null) known.add(key);
    if (step[0] === 'w') known.add(step[1]);
    return looks.map((look) => ({ by, ...look }));
  });
}

function seenIn([f, on, value]: Micro): Omit<Look, 'by'>[] {
  if (f === 'r' && !Array.isArray(value)) return [{ key: on, value, predicate: null }];
  if (f !== 'rp') return [];
  const found = new Map(value as readonly (readonly [Json, Json])[]);
  return (on as { readonly keys: readonly Json[] }).keys.map((key) =>
    found.has(key)
      ? { key, value: found.get(key) ?? null, predicate: null }
      : { key, value: null, predicate: on },
  );
}

/** Would the look have shown this value? */
function isTold({ key, predicate }: Look, value: Json): boolean {
  if (predicate === null) return value !== null;
  const about = { ...(predicate as object), keys: [key] };
  return (returned(about, new Map([[key, value]])) as readonly Json[]).length > 0;
}

const lastValue = ({ micro }: Txn, key: Json): Json =>
  micro.reduce<Json>((last, [f, on, value]) => (f === 'w' && on === key ? value : last), null);

const isOk = ({ type = 'ok' }: Txn): boolean => type === 'ok';
