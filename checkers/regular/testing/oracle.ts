import type { EventInput, Json } from '../../../harness/history/event.ts';

interface Plain {
  readonly key: string;
  readonly from: number;
  /** Infinity unless acknowledged. */
  readonly to: number;
  readonly wrote?: Json;
  readonly saw?: Json;
}

/** Which of the three hold, by their definitions: tries orders of writes. Factorial, for a handful of them. */
export interface Regularity {
  readonly safe: boolean;
  readonly weak: boolean;
  readonly ordered: boolean;
}

export function regularity(events: readonly EventInput[], initial: Json): Regularity {
  const plain = operations(events);
  const verdicts = [...new Set(plain.map((o) => o.key))].map((key): Regularity => {
    const onKey = plain.filter((o) => o.key === key);
    const reads = onKey.filter((o) => o.saw !== undefined);
    const writes = onKey.filter((o) => o.wrote !== undefined);
    const orders = subsets(writes)
      .flatMap((some) => permutations(some))
      .filter((order) => order.every((a, i) => order.slice(i + 1).every((b) => b.to > a.from)));
    // Of one order for all reads no more is asked than the real time of writes (Viotti & Vukolić: REALTIMEWRITES).
    const fits = (order: readonly Plain[], read: Plain, alone: boolean): boolean =>
      [...order.keys(), order.length].some((place) => {
        const before = order.slice(0, place);
        const after = order.slice(place);
        const early = alone ? before : before.slice(-1);
        if (early.some((w) => w.from > read.to) || after.some((w) => w.to < read.from)) return false;
        return JSON.stringify(before.at(-1)?.wrote ?? initial) === JSON.stringify(read.saw);
      });
    const calm = reads.filter((r) => writes.every((w) => w.to < r.from || r.to < w.from));
    return {
      safe: calm.every((r) => orders.some((order) => fits(order, r, true))),
      weak: reads.every((r) => orders.some((order) => fits(order, r, true))),
      ordered: orders.some((order) => reads.every((r) => fits(order, r, false))),
    };
  });
  return {
    safe: verdicts.every((v) => v.safe),
    weak: verdicts.every((v) => v.weak),
    ordered: verdicts.every((v) => v.ordered),
  };
}

/** Every choice of writes that leaves out none that was acknowledged. */
function subsets(writes: readonly Plain[]): Plain[][] {
  return writes.reduce<Plain[][]>(
    (all, w) => all.flatMap((some) => (w.to < Infinity ? [[...some, w]] : [some, [...some, w]])),
    [[]],
  );
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

function operations(events: readonly EventInput[]): Plain[] {
  return events.flatMap((event, from): Plain[] => {
    if (event.type !== 'invoke') return [];
    const end = events.findIndex((e, i) => i > from && e.process === event.process);
    const type = events[end]?.type ?? 'info';
    if (type === 'fail' || (event.f === 'read' && type !== 'ok')) return [];
    const base = { key: JSON.stringify(event.key ?? null), from, to: type === 'ok' ? end : Infinity };
    return [
      event.f === 'read'
        ? { ...base, saw: events[end].value ?? null }
        : { ...base, wrote: event.value ?? null },
    ];
  });
}
