/** Any JSON value: what keys and values of operations may be. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * `invoke` begins an operation; `ok` (it happened), `fail` (it certainly did not happen) or `info`
 * (indeterminate: it may take effect at any later time, or never) completes it. Vocabulary: Jepsen.
 */
export type EventType = 'invoke' | 'ok' | 'fail' | 'info';

/** The nemesis' process number: its events are not operations of the database. On disk: `"nemesis"`. */
export const NEMESIS = -1;

/** Why an operation did not end `ok`: `code` is stable and greppable, `message` is the driver's own sentence. */
export interface OperationError {
  readonly code: string;
  readonly message: string;
}

/**
 * One event of a history.
 *
 * - `index` position in the history, from 0.
 * - `time` integer nanoseconds since the run began, one monotonic clock. Invocations are stamped before the
 *   request is sent, completions after the reply arrived: intervals may be too wide, never too narrow.
 * - `process` a logical single-threaded client (≥ 0), retired after an `info`; {@link NEMESIS} for the nemesis.
 * - `key` the object operated on, null where the operation has none.
 * - `node` the node that answered (completions) or was asked (invocations), null if unknown.
 * - `session` the client session; null means "the process is the session".
 * - `lag` on invocations of an open loop: by how many ns it was sent later than intended, absent when it was in time.
 *   Latency counts from the intended start (`time - lag`), order from the real one (`time`).
 */
export interface HistoryEvent {
  readonly index: number;
  readonly time: number;
  readonly process: number;
  readonly type: EventType;
  readonly f: string;
  readonly key: Json;
  readonly value: Json;
  readonly node: string | null;
  readonly session: string | number | null;
  readonly error: OperationError | null;
  readonly lag?: number;
}

/** What an event is made from: everything but its index, optional parts left out. */
export interface EventInput {
  readonly time: number;
  readonly process: number;
  readonly type: EventType;
  readonly f: string;
  readonly key?: Json;
  readonly value?: Json;
  readonly node?: string | null;
  readonly session?: string | number | null;
  readonly error?: OperationError | null;
  readonly lag?: number;
}
