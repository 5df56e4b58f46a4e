import { eventAt, type History } from '../../../harness/history/history.ts';
import type { Json } from '../../../harness/history/event.ts';

/** What an oracle's specification sees of an operation; `done` false where the outcome is unknown. */
export interface Step {
  readonly f: string;
  readonly process: number;
  readonly input: Json;
  readonly output: Json;
  readonly done: boolean;
}

/** The state after a step, `illegal` where the output is wrong. */
export type Specification = (state: Json, step: Step) => Json | typeof illegal;
export const illegal = Symbol('illegal');

interface Placed extends Step {
  readonly from: number;
  readonly to: number;
}

/** Tries every order of every subset that contains all completed operations. Exponential, for up to nine operations. */
export function bruteForce(history: History, specification: Specification, initial: Json): boolean {
  const byKey = new Map<string, Placed[]>();
  for (let i = 0; i < history.length; i++) {
    const event = eventAt(history, i);
    if (event.process < 0 || event.type !== 'invoke') continue;
    const end = history.pair[i] < 0 ? null : eventAt(history, history.pair[i]);
    if (end?.type === 'fail') continue;
    const done = end?.type === 'ok';
    const step = {
      f: event.f,
      process: event.process,
      input: event.value,
      output: done ? end.value : null,
      done,
      from: i,
      to: done ? end.index : Infinity,
    };
    const key = JSON.stringify(event.key);
    byKey.set(key, [...(byKey.get(key) ?? []), step]);
  }
  return [...byKey.values()].every((steps) => orderable(steps, initial, specification));
}

function orderable(left: readonly Placed[], state: Json, specification: Specification): boolean {
  if (left.every((step) => !step.done)) return true;
  const soonest = Math.min(...left.map((step) => step.to));
  return left.some((step, i) => {
    if (step.from > soonest) return false;
    const after = specification(state, step);
    return after !== illegal && orderable(left.toSpliced(i, 1), after, specification);
  });
}

const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

export const registerSpecification: Specification = (state, { f, input, output, done }) => {
  if (f === 'write') return input;
  if (f === 'read') return !done || same(state, output) ? state : illegal;
  const [old, next] = input as readonly Json[];
  if (same(state, old)) return done && output === false ? illegal : next;
  return !done || output === false ? state : illegal;
};

export const kvSpecification: Specification = (state, { f, input, output, done }) => {
  const held = (state ?? '') as string;
  if (f === 'write') return input;
  if (f === 'append') return held + (input as string);
  return !done || (output ?? '') === held ? held : illegal;
};

export const queueSpecification: Specification = (state, { f, input, output, done }) => {
  const held = (state ?? []) as readonly Json[];
  if (f === 'enqueue') return [...held, input];
  if (!done || same(held[0] ?? null, output)) return held.slice(1);
  return illegal;
};

export const counterSpecification: Specification = (state, { f, input, output, done }) => {
  const held = (state ?? 0) as number;
  if (f === 'add') return held + (input as number);
  return !done || output === held ? held : illegal;
};

export const setSpecification: Specification = (state, { f, input, output, done }) => {
  const held = (state ?? []) as readonly Json[];
  if (f === 'add') return held.includes(input) ? held : [...held, input].sort();
  return !done || same(held, [...(output as readonly Json[])].sort()) ? held : illegal;
};

export const mutexSpecification: Specification = (state, { f, process }) => {
  if (f === 'acquire') return state === null ? process : illegal;
  return state === process ? null : illegal;
};
