import type { Json } from '../../../../harness/history/event.ts';
import type { Tables } from '../tables.ts';
import type { Isolation, MicroOperation } from '../transaction.ts';
import type { Reply } from '../types.ts';

/** A transaction that wants to commit: its reads are answered already, but for those of its own writes. */
export interface CommitEntry {
  readonly op: 'commit';
  readonly operations: readonly MicroOperation[];
  /** Keys, and the index at which each was last written when the transaction began: it aborts if one has moved on. */
  readonly seen: readonly (readonly [key: string, version: number])[];
}

const TABLE = 'transaction';

const keyOf = ([, key]: MicroOperation): string => JSON.stringify(key);

function versionOf(tables: Tables, key: string): number {
  return Number(tables.row(TABLE, key)?.version ?? 0);
}

function valueOf(tables: Tables, key: string): Json {
  return tables.row(TABLE, key)?.value ?? null;
}

/** The reads' answers by one state of the store. */
export function answered(tables: Tables, operations: readonly MicroOperation[]): MicroOperation[] {
  return operations.map((operation) =>
    operation[0] === 'r' ? ['r', operation[1], valueOf(tables, keyOf(operation))] : operation,
  );
}

/**
 * Begins and ends at once, by the state as it is now: a transaction is a list, so that all it will ever read is known.
 * Snapshot isolation lets the first committer of a key win (Berenson et al. 1995); to be serializable, nothing that
 * was read may have changed by the commit (Kung & Robinson 1981): then the log is the serial order.
 */
export function commitOf(
  tables: Tables,
  operations: readonly MicroOperation[],
  isolation: Isolation,
): CommitEntry {
  const counts = isolation === 'snapshot-isolation' ? isWrite : isRead;
  const keys = new Set(operations.filter(counts).map(keyOf));
  const seen = [...keys].map((key) => [key, versionOf(tables, key)] as const);
  return { op: 'commit', operations: answered(tables, operations), seen };
}

const isRead = ([f]: MicroOperation): boolean => f === 'r';
const isWrite = ([f]: MicroOperation): boolean => f !== 'r';

/** The same on every replica. `index`: the entry's, which is the version of what it writes. */
export function applyCommit(tables: Tables, { operations, seen }: CommitEntry, index: number): Reply {
  const moved = seen.find(([key, version]) => versionOf(tables, key) !== version);
  if (moved)
    return {
      ok: false,
      code: 'conflict',
      message: `key ${moved[0]} has changed since the transaction began`,
    };
  const written = new Set<string>();
  const results = operations.map((operation): MicroOperation => {
    const key = keyOf(operation);
    const [f, name, value] = operation;
    // What it reads of its own is what others will see of it: it was locked from the write on.
    if (f === 'r') return written.has(key) ? ['r', name, valueOf(tables, key)] : operation;
    written.add(key);
    const list = valueOf(tables, key);
    const next = f === 'append' ? [...(Array.isArray(list) ? (list as Json[]) : []), value] : value;
    tables.put(TABLE, key, { value: next, version: index });
    return operation;
  });
  return { ok: true, operations: results };
}

interface Open {
  readonly id: number;
  readonly operations: readonly MicroOperation[];
  readonly done: MicroOperation[];
}

/** Transactions at read committed: each operation reads what is committed when its turn comes, one a step of the node. */
export class OpenTransactions {
  #open: Open[] = [];

  begin(id: number, operations: readonly MicroOperation[]): void {
    this.#open.push({ id, operations, done: [] });
  }

  /** Takes every transaction one operation on; gives, and forgets, those that are through. */
  step(tables: Tables): readonly Open[] {
    if (this.#open.length === 0) return [];
    for (const { operations, done } of this.#open) done.push(...answered(tables, [operations[done.length]]));
    const through = this.#open.filter(({ operations, done }) => done.length === operations.length);
    if (through.length > 0)
      this.#open = this.#open.filter(({ operations, done }) => done.length < operations.length);
    return through;
  }

  /** Forgets all, and gives them. */
  drain(): readonly Open[] {
    const all = this.#open;
    this.#open = [];
    return all;
  }
}
