import { closure, GUARANTEES, NUMBERED } from '../../checkers/guarantees.ts';
import { ANOMALIES, CHECKERS } from '../../checkers/registry.ts';
import type { ResultDocument } from '../document.ts';

/** What runs say of guarantees: by their findings alone, whatever was claimed and whatever fault excused it. */
export interface Strength {
  /** The strongest that were tried and not refuted. A green run proves none of them. */
  readonly notRefuted: readonly string[];
  /** The weakest that were refuted. */
  readonly refuted: readonly string[];
}

/**
 * Checkers that say of each guarantee on its own whether it was refuted. Of the others only a valid verdict speaks for
 * guarantees: who found a stale read has not gone on to ask for sequential consistency.
 */
const DECIDES_EACH = new Set(['transactions']);

function judgedBy(checker: string): string[] {
  return (CHECKERS.get(checker)?.anomalies ?? []).flatMap((name) => ANOMALIES.get(name)?.violates ?? []);
}

export function strengthOf(
  runs: readonly { readonly document: Pick<ResultDocument, 'checks' | 'anomalies'> }[],
): Strength {
  const tried = new Set<string>();
  const broken = new Set<string>();
  const doubtful = new Set<string>();
  for (const { document } of runs) {
    for (const { checker, valid } of document.checks)
      for (const guarantee of judgedBy(checker))
        (valid === true || DECIDES_EACH.has(checker) ? tried : doubtful).add(guarantee);
    for (const { name, certain } of document.anomalies)
      if (certain) for (const guarantee of ANOMALIES.get(name)?.violates ?? []) broken.add(guarantee);
  }
  for (const guarantee of doubtful) if (!broken.has(guarantee)) tried.delete(guarantee);
  for (const guarantee of broken) tried.add(guarantee);
  // A bound is a guarantee with its number only.
  const known = [...tried].filter((name) => GUARANTEES.has(name) && !NUMBERED.has(name));
  const isRefuted = (name: string) => [...closure([name])].some((implied) => broken.has(implied));
  const standing = known.filter((name) => !isRefuted(name));
  const fallen = known.filter(isRefuted);
  return {
    notRefuted: standing
      .filter((name) => !standing.some((other) => other !== name && implies(other, name)))
      .sort(),
    refuted: fallen.filter((name) => !fallen.some((other) => other !== name && implies(name, other))).sort(),
  };
}

function implies(strong: string, weak: string): boolean {
  return closure([strong]).has(weak) && !closure([weak]).has(strong);
}

/** The share of these guarantees that nothing refuted, from 0 to 1: the height of a configuration in the chart. */
export function keptOf({ refuted }: Strength, among: ReadonlySet<string>): number {
  if (among.size === 0) return 0;
  const fallen = [...among].filter((name) => refuted.some((weak) => closure([name]).has(weak)));
  return 1 - fallen.length / among.size;
}
