import { HistoryBuilder } from '../builder.ts';
import { Fault, type Position } from '../bad-history.ts';
import { NEMESIS, type EventType, type Json, type OperationError } from '../event.ts';
import { INVOKE, MalformedHistory, TYPES, type History } from '../history.ts';
import { abbreviated } from './abbreviated.ts';
import { applyCasFail, type CasFail } from './cas-fail.ts';
import { emptyDraft, type EventDraft } from './jsonl-scan.ts';
import { splitTuple, tuplesIn, type Tuples } from './tuples.ts';

/**
 * An operation record of a foreign history, before Alibi's conventions: words are names without colons.
 * `undefined` = the record has no such field. `word`: the value is a bare keyword, which in a completion that is
 * not `ok` says why (`:timed-out`). `tuple`: the value is tagged as an independent tuple.
 */
export interface Record {
  readonly at: () => Position;
  readonly process: Json | undefined;
  readonly type: Json | undefined;
  readonly f: Json | undefined;
  readonly key: Json | undefined;
  readonly value: Json;
  readonly word: boolean;
  readonly tuple: boolean;
  readonly time: Json | undefined;
  readonly lag: Json | undefined;
  readonly node: Json | undefined;
  readonly session: Json | undefined;
  readonly error: Json | undefined;
}

export interface Imported {
  readonly history: History;
  /** A key-value text (get, put, append): what was never put reads as "". */
  readonly keyValue: boolean;
}

const KEY_VALUE: { readonly [f: string]: string } = { get: 'read', put: 'write', append: 'append' };
/** Functions whose completion says nothing that the invocation did not: a value left out is the invocation's. */
const ECHOES = new Set(['write', 'cas', 'append', 'add']);

/**
 * Records as a history with Alibi's conventions: `read` / `write` / `cas` / `append` with a key, transactions `txn`
 * of `[f, key, value]`. The order of the records is the order of events. Times are kept if every record has one;
 * otherwise an event's time is its index.
 * @throws Fault at the record that is no operation, or that does not fit the ones before it.
 */
export function historyOfRecords(records: readonly Record[], casFail: CasFail): Imported {
  const timed = records.every((record) => typeof record.time === 'number');
  const clients = records.filter((record) => !isNemesis(record));
  const keyValue =
    clients.length > 0 &&
    clients.every((record) => typeof record.f === 'string' && Object.hasOwn(KEY_VALUE, record.f));
  const tuples = tuplesIn(clients);
  const builder = new HistoryBuilder();
  const draft = emptyDraft();
  for (const record of records) {
    draft.process = processOf(record);
    draft.type = typeOf(record);
    const f = functionOf(record);
    draft.f = keyValue && draft.process !== NEMESIS ? KEY_VALUE[f] : f;
    draft.time = timed ? timeOf(record) : builder.length;
    draft.node = typeof record.node === 'string' ? record.node : null;
    draft.session =
      typeof record.session === 'string' || typeof record.session === 'number' ? record.session : null;
    draft.error = errorOf(record);
    draft.lag = typeof record.lag === 'number' && record.lag > 0 ? record.lag : 0;
    draft.key = record.key ?? null;
    draft.value = record.value;
    if (draft.process !== NEMESIS) {
      const open = draft.type === TYPES[INVOKE] ? -1 : builder.openOf(draft.process);
      followConventions(draft, record, tuples, open < 0 ? undefined : builder.valueAt(open));
      if (keyValue && draft.f === 'read' && draft.type === 'ok') draft.value ??= '';
      applyCasFail(draft, casFail);
    }
    try {
      builder.add(draft);
    } catch (error) {
      if (error instanceof MalformedHistory) throw new Fault(record.at(), error.message);
      throw error;
    }
  }
  return { history: builder.build(), keyValue };
}

/** Brings key, value and error to where Alibi has them. `invoked`: the invocation's value, of a completion. */
function followConventions(
  draft: EventDraft,
  record: Record,
  tuples: Tuples,
  invoked: Json | undefined,
): void {
  if (invoked !== undefined && draft.type !== 'ok' && isReason(record, invoked)) {
    draft.error ??= { code: record.value, message: record.value };
    draft.value = draft.f === 'read' ? null : invoked;
  } else if (record.tuple || tuples === 'of-all' || (tuples === 'of-keyed' && draft.key !== null))
    splitTuple(draft);
  if (invoked !== undefined && draft.value === null && ECHOES.has(draft.f)) draft.value = invoked;
  if (draft.f === 'txn') draft.value = wholeOperations(draft.value);
}

function isNemesis(record: Record): boolean {
  return record.process === 'nemesis' || record.process === ':nemesis';
}

function wrong(record: Record, name: 'process' | 'type' | 'f' | 'time', expected: string): Fault {
  const actual = record[name];
  const got = actual === undefined ? 'is missing' : `is ${abbreviated(actual)}`;
  return new Fault(record.at(), `${name} ${got}; it must be ${expected}`);
}

function processOf(record: Record): number {
  if (isNemesis(record)) return NEMESIS;
  const { process } = record;
  if (typeof process === 'number' && Number.isInteger(process) && process >= 0 && process <= 0x7fffffff)
    return process;
  throw wrong(record, 'process', 'a whole number from 0 to 2^31 - 1, or nemesis');
}

function typeOf(record: Record): EventType {
  const word = typeof record.type === 'string' ? record.type.replace(/^:/, '') : undefined;
  const known = TYPES.find((name) => name === word);
  if (known === undefined) throw wrong(record, 'type', 'one of invoke, ok, fail, info');
  return known;
}

function functionOf(record: Record): string {
  if (typeof record.f === 'string') return record.f.replace(/^:/, '');
  if (isNemesis(record)) return 'nemesis';
  throw wrong(record, 'f', 'the name of a function');
}

function timeOf(record: Record): number {
  if (typeof record.time === 'number' && Number.isFinite(record.time)) return Math.round(record.time);
  throw wrong(record, 'time', 'a number of nanoseconds');
}

/** In place of a value, why there is none: a keyword, or a string where the invocation had none. */
function isReason(record: Record, invoked: Json): record is Record & { readonly value: string } {
  return typeof record.value === 'string' && (record.word || typeof invoked !== 'string');
}

/** Jepsen's errors are a word, a sentence, a vector that begins with a word, or a map: the word is the code. */
function errorOf(record: Record): OperationError | null {
  const { error } = record;
  if (error === undefined || error === null) return null;
  if (typeof error === 'string') return { code: error, message: error };
  if (Array.isArray(error) && typeof error[0] === 'string') {
    const rest = (error as Json[])
      .slice(1)
      .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)));
    return { code: error[0], message: rest.join(' ') || error[0] };
  }
  const { code, type: kind, message } = error as { readonly [name: string]: Json };
  const named = [code, kind].find((name) => typeof name === 'string') ?? 'error';
  return { code: String(named), message: typeof message === 'string' ? message : JSON.stringify(error) };
}

/** `[:r :x]` is Elle's short form of `[:r :x nil]`. */
function wholeOperations(value: Json): Json {
  if (!Array.isArray(value)) return value;
  return (value as Json[]).map((operation) =>
    Array.isArray(operation) && operation.length === 2 ? [...(operation as Json[]), null] : operation,
  );
}
