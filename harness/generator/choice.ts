// One of several.
import { merge, type Child } from './merge.ts';
import { DONE, forked, rewrap } from './next.ts';
import type { Context, Generator, Next, Notice } from './types.ts';

/** A generator with its share: weights are relative to the others' (2 and 1 = twice as often). */
export type Weighted = readonly [weight: number, generator: Generator];

/**
 * Each operation from a generator drawn by weight; one that is done drops out. When the drawn one waits, all wait:
 * taking another would bend the shares.
 */
export function mix(choices: readonly Weighted[]): Generator {
  for (const [weight] of choices)
    if (!(weight > 0 && weight < Infinity))
      throw new RangeError(`mix: a weight must be above 0, not ${weight}`);
  return mixed(choices, 0);
}

function mixed(choices: readonly (Weighted | null)[], given: number): Generator {
  const withChoice = (i: number, choice: Weighted | null) => choices.map((c, j) => (i === j ? choice : c));
  return {
    next(context): Next {
      const i = draw(choices, context.random.fork(`mix${given}`).unit());
      const choice = choices[i];
      if (!choice) return DONE;
      const [weight, generator] = choice;
      const next = generator.next(forked(context, String(i)));
      if (next.kind === 'done') return mixed(withChoice(i, null), given).next(context);
      return rewrap(
        next,
        (rest) => mixed(withChoice(i, [weight, rest]), given),
        (rest) => mixed(withChoice(i, [weight, rest]), given + 1),
      );
    },
    update(context, notice) {
      let changed = false;
      const told = choices.map((choice) => {
        const generator = choice?.[1].update(context, notice);
        if (!choice || !generator || generator === choice[1]) return choice;
        changed = true;
        return [choice[0], generator] as const;
      });
      return changed ? mixed(told, given) : this;
    },
  };
}

/** Which choice the point `unit` in [0, 1) falls on; -1 when none is left. */
function draw(choices: readonly (Weighted | null)[], unit: number): number {
  const total = choices.reduce((sum, choice) => sum + (choice?.[0] ?? 0), 0);
  let point = unit * total;
  let last = -1;
  for (let i = 0; i < choices.length; i++) {
    const choice = choices[i];
    if (choice === null) continue;
    last = i;
    point -= choice[0];
    if (point < 0) break;
  }
  return last;
}

/** All generators side by side on the same threads: whichever is due first; equals take turns. */
export function anyOf(...generators: readonly Generator[]): Generator {
  return side(
    generators,
    generators.map(() => 0),
  );
}

function side(children: readonly Child[], served: readonly number[]): Generator {
  return {
    next(context: Context): Next {
      return merge(
        children,
        (i) => forked(context, String(i)),
        (after, taken) =>
          side(
            after,
            served.map((count, i) => (i === taken ? count + 1 : count)),
          ),
        (i) => served[i],
      );
    },
    update(context: Context, notice: Notice) {
      return tellAll(this, children, context, notice, (told) => side(told, served));
    },
  };
}

function tellAll(
  self: Generator,
  children: readonly Child[],
  context: Context,
  notice: Notice,
  rebuild: (children: readonly Child[]) => Generator,
): Generator {
  const told = children.map((child) => child?.update(context, notice) ?? null);
  return told.every((child, i) => child === children[i]) ? self : rebuild(told);
}
