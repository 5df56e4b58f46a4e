import type { Outcome } from '../checkers/judge.ts';

/**
 * How a run or a check ends. A violation outranks everything; `unknown` (a checker ran out of its budget, or had
 * nothing to judge) and `inconclusive` (the run proves nothing: a fault never bit, a phase was empty) are never valid.
 */
export type { Outcome };

export const OUTCOMES: readonly Outcome[] = ['valid', 'violation', 'unknown', 'inconclusive', 'error'];

/** The exit status of a command that ends with this outcome. */
export const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  valid: 0,
  violation: 1,
  unknown: 2,
  inconclusive: 2,
  error: 3,
};

/** The exit status for a command that was asked for something that does not exist or cannot be. */
export const EXIT_USAGE = 64;

/** Outcomes from the best to the worst: the worst of several runs decides the exit status of the command. */
const FROM_BEST: readonly Outcome[] = ['valid', 'inconclusive', 'unknown', 'error', 'violation'];

/** The outcome that stands for several; `unknown` for none, since nothing was judged. */
export function worstOf(outcomes: Iterable<Outcome>): Outcome {
  let worst = -1;
  for (const outcome of outcomes) worst = Math.max(worst, FROM_BEST.indexOf(outcome));
  return worst < 0 ? 'unknown' : FROM_BEST[worst];
}
