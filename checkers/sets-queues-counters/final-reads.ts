import { phases } from '../../harness/history/fault.ts';
import { NEMESIS, type Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';

/** What a run said about quiescence, null for a history that says nothing (a bare file). */
export interface Settlement {
  readonly settled: boolean;
  readonly evidence: string;
  readonly unrecovered: readonly string[];
  readonly index: number;
}

/** How the evidence begins when the harness could not find out whether the cluster had settled. */
export const UNPROVEN = 'not proven';

/** The last `settled` mark of the nemesis. */
export function settlementOf(history: History): Settlement | null {
  const id = history.functions.idOf('settled');
  for (let i = history.length - 1; i >= 0 && id >= 0; i--) {
    if (history.process[i] !== NEMESIS || history.f[i] !== id) continue;
    const value = (history.values[i] ?? {}) as { readonly [name: string]: Json };
    return {
      settled: value.settled === true,
      evidence: typeof value.evidence === 'string' ? value.evidence : '',
      unrecovered: Array.isArray(value.unrecovered) ? value.unrecovered.map(String) : [],
      index: i,
    };
  }
  return null;
}

/** The nodes (by number) that lead at the end, as the cluster itself said last; empty where it never said, or none did. */
export function leadersOf(history: History): ReadonlySet<number> {
  const id = history.functions.idOf('primaries');
  for (let i = history.length - 1; i >= 0 && id >= 0; i--) {
    const said = history.values[i];
    if (history.process[i] !== NEMESIS || history.f[i] !== id || !Array.isArray(said)) continue;
    return new Set((said as readonly string[]).map((node) => history.nodes.idOf(node)));
  }
  return new Set();
}

/** Index of the event that begins the phase of final reads, -1 if the history has no such phase. */
export function finalPhase(history: History): number {
  return phases(history).findLast((mark) => mark.phase === 'final')?.index ?? -1;
}

/**
 * Which of `reads` (completions of reads of one object, ascending) show what is left at the end: those of the final
 * phase (`phase`, see {@link finalPhase}); in a bare file (-1) those that began after the object's last update had
 * ended (`lastUpdate`, an event); failing these, the read that completed last.
 */
export function finalReads(
  history: History,
  reads: readonly number[],
  lastUpdate: number,
  phase: number,
): readonly number[] {
  const from = phase >= 0 ? phase : lastUpdate;
  const after = reads.filter((i) => history.pair[i] > from);
  return after.length > 0 || phase >= 0 ? after : reads.slice(-1);
}
