import fc from 'fast-check';
import { canonicalJson } from '../../../harness/history/dictionary.ts';
import { historyOf } from '../../../harness/history/builder.ts';
import { events, type History } from '../../../harness/history/history.ts';
import type { Json } from '../../../harness/history/event.ts';
import { spareIn } from '../../testing/minimal.ts';
import type { CheckOptions, Finding } from '../../types.ts';
import { linearizations } from '../certificate.ts';
import { linearizability } from '../linearizability.ts';
import { proves, type Replay } from '../validate-order.ts';
import { holds } from '../validate.ts';
import {
  bruteForce,
  counterSpecification,
  illegal,
  kvSpecification,
  mutexSpecification,
  queueSpecification,
  registerSpecification,
  setSpecification,
} from './oracle.ts';
import { simulate, type Dice, type Request, type Simulation } from './simulate.ts';

const READ: Request = { f: 'read', value: null };
const shape = { operations: 8, processes: 4, keys: 1 };

const casResult = (before: Json, { f, value }: Request): Json => {
  if (f !== 'cas') return f === 'read' ? before : value;
  return canonicalJson(before) === canonicalJson((value as readonly Json[])[0]) ? value : false;
};

const otherResult = (dice: Dice, right: Json, { f }: Request, values: readonly Json[]): Json =>
  f === 'cas' ? (right === false ? true : false) : f === 'read' ? values[dice.roll(values.length)] : right;

/** Registers: `values` 0 = unique ones, as a CAS's new values too; `mismatch` whether a refused CAS is `ok` or left out. */
function registers(values: number, cas: boolean, mismatch: boolean): Simulation {
  return {
    ...shape,
    initial: null,
    keys: values === 0 ? 2 : 1,
    specification: registerSpecification,
    request: (dice, serial) => {
      const kind = dice.roll(cas ? 3 : 2);
      if (kind === 0) return READ;
      const value = values === 0 ? serial : dice.roll(values);
      if (kind === 1) return { f: 'write', value };
      const old = dice.roll(values === 0 ? serial : values);
      return { f: 'cas', value: [old === 0 && values === 0 ? null : old, value] };
    },
    result: casResult,
    results: (dice, right, request) =>
      request.f === 'cas' && !mismatch
        ? right
        : otherResult(
            dice,
            right,
            request,
            values === 0 ? [null, 1, 2, 3, 4, 5, 6, 7, 8, 9] : [null, 0, 1, 2],
          ),
  };
}

/** A simulation whose refused CAS fails: it observes nothing. */
function quiet(simulation: Simulation): Simulation {
  return {
    ...simulation,
    specification: (state, step) =>
      registerSpecification(state, step.output === false ? { ...step, output: null } : step),
  };
}

export const SIMULATIONS: { readonly [name: string]: Simulation & { readonly model?: string } } = {
  'register, unique values': registers(0, false, false),
  'register, three values': registers(3, false, false),
  'cas-register, unique values': quiet(registers(0, true, false)),
  'cas-register, unique values, refusals observed': registers(0, true, true),
  'cas-register, three values': registers(3, true, true),
  kv: {
    ...shape,
    initial: '',
    model: 'kv',
    specification: kvSpecification,
    request: (dice) => {
      const kind = dice.roll(4);
      return kind < 2 ? READ : { f: kind === 2 ? 'write' : 'append', value: 'ab'[dice.roll(2)] };
    },
    result: (before, { f, value }) => (f === 'read' ? before : value),
    results: (dice, right, { f }) => (f === 'read' ? ['', 'a', 'b', 'ab', 'ba', 'aa'][dice.roll(6)] : right),
  },
  counter: {
    ...shape,
    initial: 0,
    model: 'counter',
    specification: counterSpecification,
    request: (dice) => (dice.roll(2) === 0 ? READ : { f: 'add', value: 1 + dice.roll(2) }),
    result: (before, { f, value }) => (f === 'read' ? before : value),
    results: (dice, right, { f }) => (f === 'read' ? dice.roll(7) : right),
  },
  set: {
    ...shape,
    initial: [],
    model: 'set',
    specification: setSpecification,
    request: (dice) => (dice.roll(2) === 0 ? READ : { f: 'add', value: dice.roll(3) }),
    result: (before, { f, value }) => (f === 'read' ? before : value),
    results: (dice, right, { f }) => (f === 'read' ? [0, 1, 2].filter(() => dice.roll(2) === 0) : right),
  },
  queue: {
    ...shape,
    initial: [],
    model: 'queue',
    specification: queueSpecification,
    request: (dice, serial) =>
      dice.roll(2) === 0
        ? { f: 'dequeue', value: null }
        : { f: 'enqueue', value: dice.roll(2) === 0 ? serial : 1 },
    result: (before, { f, value }) => (f === 'dequeue' ? ((before as readonly Json[])[0] ?? null) : value),
    results: (dice, right, { f }) =>
      f === 'dequeue' ? ([null, 1, 2, 3, 4, 5] as const)[dice.roll(6)] : right,
  },
  mutex: {
    ...shape,
    initial: null,
    model: 'mutex',
    specification: mutexSpecification,
    request: (dice) => ({ f: dice.roll(3) > 0 ? 'acquire' : 'release', value: null }),
    result: () => null,
    results: () => null,
  },
};

export interface Campaign {
  readonly runs: number;
  readonly valid: number;
}

/**
 * Judges `runs` random histories of a simulation and compares with brute force.
 * @throws with the seed, and a history made small, on the first disagreement
 */
export function fuzz(name: string, runs: number, seed: number): Campaign {
  const simulation = SIMULATIONS[name];
  let valid = 0;
  const tape = fc.array(fc.nat(4095), { minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(tape, (rolls) => {
      const history = historyOf(simulate(simulation, rolls));
      const expected = bruteForce(history, simulation.specification, simulation.initial);
      if (expected) valid++;
      agree(history, expected, simulation);
      if (expected) certified(history, simulation);
    }),
    { numRuns: runs, seed },
  );
  return { runs, valid };
}

/** @throws when a history that is linearizable gets no order for an object, or one that a replay does not accept. */
export function certified(
  history: History,
  { model, initial, specification }: Pick<Simulation, 'initial' | 'specification'> & { model?: string },
): void {
  const replay: Replay = (state, { f, value, result, process }) => {
    const step = { f, process, input: value, output: result ?? null, done: result !== undefined };
    const after = specification(state, step);
    return after === illegal ? undefined : after;
  };
  for (const certificate of linearizations(history, { ...(model && { model }), initial }))
    if (certificate === null || !proves(history, certificate, replay, initial))
      throw new Error(
        `no certificate: ${JSON.stringify(certificate)} of\n${[...events(history)].map((e) => JSON.stringify(e)).join('\n')}`,
      );
}

/** @throws when what only the search refutes is shown with an observation that the refutation does not need */
function observesNothingInVain(history: History, finding: Finding, options: CheckOptions): void {
  if (finding.name !== 'non-linearizable') return;
  const all = [...events(history)];
  const proves = (_: unknown, kept: ReadonlySet<number>): boolean =>
    holds(history, { ...finding, witness: finding.witness.filter((i) => kept.has(i)) }, options);
  const spare = spareIn(all, finding.witness, proves, ({ f }) => ['read', 'get'].includes(f));
  if (spare.length > 0)
    throw new Error(
      `the witness can do without ${spare.join()}: ${finding.explanation}\n${all.map((e) => JSON.stringify(e)).join('\n')}`,
    );
}

/** @throws when the checker's verdict is not the one expected, or a finding does not hold. */
export function agree(
  history: History,
  expected: boolean,
  { model, initial }: { model?: string; initial: Json },
): void {
  const verdict = linearizability.check(history, { ...(model && { model }), initial });
  if (verdict instanceof Promise) throw new Error('linearizability judges at once');
  if (verdict.reason === 'no operation completed') return;
  const options = { ...(model && { model }), initial };
  const proven = verdict.findings.every((finding) => holds(history, finding, options));
  for (const finding of verdict.findings) observesNothingInVain(history, finding, options);
  if (verdict.valid === expected && expected === (verdict.findings.length === 0) && proven) return;
  const told = [...events(history)].map((e) =>
    JSON.stringify([e.index, e.process, e.type, e.f, e.key, e.value]),
  );
  throw new Error(
    `brute force says ${expected}, the validator ${proven}, the checker ${JSON.stringify(verdict)}, of\n${told.join('\n')}`,
  );
}
