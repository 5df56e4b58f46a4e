import type { Operations } from '../operations.ts';

/** The operations that a witness's events belong to, in order of invocation. */
export function witnessOperations(ops: Operations, witness: readonly number[]): number[] {
  const found = new Set<number>();
  for (const event of witness)
    if (event >= 0 && event < ops.events && ops.ofEvent[event] >= 0) found.add(ops.ofEvent[event]);
  return [...found].sort((a, b) => a - b);
}

/** The event by which a sentence's reader knows the operation: the one it names, the one in the witness, or its invocation. */
export function namedEvent(ops: Operations, o: number, witness: readonly number[], sentence = ''): number {
  const told = [ops.invoke[o], ops.complete[o]].find((event) => new RegExp(`#${event}\\b`).test(sentence));
  if (told !== undefined && told >= 0) return told;
  return witness.includes(ops.invoke[o]) || !witness.includes(ops.complete[o])
    ? ops.invoke[o]
    : ops.complete[o];
}

/** From run time (ns) to picture units, and the moments at which it bends. */
export interface Scale {
  readonly x: (time: number) => number;
  readonly width: number;
  readonly moments: readonly number[];
}

/** Room between neighbouring moments, before it is fitted to the page; and the least that labels can live with. */
const NARROW = 74;
const WIDE = 190;
const LEAST = 44;

/**
 * A scale on which each moment of the witness is told apart: time runs evenly between two neighbouring moments, and
 * the room between them grows with the logarithm of the wait, so microseconds and minutes fit one picture.
 * @param available the width to fill; exceeded when there are too many moments, filled only if that stays readable.
 */
export function witnessScale(times: readonly number[], available: number): Scale {
  const moments = [...new Set(times)].sort((a, b) => a - b);
  const waits = moments.slice(1).map((m, i) => Math.log10(1 + m - moments[i]));
  const [least, most] = [Math.min(...waits), Math.max(...waits)];
  const wanted = waits.map((w) =>
    most === least ? WIDE : NARROW + ((w - least) / (most - least)) * (WIDE - NARROW),
  );
  const fit = Math.min(1.5, available / wanted.reduce((sum, w) => sum + w, 0));
  const at = [0];
  for (const w of wanted) at.push(at[at.length - 1] + Math.max(LEAST, w * fit));
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
