import type { Operations } from '../operations.ts';

/** The operations that a witness's events belong to, in order of invocation. */
export function witnessOperations(ops: Operations, witness: readonly number[]): number[] {
  const found = new Set<number>();
  for (const event of witness)
    if (event >= 0 && event < ops.events && ops.ofEvent[event] >= 0) found.add(ops.ofEvent[event]);
  return [...found].sort((a, b) => a - b);
}

/** From run time (ns) to picture units, and the moments at which it bends. */
export interface Scale {
  readonly x: (time: number) => number;
  readonly width: number;
  readonly moments: readonly number[];
}

const NARROWEST = 74;
const WIDEST = 190;

/**
 * A scale on which each moment of the witness is told apart: time runs evenly between two neighbouring moments, and
 * the room between them grows with the logarithm of the wait, so microseconds and minutes fit one picture.
 */
export function witnessScale(times: readonly number[]): Scale {
  const moments = [...new Set(times)].sort((a, b) => a - b);
  const waits = moments.slice(1).map((m, i) => Math.log10(1 + m - moments[i]));
  const [least, most] = [Math.min(...waits), Math.max(...waits)];
  const room = waits.map((w) =>
    most === least ? NARROWEST + 30 : NARROWEST + ((w - least) / (most - least)) * (WIDEST - NARROWEST),
  );
  const at = [0];
  for (const r of room) at.push(at[at.length - 1] + r);
  const x = (time: number): number => {
    if (time <= moments[0]) return 0;
    for (let i = 1; i < moments.length; i++)
      if (time <= moments[i]) {
        const part = (time - moments[i - 1]) / (moments[i] - moments[i - 1]);
        return at[i - 1] + part * (at[i] - at[i - 1]);
      }
    return at[at.length - 1];
  };
  return { x, width: at[at.length - 1], moments };
}

/** The operation the witness is about: the last to begin among those that returned something. */
export function accused(ops: Operations, shown: readonly number[]): number {
  const answered = shown.filter((o) => ops.outcome[o] === 1);
  return (answered.length > 0 ? answered : shown).at(-1) ?? -1;
}
