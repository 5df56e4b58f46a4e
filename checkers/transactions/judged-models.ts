import { TRANSACTIONAL_MODELS } from './models.ts';
import { TRANSACTION_ANOMALIES } from './anomalies.ts';

/** What anomalies say of consistency models. */
export interface Boundary {
  /** The weakest models that they rule out; every model that implies one of these is ruled out too. */
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
  /** The strongest models that they leave possible. */
  readonly strongest: readonly string[];
}

const IMPLIED: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  TRANSACTIONAL_MODELS.map(({ name }) => [name, impliedBy(name)]),
);

const REFUTES = new Map<string, readonly string[]>(TRANSACTION_ANOMALIES.map((a) => [a.name, a.violates]));
// Shared with other checkers: see anomalies.ts.
REFUTES.set('future-read', ['read-committed']);

/** The weakest models that an anomaly of this name refutes. */
export const violatedBy = (name: string): readonly string[] => REFUTES.get(name) ?? [];

/** A model and everything it implies. */
export function impliedBy(name: string): Set<string> {
  const all = new Set<string>();
  const pending = [name];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (all.has(next)) continue;
    all.add(next);
    pending.push(...(TRANSACTIONAL_MODELS.find((model) => model.name === next)?.implies ?? []));
  }
  return all;
}

/** Models refuted and models left by anomalies of these names; each list in the table's order, weakest first. */
export function boundary(anomalies: Iterable<string>): Boundary {
  const direct = new Set([...anomalies].flatMap(violatedBy));
  const names = TRANSACTIONAL_MODELS.map(({ name }) => name);
  const implies = (a: string, b: string): boolean => a !== b && (IMPLIED.get(a)?.has(b) ?? false);
  const refuted = names.filter(
    (name) => direct.has(name) || [...direct].some((weaker) => implies(name, weaker)),
  );
  const left = names.filter((name) => !refuted.includes(name));
  const weakest = refuted.filter((name) => !refuted.some((other) => implies(name, other)));
  return {
    not: weakest,
    alsoNot: refuted.filter((name) => !weakest.includes(name)),
    strongest: left.filter((name) => !left.some((other) => implies(other, name))),
  };
}

/** Those of the models that no other of them implies. */
export function strongestOf(models: readonly string[]): string[] {
  return models.filter((name) => !models.some((other) => other !== name && IMPLIED.get(other)?.has(name)));
}

/** Does an anomaly refute one of the models, or a model that they imply? */
export function refutes(anomaly: string, models: Iterable<string>): boolean {
  const direct = violatedBy(anomaly);
  return [...models].some((model) => direct.some((weaker) => IMPLIED.get(model)?.has(weaker)));
}
