import type { Json } from '../../harness/history/event.ts';
import { OK, type History } from '../../harness/history/history.ts';

/** The events of operations given by their invocations: both halves where both exist, ascending. */
export function eventsOf(history: History, invocations: Iterable<number>): number[] {
  const events = new Set<number>();
  for (const i of invocations) {
    events.add(i);
    if (history.pair[i] >= 0) events.add(history.pair[i]);
  }
  return [...events].sort((a, b) => a - b);
}

/** `read #41`: an operation by the index of its invocation. */
export function name(history: History, invocation: number): string {
  return `${history.functions.valueOf(history.f[invocation])} #${invocation}`;
}

/** `read #41 returned 7`, `write #30 of 9`, `cas #12 from 7 to 9`. */
export function describe(history: History, invocation: number): string {
  const end = history.pair[invocation];
  const result = end >= 0 && history.type[end] === OK ? history.values[end] : undefined;
  const value = history.values[invocation];
  const f = history.functions.valueOf(history.f[invocation]);
  if (f === 'cas' && Array.isArray(value)) {
    const [old, next] = value as readonly Json[];
    return `cas #${invocation} from ${text(old)} to ${text(next)}${result === false ? ' was refused' : ''}`;
  }
  if (f === 'read' || f === 'get') return `${f} #${invocation} returned ${text(result ?? null)}`;
  if (value === null) return `${f} #${invocation}${result === undefined ? '' : ` returned ${text(result)}`}`;
  const returned =
    result === undefined || result === null || result === value ? '' : `, which returned ${text(result)}`;
  return `${f} #${invocation} of ${text(value)}${returned}`;
}

/** A value as JSON, cut to a length that a sentence can bear. */
export function text(value: Json): string {
  const whole = JSON.stringify(value);
  return whole.length > 60 ? `${whole.slice(0, 57)}…` : whole;
}
