import type { EventInput, Json } from '../../../harness/history/event.ts';
import { illegal, type Specification } from './oracle.ts';

/** A source of small numbers: fast-check's random tape, so that a failure shrinks. */
export type Tape = readonly number[];

export class Dice {
  readonly #tape: Tape;
  #next = 0;
  constructor(tape: Tape) {
    this.#tape = tape;
  }
  /** 0 … sides - 1 */
  roll(sides: number): number {
    return (
      (this.#tape[this.#next++ % this.#tape.length] + (this.#next > this.#tape.length ? this.#next : 0)) %
      sides
    );
  }
}

export interface Request {
  readonly f: string;
  readonly value: Json;
}

/** What a workload asks: `requests` draws one, `spoil` makes a wrong result from a right one. */
export interface Simulation {
  readonly operations: number;
  readonly processes: number;
  readonly keys: number;
  readonly initial: Json;
  readonly specification: Specification;
  readonly request: (dice: Dice, serial: number) => Request;
  /** The result of a step that took effect. */
  readonly result: (before: Json, request: Request) => Json;
  readonly results: (dice: Dice, right: Json, request: Request) => Json;
}

interface Running {
  readonly request: Request;
  readonly key: number;
  readonly process: number;
  result: Json;
  applied: boolean;
  outcome: 'ok' | 'fail' | 'info' | 'crash';
}

/**
 * A history of an atomic object with up to `operations` operations, its completions sometimes lost or indeterminate;
 * three quarters are then spoiled in one to three places (a wrong result, an event moved, an outcome changed): near misses.
 */
export function simulate(simulation: Simulation, tape: Tape): EventInput[] {
  const dice = new Dice(tape);
  const states = new Map<number, Json>();
  const running: Running[] = [];
  const events: EventInput[] = [];
  let started = 0;
  let nextProcess = simulation.processes;
  const idle = Array.from({ length: simulation.processes }, (_, i) => i);
  const count = 1 + dice.roll(simulation.operations);
  while (started < count || running.length > 0) {
    if (started < count && idle.length > 0 && (running.length === 0 || dice.roll(3) === 0)) {
      const process = idle.splice(dice.roll(idle.length), 1)[0];
      const request = simulation.request(dice, ++started);
      const outcome = (['fail', 'info', 'crash'] as const)[dice.roll(20)] ?? 'ok';
      const operation = {
        request,
        key: dice.roll(simulation.keys),
        process,
        result: null,
        applied: false,
        outcome,
      };
      running.push(operation);
      events.push(event(operation, 'invoke', request.value));
      continue;
    }
    const i = dice.roll(running.length);
    const operation = running[i];
    if (!operation.applied) {
      apply(operation);
      if (dice.roll(2) === 0) continue;
    }
    running.splice(i, 1);
    const retired = operation.outcome === 'info' || operation.outcome === 'crash';
    idle.push(retired ? nextProcess++ : operation.process);
    if (operation.outcome === 'crash') continue;
    const value = operation.outcome === 'ok' ? operation.result : operation.request.value;
    events.push(event(operation, operation.outcome, value));
  }
  return dice.roll(4) === 0 ? events : spoiled(spoiled(spoiled(events)));

  function apply(operation: Running): void {
    operation.applied = true;
    const { request, key, process, outcome } = operation;
    if (outcome === 'fail' || ((outcome === 'info' || outcome === 'crash') && dice.roll(2) === 0)) return;
    const before = states.get(key) ?? simulation.initial;
    operation.result = simulation.result(before, request);
    const step = { f: request.f, process, input: request.value, output: operation.result, done: true };
    const after = simulation.specification(before, step);
    if (after === illegal) operation.outcome = 'fail';
    else states.set(key, after);
  }

  function spoiled(from: EventInput[]): EventInput[] {
    const results = from.flatMap((e, i) => (e.type !== 'invoke' ? [i] : []));
    const at =
      results.length > 0 && dice.roll(3) > 0 ? results[dice.roll(results.length)] : dice.roll(from.length);
    const victim = from[at];
    const all = [...from];
    if (victim.type === 'invoke') {
      // Invoked later: intervals shrink, so that orders are lost.
      const end = all.findIndex((e, i) => i > at && e.process === victim.process);
      const until = end < 0 ? all.length : end;
      const to = at + dice.roll(until - at);
      all.splice(at, 1);
      all.splice(to, 0, victim);
    } else if (victim.type === 'ok' && dice.roll(4) > 0) {
      const request = {
        f: victim.f,
        value: all.findLast((e, i) => i < at && e.process === victim.process)?.value ?? null,
      };
      all[at] = { ...victim, value: simulation.results(dice, victim.value ?? null, request) };
    } else
      all[at] = {
        ...victim,
        type: (['fail', 'info', 'ok'] as const)[
          dice.roll(victim.f === 'read' || victim.f === 'dequeue' ? 2 : 3)
        ],
      };
    return all;
  }

  function event({ request, key, process }: Running, type: EventInput['type'], value: Json): EventInput {
    return { time: events.length, process, type, f: request.f, key, value };
  }
}
