import type { EventInput, Json } from '../../../harness/history/event.ts';

/**
 * The definitions of the lww checker, spelled out over all pairs and a closed causal order; for one row "r" whose
 * final reads begin after everything else has ended. Shares no code with the checker.
 */
export interface Verdict {
  /** `fate/field/event of the acknowledgement/certain`, sorted. */
  readonly lost: readonly string[];
}

interface Op {
  readonly session: string;
  readonly inv: number;
  readonly ret: number;
  readonly f: string;
  readonly wrote: Readonly<Record<string, Json>>;
  readonly saw: Readonly<Record<string, Json>>;
  readonly node: string | null;
}

function operations(events: readonly EventInput[], from: number): Op[] {
  return events.flatMap((event, inv): Op[] => {
    if (event.type !== 'invoke' || inv > from) return [];
    const end = events.findIndex((e, i) => i > inv && e.process === event.process);
    const completion = end < 0 ? undefined : events[end];
    if (completion?.type === 'fail') return [];
    const ok = completion?.type === 'ok';
    const record = (value: Json | undefined): Readonly<Record<string, Json>> =>
      (value ?? {}) as Record<string, Json>;
    return [
      {
        session: String(event.session ?? event.process),
        inv,
        ret: ok ? end : Infinity,
        f: event.f,
        wrote: event.f === 'write' ? record(event.value) : {},
        saw: event.f === 'read' && ok ? record(completion.value) : {},
        node: ok ? (completion.node ?? null) : null,
      },
    ];
  });
}

/** Judges the history whose final reads begin at event `from` and all return `final`. */
export function oracle(
  events: readonly EventInput[],
  from: number,
  final: Readonly<Record<string, Json>>,
): string[] {
  const ops = operations(events, from);
  const co = ops.map((a) => ops.map((b) => (a.session === b.session && a.ret < b.inv) || readsFrom(a, b)));
  for (let k = 0; k < ops.length; k++)
    for (let i = 0; i < ops.length; i++)
      for (let j = 0; j < ops.length; j++) co[i][j] ||= co[i][k] && co[k][j];
  const isBefore = (a: Op, b: Op): boolean => co[ops.indexOf(a)][ops.indexOf(b)];
  const allReads = operations(events, Infinity).filter((o) => o.f === 'read');
  const effect = (a: Op): number =>
    Math.min(a.ret, ...allReads.filter((r) => readsFrom(a, r)).map((r) => r.ret));

  const fields = [...new Set(ops.flatMap((o) => Object.keys(o.wrote)))];
  const writers = (field: string): Op[] => ops.filter((o) => field in o.wrote || o.f === 'delete');
  const winnerOf = (field: string): Op | undefined =>
    final[field] === undefined ? undefined : ops.find((o) => o.wrote[field] === final[field]);
  const lost: string[] = [];
  for (const field of fields) {
    const winner = winnerOf(field);
    const winners = winner ? [winner] : ops.filter((o) => o.f === 'delete');
    for (const w of writers(field)) {
      if (w.ret === Infinity || winners.includes(w)) continue;
      const above = writers(field).filter((v) => isBefore(w, v));
      if (above.some((v) => effect(v) < Infinity)) continue;
      const causal = winners.length > 0 && winners.every((v) => isBefore(v, w));
      const earlier = winners.length > 0 && winners.every((v) => isBefore(v, w) || effect(v) < w.inv);
      const carried = fields.some((other) => {
        const v = winnerOf(other);
        return v !== undefined && v !== w && !(field in v.wrote) && effect(v) > w.inv;
      });
      const oneClock =
        winner !== undefined && winner.ret < Infinity && winner.node !== null && winner.node === w.node;
      const fate =
        w.f === 'write' &&
        carried &&
        (winners.length === 0 || ((causal || earlier) && (oneClock || sameNodes(winners, w))))
          ? 'field-loss'
          : winners.length === 0
            ? 'total-loss'
            : causal
              ? w.f === 'delete'
                ? 'resurrection'
                : 'causal-inversion'
              : earlier
                ? 'clock-skew-loss'
                : 'concurrent-discard';
      lost.push(`${fate}/${field}/${w.ret}/${above.length === 0}`);
    }
  }
  return lost.sort();
}

/** For an empty cell the checker blames the last delete of those that may have won. */
function sameNodes(winners: readonly Op[], w: Op): boolean {
  const last = winners.at(-1)!;
  return last.ret < Infinity && last.node !== null && last.node === w.node;
}

function readsFrom(w: Op, r: Op): boolean {
  return w !== r && Object.entries(w.wrote).some(([field, value]) => r.saw[field] === value);
}
