import type { Completion } from '../cluster.ts';
import type { DueOperation, Notice } from '../generator/types.ts';
import { NEMESIS, type Json } from '../history/event.ts';
import { faultValue } from '../history/fault.ts';
import type { HistorySink } from '../history/sink.ts';
import { MILLISECOND, type Clock } from '../runtime/types.ts';
import type { NemesisEvent } from './types.ts';

/** So late counts as in time: timers count whole milliseconds, and what they add is not the database's latency. */
const TOLERATED_LAG = 2 * MILLISECOND;

/**
 * Writes what happens into the history, as it happens: an event is stamped at the moment of its append, so that the
 * order of the file, the order of times and the order of sending are one. A late operation of an open loop is
 * therefore stamped when it is really sent, and its delay stands beside it as `lag`.
 */
export class Recorder {
  readonly #sink: HistorySink;
  readonly #clock: Clock;
  /** Operations completed so far. */
  readonly counts = { ok: 0, fail: 0, info: 0 };
  /** Faults in place, by id, as the user wrote them. */
  readonly faults = new Map<number, string>();

  constructor(sink: HistorySink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  /** To be called before the request is sent. */
  invoked(process: number, operation: DueOperation): Notice {
    const time = this.#clock.now();
    const lag = time - operation.time;
    const { f, thread, key = null, value = null, node = null } = operation;
    const event = { time, process, type: 'invoke', f, key, value, node } as const;
    this.#sink.append(lag > TOLERATED_LAG ? { ...event, lag } : event);
    return { type: 'invoke', thread, process, f, key, value, time };
  }

  /** To be called after the reply arrived. */
  completed(process: number, operation: DueOperation, completion: Completion): Notice {
    const time = this.#clock.now();
    const { f, thread, key = null } = operation;
    const { type, node = null, error = null } = completion;
    const value = completion.value === undefined ? (operation.value ?? null) : completion.value;
    this.#sink.append({ time, process, type, f, key, value, node, error });
    this.counts[type]++;
    return { type, thread, process, f, key, value, time };
  }

  /** An event of the nemesis or the harness itself: `phase`, `settled`, `sample`, `primaries`. */
  noted(f: string, value: Json): void {
    this.#sink.append({ time: this.#clock.now(), process: NEMESIS, type: 'info', f, value });
  }

  fault(event: NemesisEvent): void {
    this.noted(event.f, faultValue(event.value));
    if (event.f === 'fault') this.faults.set(event.value.id, event.value.fault);
    else this.faults.delete(event.value.id);
  }
}
