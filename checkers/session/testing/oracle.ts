import type { EventInput, Json } from '../../../harness/history/event.ts';

/**
 * Session guarantees by brute force, from the definition: a guarantee is refuted iff some session's observations fit
 * no total order of a key's versions at all. Shares no code with the checkers. Factorial: for ≤ 6 versions a key.
 */
export interface PlainOperation {
  readonly session: string;
  readonly key: Json;
  readonly inv: number;
  /** Infinity unless acknowledged. */
  readonly ret: number;
  /** Value written, undefined if none. */
  readonly wrote?: Json;
  /** Value observed, undefined if none. */
  readonly saw?: Json;
}

export function plainOperations(events: readonly EventInput[]): PlainOperation[] {
  const operations: PlainOperation[] = [];
  events.forEach((event, inv) => {
    if (event.type !== 'invoke') return;
    const end = events.findIndex((e, i) => i > inv && e.process === event.process);
    const completion = end < 0 ? undefined : events[end];
    if (completion?.type === 'fail') return;
    const ok = completion?.type === 'ok';
    const value = event.value as Json[];
    operations.push({
      session: String(event.session ?? event.process),
      key: event.key ?? null,
      inv,
      ret: ok ? end : Infinity,
      ...(event.f === 'write' ? { wrote: event.value ?? null } : {}),
      ...(event.f === 'cas' ? { wrote: value[1] } : {}),
      ...(event.f === 'read' && ok ? { saw: completion.value ?? null } : {}),
      ...(event.f === 'cas' && ok ? { saw: value[0] } : {}),
    });
  });
  return operations;
}

/** `[a, b]`: version a stands at or before version b. */
type Order = readonly [Json, Json];

export function refutesReadYourWrites(events: readonly EventInput[], realTime: boolean): boolean {
  return refuted(events, realTime, (own) =>
    own.flatMap((w) =>
      w.wrote === undefined
        ? []
        : own.flatMap((o): Order[] => [
            ...(o.ret < w.inv && o.wrote !== undefined && w.ret < Infinity
              ? [[o.wrote, w.wrote] as Order]
              : []),
            ...(o.ret < w.inv && o.saw !== undefined && w.ret < Infinity ? [[o.saw, w.wrote] as Order] : []),
            ...(w.ret < o.inv && o.saw !== undefined ? [[w.wrote, o.saw] as Order] : []),
          ]),
    ),
  );
}

export function refutesMonotonicReads(events: readonly EventInput[], realTime: boolean): boolean {
  return refuted(events, realTime, (own) =>
    own.flatMap((a) =>
      own.flatMap((b): Order[] => [
        ...(a.ret < b.inv && a.wrote !== undefined && b.wrote !== undefined
          ? [[a.wrote, b.wrote] as Order]
          : []),
        ...(a.ret < b.inv && a.saw !== undefined && b.saw !== undefined ? [[a.saw, b.saw] as Order] : []),
      ]),
    ),
  );
}

function refuted(
  events: readonly EventInput[],
  realTime: boolean,
  ordersOf: (own: readonly PlainOperation[]) => readonly Order[],
): boolean {
  const all = plainOperations(events);
  for (const key of new Set(all.map((o) => o.key)))
    for (const session of new Set(all.map((o) => o.session))) {
      const onKey = all.filter((o) => o.key === key);
      const versions = onKey.filter((o) => o.wrote !== undefined);
      const always = versions.flatMap((w): Order[] => [
        ...(w.saw === undefined ? [] : [[w.saw, w.wrote!] as Order]),
        ...(realTime ? versions.filter((v) => w.ret < v.inv).map((v) => [w.wrote!, v.wrote!] as Order) : []),
      ]);
      const orders = [...always, ...ordersOf(onKey.filter((o) => o.session === session))];
      const values = new Set(
        onKey.flatMap((o) => [o.wrote, o.saw]).filter((v) => v !== undefined && v !== null),
      );
      if (!permutations([...values]).some((p) => fits([null, ...p], orders))) return true;
    }
  return false;
}

const fits = (order: readonly Json[], orders: readonly Order[]): boolean =>
  orders.every(([a, b]) => order.indexOf(a) <= order.indexOf(b));

export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}
