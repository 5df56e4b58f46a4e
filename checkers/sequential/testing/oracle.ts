import type { EventInput, Json } from '../../../harness/history/event.ts';
import { illegal, type Specification } from '../../linearizability/testing/oracle.ts';

interface Step {
  readonly session: string;
  readonly key: string;
  readonly from: number;
  /** Infinity unless acknowledged. */
  readonly to: number;
  readonly f: string;
  readonly process: number;
  readonly input: Json;
  readonly output: Json;
  readonly done: boolean;
}

/**
 * Sequential consistency by its definition: tries every order of every subset that contains all acknowledged
 * operations and keeps each session's order (one returned before the next began). Exponential.
 */
export function isSequential(
  events: readonly EventInput[],
  specification: Specification,
  initial: Json,
): boolean {
  const steps: Step[] = [];
  events.forEach((event, from) => {
    if (event.type !== 'invoke') return;
    const end = events.findIndex((e, i) => i > from && e.process === event.process);
    const completion = end < 0 ? undefined : events[end];
    if (completion?.type === 'fail') return;
    const done = completion?.type === 'ok';
    steps.push({
      session: String(event.session ?? event.process),
      key: JSON.stringify(event.key ?? null),
      from,
      to: done ? end : Infinity,
      f: event.f,
      process: event.process,
      input: event.value ?? null,
      output: done ? (completion?.value ?? null) : null,
      done,
    });
  });
  const go = (left: readonly Step[], states: ReadonlyMap<string, Json>): boolean => {
    if (left.every(({ done }) => !done)) return true;
    return left.some((step, i) => {
      if (left.some((other) => other.session === step.session && other.to < step.from)) return false;
      const after = specification(states.get(step.key) ?? initial, step);
      return after !== illegal && go(left.toSpliced(i, 1), new Map(states).set(step.key, after));
    });
  };
  return go(steps, new Map());
}

/** Is `order` (operations by invocation) one that explains the history? Replays it; shares no code with the checker. */
export function explains(
  events: readonly EventInput[],
  order: readonly number[],
  specification: Specification,
  initial: Json,
): boolean {
  const endOf = (from: number): number =>
    events.findIndex((e, i) => i > from && e.process === events[from].process);
  const typeOf = (from: number): string => events[endOf(from)]?.type ?? 'info';
  const all = events.flatMap((e, i) => (e.type === 'invoke' ? [i] : []));
  const session = (i: number): string => String(events[i].session ?? events[i].process);
  if (new Set(order).size !== order.length || order.some((i) => !all.includes(i) || typeOf(i) === 'fail'))
    return false;
  if (all.some((i) => typeOf(i) === 'ok' && !order.includes(i))) return false;
  const states = new Map<string, Json>();
  return order.every((i, place) => {
    const late = order
      .slice(place)
      .some((j) => session(j) === session(i) && typeOf(j) === 'ok' && endOf(j) < i);
    if (late) return false;
    const { f, process, value = null, key = null } = events[i];
    const done = typeOf(i) === 'ok';
    const output = done ? (events[endOf(i)].value ?? null) : null;
    const id = JSON.stringify(key);
    const after = specification(states.get(id) ?? initial, { f, process, input: value, output, done });
    if (after === illegal) return false;
    states.set(id, after);
    return true;
  });
}
