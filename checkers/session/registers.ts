import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { FAIL, INVOKE, OK, type History } from '../../harness/history/history.ts';

/** What a read saw, where it is not the operation that wrote the version. */
export const NOTHING = -1;
/** The value that the key held before any write. */
export const INITIAL = -2;
/** A value that several operations wrote: no version order can be argued from it. */
export const AMBIGUOUS = -3;
/** A value that nobody wrote. */
export const THIN_AIR = -4;
/** A value that only a failed write tried to write. */
export const FAILED_WRITE = -5;

/**
 * The register operations of a history (`read`, `write`, `cas`, `delete`) in columns, one entry an operation, in
 * order of invocation. A version is named by the operation that wrote it.
 *
 * - `invoked`, `completed` event indices; `completed` is -1 unless the operation ended `ok`
 * - `session` dense number of the client session: the `session` column if set, else the process
 * - `key` id in `history.keys` plus one, 0 for operations without a key
 * - `writes` 1 if the operation writes a version (acknowledged or indeterminate), else 0
 * - `sees` the version that a completed read or a successful compare-and-set observed, or one of the constants above
 */
export interface Registers {
  readonly history: History;
  readonly count: number;
  readonly sessions: number;
  readonly keys: number;
  readonly invoked: Int32Array;
  readonly completed: Int32Array;
  readonly session: Int32Array;
  readonly key: Int32Array;
  readonly writes: Uint8Array;
  readonly sees: Int32Array;
  /** Operations by event index of their `ok` completion, -1 elsewhere. */
  readonly completing: Int32Array;
  readonly ambiguousReads: number;
}

/** Reads the register operations off `history`; a key holds `initial` before its first write. */
export function registersOf(history: History, initial: Json = null): Registers {
  const { type, f, pair, process, values } = history;
  const idOf = (name: string): number => history.functions.idOf(name);
  const [read, write, cas, remove] = [idOf('read'), idOf('write'), idOf('cas'), idOf('delete')];
  const isRegister = (i: number): boolean =>
    type[i] === INVOKE &&
    process[i] >= 0 &&
    f[i] >= 0 &&
    (f[i] === read || f[i] === write || f[i] === cas || f[i] === remove);

  let count = 0;
  for (let i = 0; i < history.length; i++) if (isRegister(i)) count++;
  const invoked = new Int32Array(count);
  const completed = new Int32Array(count).fill(-1);
  const session = new Int32Array(count);
  const key = new Int32Array(count);
  const writes = new Uint8Array(count);
  const sees = new Int32Array(count).fill(NOTHING);
  const completing = new Int32Array(history.length).fill(-1);
  const numberOf = sessionNumbers(history);
  const versions = new Versions(history.keys.size + 1, initial);

  let op = 0;
  for (let i = 0; i < history.length; i++) {
    if (!isRegister(i)) continue;
    const end = pair[i];
    const ok = end >= 0 && type[end] === OK;
    invoked[op] = i;
    session[op] = numberOf(i, end);
    key[op] = history.key[i] + 1;
    if (ok) {
      completed[op] = end;
      completing[end] = op;
    }
    if (f[i] !== read && !(f[i] === cas && ok && values[end] === false)) {
      const value = f[i] === write ? values[i] : f[i] === cas ? newOf(values[i]) : initial;
      if (end >= 0 && type[end] === FAIL) versions.failed(key[op], value);
      else {
        writes[op] = 1;
        versions.written(key[op], value, op);
      }
    }
    op++;
  }

  let ambiguousReads = 0;
  for (op = 0; op < count; op++) {
    if (completed[op] < 0) continue;
    const i = invoked[op];
    if (f[i] === read) sees[op] = versions.versionOf(key[op], values[completed[op]]);
    else if (f[i] === cas && writes[op] === 1) sees[op] = versions.versionOf(key[op], oldOf(values[i]));
    if (sees[op] === AMBIGUOUS) ambiguousReads++;
  }
  const sessions = numberOf.count();
  const keys = history.keys.size + 1;
  return {
    ...{ history, count, sessions, keys, invoked, completed, session, key, writes, sees, completing },
    ambiguousReads,
  };
}

const oldOf = (value: Json): Json => (Array.isArray(value) ? (value[0] as Json) : null);
const newOf = (value: Json): Json => (Array.isArray(value) ? (value[1] as Json) : null);

/** Which operation wrote which value of which key. */
class Versions {
  readonly #written: (Map<unknown, number> | undefined)[];
  readonly #failed = new Map<number, Set<unknown>>();
  readonly #initial: unknown;

  constructor(keys: number, initial: Json) {
    this.#written = new Array<Map<unknown, number> | undefined>(keys).fill(undefined);
    this.#initial = identityOf(initial);
  }

  written(key: number, value: Json, op: number): void {
    const versions = (this.#written[key] ??= new Map<unknown, number>());
    const identity = identityOf(value);
    versions.set(identity, identity === this.#initial || versions.has(identity) ? AMBIGUOUS : op);
  }

  failed(key: number, value: Json): void {
    let values = this.#failed.get(key);
    if (values === undefined) this.#failed.set(key, (values = new Set()));
    values.add(identityOf(value));
  }

  versionOf(key: number, value: Json): number {
    const identity = identityOf(value);
    const version = this.#written[key]?.get(identity);
    if (version !== undefined) return version;
    if (identity === this.#initial) return INITIAL;
    return this.#failed.get(key)?.has(identity) ? FAILED_WRITE : THIN_AIR;
  }
}

/** Dense numbers of sessions; a session token and a process are never the same session. */
export function sessionNumbers(history: History): SessionNumbers {
  const processes = new Map<number, number>();
  const tokens = new Map<string | number, number>();
  let next = 0;
  const numberIn = <T>(known: Map<T, number>, name: T): number => {
    const number = known.get(name);
    if (number !== undefined) return number;
    known.set(name, next);
    return next++;
  };
  const hasTokens = history.sessions.size > 0;
  const numberOf = (invoked: number, ended: number): number => {
    const token = hasTokens ? (history.sessions.get(invoked) ?? history.sessions.get(ended)) : undefined;
    return token === undefined ? numberIn(processes, history.process[invoked]) : numberIn(tokens, token);
  };
  return Object.assign(numberOf, { count: () => next });
}

interface SessionNumbers {
  (invoked: number, ended: number): number;
  readonly count: () => number;
}
