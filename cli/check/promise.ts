import { bounded, GUARANTEES } from '../../checkers/guarantees.ts';
import { TRANSACTIONAL_MODELS } from '../../checkers/transactions/models.ts';
import { CHECKERS } from '../../checkers/registry.ts';
import type { Promised } from '../../checkers/judge.ts';
import { suggestion, UsageError } from '../usage.ts';

/** What `--consistency a,b` asks: exactly these guarantees, with no fault as an excuse. @throws UsageError */
export function parseConsistency(text: string): Promised {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (bounded(name) !== null) continue;
    if (name.startsWith('bounded-staleness') || name.startsWith('k-staleness'))
      throw new UsageError(
        `--consistency: "${name}" needs a number: write bounded-staleness:250 (ms) or k-staleness:3 (versions)`,
      );
    if (!GUARANTEES.has(name))
      throw new UsageError(`--consistency: unknown model "${name}"; ${suggestion(name, GUARANTEES.keys())}`);
  }
  return { guarantee: names, tolerates: null };
}

/**
 * The checkers that decide a guarantee, the sharpest first. A guarantee is decided by checkers of its own: judging
 * linearizability by the session guarantees that it implies would call a history valid that is not.
 */
const DECIDED_BY: Readonly<Record<string, readonly string[]>> = {
  linearizable: ['linearizability'],
  'no-stale-read': ['linearizability'],
  sequential: ['sequential'],
  'regular-write-order': ['regular', 'regular-write-order'],
  regular: ['regular'],
  safe: ['regular'],
  'causal-convergent': ['causal'],
  'causal-memory': ['causal-memory'],
  pram: ['pram'],
  causal: ['causal'],
  'read-your-writes': ['read-your-writes'],
  'monotonic-reads': ['monotonic-reads'],
  'monotonic-writes': ['monotonic-writes'],
  'writes-follow-reads': ['writes-follow-reads'],
  'bounded-staleness': ['staleness'],
  'k-staleness': ['staleness'],
  durable: ['set'],
  convergent: ['lww'],
  ...Object.fromEntries(TRANSACTIONAL_MODELS.map(({ name }) => [name, ['transactions']])),
};

/** Names of the checkers for these guarantees. @throws UsageError when one has none yet. */
export function checkersFor(guarantees: readonly string[]): string[] {
  const names = new Set<string>();
  for (const guarantee of guarantees) {
    const found = (DECIDED_BY[bounded(guarantee)?.guarantee ?? guarantee] ?? []).filter((name) =>
      CHECKERS.has(name),
    );
    if (found.length === 0)
      throw new UsageError(`--consistency ${guarantee}: no checker decides it on a bare history`);
    for (const name of found) names.add(name);
  }
  return [...names];
}
