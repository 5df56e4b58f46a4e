import { canonicalJson } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { FAIL, INVOKE, OK, type History } from '../../harness/history/history.ts';
import type { CheckOptions, Finding } from '../types.ts';
import type { Model, ModelOperation } from './models/model.ts';
import { MODELS } from './models/models.ts';

/**
 * Does a finding of the linearizability checker hold? Judged anew from its witness by the definitions in `anomalies.ts`,
 * with code that the checker does not use: plain scans of the history for what one operation observed, an exhaustive
 * search of the witness's few operations for the rest.
 */
export function holds(history: History, finding: Finding, options: CheckOptions): boolean {
  const initial = options.initial ?? null;
  const operations = operationsOf(history, finding);
  const inWitness = operations.filter((o) => finding.witness.includes(o.from));
  const { name } = finding;
  const model = options.model === undefined ? undefined : MODELS.find((m) => m.name === options.model);
  if (name === 'non-linearizable') {
    const { anyStart, until } = finding.evidence as { anyStart: boolean; until: number };
    const part = inWitness.map((o) => {
      if (!finding.witness.includes(o.to)) return { ...o, to: Infinity, result: undefined };
      return o.to > until ? { ...o, to: Infinity } : o;
    });
    if (model) return !orderable(part, model, model.init(initial));
    const starts = anyStart ? [...part.map(observed), { nothing: 'else' }] : [initial];
    return starts.every((start) => !orderable(part, register, start ?? null));
  }
  if (name === 'new-old-inversion' || name === 'double-cas' || name === 'cas-cycle')
    return !orderable(withoutLooseEnds(inWitness, initial), register, initial);
  return inWitness.some((o) => isWrong(name, o, operations, inWitness, initial));
}

interface Operation extends ModelOperation {
  readonly from: number;
  readonly to: number;
  readonly failed: boolean;
}

/** All operations on the finding's key; failed ones too. */
function operationsOf(history: History, finding: Finding): Operation[] {
  const key = history.key[finding.witness[0]];
  const all: Operation[] = [];
  for (let i = 0; i < history.length; i++) {
    if (history.type[i] !== INVOKE || history.process[i] < 0 || history.key[i] !== key) continue;
    const end = history.pair[i];
    const ok = end >= 0 && history.type[end] === OK;
    all.push({
      f: history.functions.valueOf(history.f[i]),
      value: history.values[i],
      result: ok ? history.values[end] : undefined,
      process: history.process[i],
      from: i,
      to: ok ? end : Infinity,
      failed: end >= 0 && history.type[end] === FAIL,
    });
  }
  return all;
}

/** By definition, with real time only: `a` had returned when `b` began. */
function isWrong(name: string, o: Operation, all: Operation[], witness: Operation[], initial: Json): boolean {
  const seen = observed(o);
  if (seen === undefined) return false;
  // What never returned may never have happened, unless the witness shows that it did.
  if (o.to === Infinity && !witness.some((x) => x !== o && same(observed(x), written(o) ?? null)))
    return false;
  const writes = all.filter((w) => w !== o && written(w) !== undefined);
  const sources = writes.filter((w) => !w.failed && same(written(w), seen));
  const refused = o.f === 'cas' && o.result === false;
  // By when an operation had surely taken effect: its return, or that of a read or CAS in the witness that saw its value.
  const until = (w: Operation): number => {
    const alone =
      writes.concat(o).filter((x) => !x.failed && same(written(x), written(w) ?? null)).length === 1;
    const seers = alone ? witness.filter((x) => x !== o && same(observed(x), written(w) ?? null)) : [];
    return Math.min(w.to, ...seers.map((x) => x.to));
  };
  const end = o.f === 'cas' ? until(o) : o.to;
  switch (name) {
    case 'thin-air-read':
      return !refused && !same(seen, initial) && writes.every((w) => !same(written(w), seen));
    case 'failed-write-visible':
      return (
        !refused && !same(seen, initial) && sources.length === 0 && writes.some((w) => same(written(w), seen))
      );
    case 'future-read':
      return (
        !same(seen, initial) &&
        sources.length > 0 &&
        (sources.every((w) => w.from > end) || dependsOnFuture(o, witness))
      );
    case 'stale-read':
      if (sources.length === 0 && !same(seen, initial)) return false;
      return witness.some(
        (newer) =>
          written(newer) !== undefined &&
          !same(written(newer), seen) &&
          newer.to < o.from &&
          sources.every((w) => w.from > end || until(w) < newer.from),
      );
    case 'refused-cas': {
      const others = writes.filter((w) => !w.failed && !same(written(w), seen) && w.from < o.to);
      const since = Math.max(-1, ...sources.filter((w) => w.to < o.from).map((w) => w.from));
      if (since < 0 && !(same(seen, initial) && others.length === 0)) return false;
      return refused && others.every((w) => w.to < since);
    }
    default:
      return false;
  }
}

/** A value made by a chain of CAS of which one began after the value had been seen. */
function dependsOnFuture(o: Operation, witness: Operation[]): boolean {
  const chain: Operation[] = [];
  const makers = (value: Json): Operation[] =>
    witness.filter((w) => !chain.includes(w) && same(written(w), value));
  for (let next = o.f === 'cas' ? [o] : makers(observed(o) ?? null); next.length > 0;) {
    chain.push(next[0]);
    next = next[0].f === 'cas' ? makers(observed(next[0]) ?? null) : [];
  }
  return chain.some((w) => w.from > o.to);
}

function written({ f, value, result }: Operation): Json | undefined {
  if (f === 'write' || f === 'put') return value;
  return f === 'cas' && result !== false ? (value as readonly Json[])[1] : undefined;
}

function observed({ f, value, result }: ModelOperation): Json | undefined {
  return f === 'cas' ? (value as readonly Json[])[0] : f === 'read' || f === 'get' ? result : undefined;
}

/** A CAS from a value that no operation of the part writes counts as a write: that asks less. */
function withoutLooseEnds(part: Operation[], initial: Json): Operation[] {
  return part.map((o) => {
    if (o.f !== 'cas' || same(observed(o), initial)) return o;
    if (part.some((w) => same(written(w), observed(o) ?? null))) return o;
    return { ...o, f: 'write', value: written(o) ?? null };
  });
}

const register: Pick<Model, 'step'> = {
  step: (state, { f, value, result }) => {
    if (f === 'write' || f === 'put') return value;
    if (f !== 'cas') return result === undefined || same(state, result) ? state : undefined;
    const [old, next] = value as readonly Json[];
    if (result === false) return same(state, old) ? undefined : state;
    return same(state, old) ? next : undefined;
  },
};

/** Wing & Gong, Testing and verifying concurrent objects, JPDC 1993; failed attempts are remembered. */
function orderable(part: readonly Operation[], model: Pick<Model, 'step'>, initial: Json): boolean {
  const dead = new Set<string>();
  const go = (left: readonly Operation[], state: Json): boolean => {
    if (left.every((o) => o.to === Infinity)) return true;
    const id = `${left.map((o) => o.from).join()} ${canonicalJson(state)}`;
    if (dead.has(id)) return false;
    dead.add(id);
    const soonest = Math.min(...left.map((o) => o.to));
    return left.some((o) => {
      const after = o.from < soonest ? model.step(state, o) : undefined;
      return (
        after !== undefined &&
        go(
          left.filter((other) => other !== o),
          after,
        )
      );
    });
  };
  return go(
    part.filter((o) => !o.failed),
    initial,
  );
}

function same(a: Json | undefined, b: Json): boolean {
  return a !== undefined && canonicalJson(a) === canonicalJson(b);
}
