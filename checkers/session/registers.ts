import { canonicalJson } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { FAIL, INVOKE, OK, type History } from '../../harness/history/history.ts';
import { AMBIGUOUS, NOTHING, Versions } from './versions.ts';

export { AMBIGUOUS, FAILED_WRITE, INITIAL, NOTHING, THIN_AIR } from './versions.ts';

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

/** Several checkers ask for the same: read off once for as long as the history lives. */
const known = new WeakMap<History, { readonly initial: string; readonly registers: Registers }>();

/** The register operations of `history`; a key holds `initial` before its first write. */
export function registersOf(history: History, initial: Json = null): Registers {
  const before = known.get(history);
  const start = canonicalJson(initial);
  if (before?.initial === start) return before.registers;
  const registers = readOff(history, initial);
  known.set(history, { initial: start, registers });
  return registers;
}

function readOff(history: History, initial: Json): Registers {
  const { type, f, pair, process, values } = history;
  const kinds = Uint8Array.from(history.functions.values(), (name) => KINDS[name] ?? 0);
  let count = 0;
  for (let i = 0; i < history.length; i++)
    if (type[i] === INVOKE && process[i] >= 0 && kinds[f[i]] > 0) count++;
  const invoked = new Int32Array(count);
  const completed = new Int32Array(count).fill(-1);
  const session = new Int32Array(count);
  const key = new Int32Array(count);
  const writes = new Uint8Array(count);
  const sees = new Int32Array(count).fill(NOTHING);
  const completing = new Int32Array(history.length).fill(-1);
  const numberOf = sessionNumbers(history);
  const versions = new Versions(key, initial);

  let op = 0;
  for (let i = 0; i < history.length; i++) {
    if (type[i] !== INVOKE || process[i] < 0) continue;
    const kind = kinds[f[i]];
    if (kind === 0) continue;
    const end = pair[i];
    const ok = end >= 0 && type[end] === OK;
    invoked[op] = i;
    session[op] = numberOf(i, end);
    key[op] = history.key[i] + 1;
    if (ok) {
      completed[op] = end;
      completing[end] = op;
    }
    if (kind !== READ && !(kind === CAS && ok && values[end] === false)) {
      const value = kind === WRITE ? values[i] : kind === CAS ? newOf(values[i]) : initial;
      if (end >= 0 && type[end] === FAIL) versions.failed(key[op], value);
      else {
        writes[op] = 1;
        versions.written(op, value);
      }
    }
    op++;
  }

  let ambiguousReads = 0;
  for (op = 0; op < count; op++) {
    if (completed[op] < 0) continue;
    const i = invoked[op];
    const kind = kinds[f[i]];
    if (kind === READ) sees[op] = versions.versionOf(key[op], values[completed[op]]);
    else if (kind === CAS && writes[op] === 1) sees[op] = versions.versionOf(key[op], oldOf(values[i]));
    if (sees[op] === AMBIGUOUS) ambiguousReads++;
  }
  const sessions = numberOf.count();
  const keys = history.keys.size + 1;
  return {
    ...{ history, count, sessions, keys, invoked, completed, session, key, writes, sees, completing },
    ambiguousReads,
  };
}

const READ = 1;
const WRITE = 2;
const CAS = 3;
const KINDS: { readonly [f: string]: number } = { read: READ, write: WRITE, cas: CAS, delete: 4 };

const oldOf = (value: Json): Json => (Array.isArray(value) ? (value[0] as Json) : null);
const newOf = (value: Json): Json => (Array.isArray(value) ? (value[1] as Json) : null);

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
  /** Most processes are small numbers: these are looked up in an array, 0 for one not met yet. */
  const near = new Int32Array(1 << 12);
  const ofProcess = (process: number): number => {
    if (process >= near.length) return numberIn(processes, process);
    if (near[process] === 0) near[process] = 1 + numberIn(processes, process);
    return near[process] - 1;
  };
  const numberOf = (invoked: number, ended: number): number => {
    const token = hasTokens ? (history.sessions.get(invoked) ?? history.sessions.get(ended)) : undefined;
    return token === undefined ? ofProcess(history.process[invoked]) : numberIn(tokens, token);
  };
  return Object.assign(numberOf, { count: () => next });
}

interface SessionNumbers {
  (invoked: number, ended: number): number;
  readonly count: () => number;
}
