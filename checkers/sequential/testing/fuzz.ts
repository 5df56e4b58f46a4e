import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput } from '../../../harness/history/event.ts';
import { SIMULATIONS } from '../../linearizability/testing/fuzz.ts';
import { simulate } from '../../linearizability/testing/simulate.ts';
import type { Verdict } from '../../types.ts';
import { sequential, sequentialCertificate } from '../sequential.ts';
import { explains, isSequential } from './oracle.ts';
import { spareIn } from '../../testing/minimal.ts';

/** `searched`: valid though not linearizable, so that the search, not the fast path, said so. */
export interface SequentialTally {
  readonly runs: number;
  valid: number;
  searched: number;
}

/**
 * Judges `runs` near misses of each kind of object and compares with brute force; the order behind every `valid` must
 * replay, and every witness must be refuted by itself. Half have two processes to a session.
 * @throws with the seed, and a history made small, on the first disagreement
 */
export function fuzzSequential(runs: number, seed: number): SequentialTally {
  const tally = { runs, valid: 0, searched: 0 };
  const names = Object.keys(SIMULATIONS);
  const tape = fc.array(fc.nat(4095), { minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(tape, fc.constantFrom(...names), fc.boolean(), (rolls, name, tokens) => {
      const simulation = { ...SIMULATIONS[name], operations: 7, keys: 2 };
      const plain = simulate(simulation, rolls);
      const events: EventInput[] = tokens
        ? plain.map((e) => ({ ...e, session: `s${e.process % 2}` }))
        : plain;
      const history = historyOf(events);
      const { initial, specification, model } = simulation;
      const options = { initial, ...(model && { model }) };
      const { valid, findings, stats, reason } = sequential.check(history, options) as Verdict;
      if (reason === 'no operation completed') return;
      const expected = isSequential(events, specification, initial);
      const told = (): string => `${name}\n${events.map((e) => JSON.stringify(e)).join('\n')}`;
      if (valid !== expected) throw new Error(`expected ${expected}, found ${valid}: ${told()}`);
      if (expected) {
        tally.valid++;
        if (stats?.steps !== 0) tally.searched++;
        const order = sequentialCertificate(history, options);
        if (order === null || !explains(events, order, specification, initial))
          throw new Error(`the order ${String(order)} proves nothing: ${told()}`);
      }
      for (const finding of findings) {
        // What nobody wrote is wrong for what the witness lacks: then the witness with all of the others' updates.
        const others = finding.name === 'thin-air-read' || finding.name === 'failed-write-visible';
        const kept = events.filter((_, i) => finding.witness.includes(i) || (others && !isRead(events, i)));
        if (isSequential(kept, specification, initial))
          throw new Error(`the witness proves nothing: ${finding.explanation} ${told()}`);
        const proves = (rest: readonly EventInput[]): boolean => !isSequential(rest, specification, initial);
        // Of other objects, and where values repeat, only observations can go without changing what is left.
        const mayGo = ({ f }: EventInput): boolean => UNIQUE.includes(name) || ['read', 'get'].includes(f);
        if (others || spareIn(events, finding.witness, proves, mayGo).length === 0) continue;
        throw new Error(`the witness is not minimal: ${finding.explanation} ${told()}`);
      }
    }),
    { numRuns: runs, seed },
  );
  return tally;
}

/** Values name who wrote them. */
const UNIQUE = ['register, unique values', 'cas-register, unique values'];

/** Reads observe, and so could be what is wrong. */
function isRead(events: readonly EventInput[], i: number): boolean {
  return ['read', 'dequeue'].includes(events[i].f);
}
