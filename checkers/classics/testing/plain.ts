import type { EventInput, Json } from '../../../harness/history/event.ts';

/** An operation as definitions see it. */
export interface Op {
  readonly process: number;
  readonly f: string;
  readonly asked: Json;
  readonly saw: Json;
  readonly inv: number;
  /** Infinity unless `ok`. */
  readonly ret: number;
  readonly failed: boolean;
}

export function opsOf(events: readonly EventInput[]): Op[] {
  return events.flatMap((e, inv): Op[] => {
    if (e.type !== 'invoke') return [];
    const end = events.findIndex((x, j) => j > inv && x.process === e.process);
    const type = end < 0 ? 'info' : events[end].type;
    const ok = type === 'ok';
    const saw = ok ? (events[end].value ?? null) : null;
    return [
      {
        process: e.process,
        f: e.f,
        asked: e.value ?? null,
        saw,
        inv,
        ret: ok ? end : Infinity,
        failed: type === 'fail',
      },
    ];
  });
}

export const okOf = (ops: readonly Op[], f: string): Op[] =>
  ops.filter((op) => op.f === f && op.ret < Infinity);
export const list = (value: Json): readonly Json[] => value as readonly Json[];
export const some = <T>(all: readonly T[], test: (a: T, b: T) => boolean): boolean =>
  all.some((a) => all.some((b) => a !== b && test(a, b)));
