import type { EventInput } from '../../../harness/history/event.ts';

interface Add {
  readonly amount: number;
  readonly from: number;
  readonly to: number;
  readonly process: number;
}

function endOf(events: readonly EventInput[], i: number): number {
  return events.findIndex((e, j) => j > i && e.process === events[i].process);
}

/** All adds that did not fail; `to` Infinity unless acknowledged. */
function addsOf(events: readonly EventInput[]): Add[] {
  return events.flatMap((e, from): Add[] => {
    if (e.type !== 'invoke' || e.f !== 'add') return [];
    const end = endOf(events, from);
    if (end >= 0 && events[end].type === 'fail') return [];
    const to = end >= 0 && events[end].type === 'ok' ? end : Infinity;
    return [{ amount: e.value as number, from, to, process: e.process }];
  });
}

/** Can each session's reads be sums of growing sets of adds, its own acknowledged ones among them? All sets are tried. */
export function explainsReads(events: readonly EventInput[]): boolean {
  const adds = addsOf(events);
  const masks = subsets(adds.length);
  const sums = masks.map((mask) => sumOf(adds, mask));
  const possible = new Map<number, readonly number[]>();
  return events.every((e, at) => {
    if (e.type !== 'ok' || e.f !== 'read') return true;
    const began = events.findLastIndex((x, j) => j < at && x.process === e.process);
    const own = adds.reduce((m, a, i) => (a.process === e.process && a.to < began ? m | (1 << i) : m), 0);
    const allowed = adds.reduce((m, a, i) => (a.from < at ? m | (1 << i) : m), 0);
    const before = possible.get(e.process) ?? [0];
    const now = masks.filter(
      (mask) =>
        sums[mask] === e.value &&
        (mask & own) === own &&
        (mask & ~allowed) === 0 &&
        before.some((m) => (mask & m) === m),
    );
    possible.set(e.process, now);
    return now.length > 0;
  });
}

/** Is `value` all acknowledged adds and some of the others? */
export function explainsFinal(events: readonly EventInput[], value: number): boolean {
  const adds = addsOf(events);
  const must = adds.reduce((m, a, i) => (a.to < Infinity ? m | (1 << i) : m), 0);
  return subsets(adds.length).some((mask) => (mask & must) === must && sumOf(adds, mask) === value);
}

function subsets(n: number): number[] {
  return Array.from({ length: 1 << n }, (_, mask) => mask);
}

function sumOf(adds: readonly Add[], mask: number): number {
  return adds.reduce((sum, add, i) => (mask & (1 << i) ? sum + add.amount : sum), 0);
}
