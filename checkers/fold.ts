import type { Json } from '../harness/history/event.ts';
import type { Finding } from './types.ts';

/** Findings kept apart for each kind; further instances only count. */
const KEPT = 10;

/**
 * Collects findings of a checker and folds alike ones: a lagging replica yields thousands of stale reads, of which
 * ten keys' first ones are worth reading. Alike = same name, certainty and key. Witnesses are built only for those kept.
 */
export class FoldedFindings {
  readonly #kept = new Map<string, Map<Json, Counted>>();
  readonly #last = new Map<string, Counted>();

  add(name: string, certain: boolean, key: Json, build: () => Details): void {
    const kind = `${name}\u0000${certain}`;
    let keys = this.#kept.get(kind);
    if (keys === undefined) this.#kept.set(kind, (keys = new Map<Json, Counted>()));
    const known = keys.get(key) ?? (keys.size >= KEPT ? this.#last.get(kind) : undefined);
    if (known !== undefined) {
      known.count++;
      return;
    }
    const fresh: Counted = { finding: { name, certain, key, ...build() }, count: 1 };
    keys.set(key, fresh);
    this.#last.set(kind, fresh);
  }

  /** Instances of `name` so far, folded ones included. */
  count(name: string): number {
    let count = 0;
    for (const finding of this.findings()) if (finding.name === name) count += finding.count ?? 1;
    return count;
  }

  /** Those that no indeterminate operation and no assumption can explain away first, else in order of discovery. */
  findings(): Finding[] {
    return [...this.#kept.values()]
      .flatMap((keys) => [...keys.values()])
      .map(({ finding, count }) => (count === 1 ? finding : { ...finding, count }))
      .sort((a, b) => Number(b.certain) - Number(a.certain));
  }
}

export type Details = Pick<Finding, 'witness' | 'explanation' | 'evidence'>;

interface Counted {
  readonly finding: Finding;
  count: number;
}

/** Event indices as a witness: ascending, each once, absent (-1) ones dropped. */
export function witnessOf(...indices: readonly number[]): number[] {
  return [...new Set(indices)].filter((i) => i >= 0).sort((a, b) => a - b);
}
