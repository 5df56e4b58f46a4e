import type { EventType, HistoryEvent, Json, OperationError } from './event.ts';
import type { Dictionary } from './dictionary.ts';

export const TYPES: readonly EventType[] = ['invoke', 'ok', 'fail', 'info'];
/** The numbers that stand for event types in {@link History.type}. */
export const INVOKE = 0;
export const OK = 1;
export const FAIL = 2;
export const INFO = 3;

/**
 * A finished history in columns: a million events cost tens of megabytes, and checkers scan typed arrays.
 * All columns have `length` entries, indexed by event index.
 *
 * - `time` ns; `process` -1 = nemesis; `type` {@link INVOKE} … {@link INFO}
 * - `f`, `key`, `node` ids in the dictionaries of the same name (`functions`, `keys`, `nodes`); key and node: -1 = null
 * - `values[i]` the event's value as parsed JSON
 * - `pair[i]` index of the other half of the operation, -1 when the invocation never completed (it is
 *   indeterminate), or for nemesis events
 */
export interface History {
  readonly length: number;
  readonly time: Float64Array;
  readonly process: Int32Array;
  readonly type: Uint8Array;
  readonly f: Int32Array;
  readonly key: Int32Array;
  readonly node: Int32Array;
  readonly values: readonly Json[];
  readonly pair: Int32Array;
  readonly functions: Dictionary<string>;
  readonly keys: Dictionary<Json>;
  readonly nodes: Dictionary<string>;
  /** Events that carry a session other than their process, or an error: sparse, so kept aside. */
  readonly sessions: ReadonlyMap<number, string | number>;
  readonly errors: ReadonlyMap<number, OperationError>;
  /** How late invocations of an open loop were sent, ns; those in time have no entry. */
  readonly lags?: ReadonlyMap<number, number>;
}

/** The event at `index`, as a record: for explanations and tests, not for inner loops. */
export function eventAt(history: History, index: number): HistoryEvent {
  const key = history.key[index];
  const node = history.node[index];
  const lag = history.lags?.get(index);
  return {
    index,
    time: history.time[index],
    process: history.process[index],
    type: TYPES[history.type[index]],
    f: history.functions.valueOf(history.f[index]),
    key: key < 0 ? null : history.keys.valueOf(key),
    value: history.values[index],
    node: node < 0 ? null : history.nodes.valueOf(node),
    session: history.sessions.get(index) ?? null,
    error: history.errors.get(index) ?? null,
    ...(lag === undefined ? {} : { lag }),
  };
}

/** A history as records. */
export function* events(history: History): Generator<HistoryEvent> {
  for (let i = 0; i < history.length; i++) yield eventAt(history, i);
}

/** Why a sequence of events is not a history. `index` is the offending event's. */
export class MalformedHistory extends Error {
  readonly index: number;
  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}
