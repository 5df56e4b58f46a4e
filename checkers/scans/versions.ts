import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { operationsOf, type Operation } from '../sets-queues-counters/elements.ts';

/** What one write made of a row, and the times by which it certainly was there and certainly was not any more. */
export interface Version {
  /** The event that began the write; -1: what was there at first, nothing. */
  readonly write: number;
  /** Null: no row. */
  readonly row: Json;
  readonly failed: boolean;
  /** The event that acknowledged it, Infinity without one. */
  readonly acknowledged: number;
  /** By this event it certainly had taken effect: acknowledged, or read. */
  effect: number;
  /** By this event another write had certainly replaced it, Infinity for never; `by` is that write. */
  gone: number;
  by: Version | null;
}

/** All versions of one key, those of one row under its identity, and the reads of the base that were answered. */
export interface KeyVersions {
  readonly key: Json;
  /** The initial one first, then by invocation. */
  readonly versions: readonly Version[];
  readonly reads: readonly Operation[];
  /** Versions of this very row (null: nothing there), failed ones included. */
  of(row: Json): readonly Version[];
}

const FUNCTIONS = ['write', 'delete', 'read'];

/**
 * The versions of every key of a history of `write` (puts a whole row), `delete` and `read`, by the key's identity.
 * A version u is certainly gone once a write was acknowledged that had been invoked after u's effect: real time orders
 * the two (Lamport, On interprocess communication, 1986, for registers). O(n log n).
 */
export function versionsOf(history: History): Map<unknown, KeyVersions> {
  const keys = new Map<unknown, Collected>();
  for (const op of operationsOf(history, ...FUNCTIONS)) {
    const id = identityOf(op.key);
    let known = keys.get(id);
    if (known === undefined) keys.set(id, (known = new Collected(op.key)));
    known.add(op);
  }
  for (const known of keys.values()) known.finish();
  return keys;
}

/** A function of the history that may change rows and that this cannot follow, or null. */
export function unknownFunction(history: History, ...known: string[]): string | null {
  const names = new Set([...FUNCTIONS, ...known]);
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] < 0) continue;
    const f = history.functions.valueOf(history.f[i]);
    if (!names.has(f)) return f;
  }
  return null;
}

/** May somebody who looked between these two events have seen it? */
export function visible(version: Version, invoked: number, completed: number): boolean {
  return !version.failed && version.write < completed && version.gone > invoked;
}

class Collected implements KeyVersions {
  readonly key: Json;
  readonly versions: Version[];
  readonly reads: Operation[] = [];
  readonly #byRow = new Map<unknown, Version[]>();

  constructor(key: Json) {
    this.key = key;
    const initial: Version = {
      write: -1,
      row: null,
      failed: false,
      acknowledged: -1,
      effect: -1,
      gone: Infinity,
      by: null,
    };
    this.versions = [initial];
    this.#byRow.set(null, [initial]);
  }

  add(op: Operation): void {
    if (op.f === 'read') {
      if (op.type === 'ok') this.reads.push(op);
      return;
    }
    const acknowledged = op.type === 'ok' ? op.completed : Infinity;
    const version: Version = {
      write: op.invoked,
      row: op.f === 'delete' ? null : op.asked,
      failed: op.type === 'fail',
      acknowledged,
      effect: acknowledged,
      gone: Infinity,
      by: null,
    };
    this.versions.push(version);
    const same = this.of(version.row);
    if (same.length === 0) this.#byRow.set(identityOf(version.row), [version]);
    else (same as Version[]).push(version);
  }

  of(row: Json): readonly Version[] {
    return this.#byRow.get(identityOf(row)) ?? [];
  }

  finish(): void {
    for (const { answer, completed } of this.reads) {
      const shown = this.of(answer).filter((v) => !v.failed && v.write < completed);
      // A row that was written twice may be either one.
      if (shown.length === 1) shown[0].effect = Math.min(shown[0].effect, completed);
    }
    const acknowledged = this.versions.filter((v) => v.acknowledged < Infinity);
    /** By rank: who was acknowledged first among those that were invoked at this rank or later. */
    const first: Version[] = [];
    for (let i = acknowledged.length - 1, best: Version | null = null; i >= 0; i--) {
      if (best === null || acknowledged[i].acknowledged < best.acknowledged) best = acknowledged[i];
      first[i] = best;
    }
    for (const version of this.versions) {
      let [low, high] = [0, acknowledged.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (acknowledged[middle].write <= version.effect) low = middle + 1;
        else high = middle;
      }
      if (low === acknowledged.length) continue;
      version.gone = first[low].acknowledged;
      version.by = first[low];
    }
  }
}
