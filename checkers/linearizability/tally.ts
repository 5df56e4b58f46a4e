import type { Finding } from '../types.ts';

/** Folds alike findings into one of each name: the smallest (then earliest) witness, the number of instances and keys. */
export class Tally {
  readonly #findings = new Map<string, { best: Finding; count: number; keys: number }>();

  /** `count` instances on one key, of which `finding` is the one to show. */
  add(finding: Finding, count: number): void {
    const known = this.#findings.get(finding.name);
    if (!known) {
      this.#findings.set(finding.name, { best: finding, count, keys: 1 });
      return;
    }
    known.count += count;
    known.keys++;
    if (isSimpler(finding, known.best)) known.best = finding;
  }

  /** In order of first appearance. */
  findings(): Finding[] {
    return [...this.#findings.values()].map(({ best, count, keys }) => ({
      ...best,
      count,
      evidence: { ...best.evidence, keys },
    }));
  }
}

function isSimpler(a: Finding, b: Finding): boolean {
  if (a.witness.length !== b.witness.length) return a.witness.length < b.witness.length;
  return (a.witness.at(-1) ?? 0) < (b.witness.at(-1) ?? 0);
}
