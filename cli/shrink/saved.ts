import type { Finding } from '../../checkers/types.ts';
import { NEMESIS, type Json } from '../../harness/history/event.ts';
import { eventAt, FAIL, INVOKE, OK, type History } from '../../harness/history/history.ts';
import { partOf } from '../../harness/history/part.ts';
import { operationsOf } from '../lab/trial.ts';
import { minimise } from './minimise.ts';
import { onKeys, onElements } from './project.ts';

/** Finds the anomaly in a history: its witness, or null when it is not there. */
export type Look = (history: History) => Promise<Pick<Finding, 'witness' | 'explanation'> | null>;

export interface ShrunkHistory {
  readonly history: History;
  readonly explanation: string;
  readonly witness: readonly number[];
  readonly before: number;
  readonly after: number;
  /** How often the history was judged. */
  readonly checks: number;
}

/**
 * The smallest part of a history that these steps reach and that still shows the anomaly. Each step is sound: a
 * history without the anomaly has none after it, so that what is left proves the same of the whole.
 *
 * - keys, elements of a set: objects are independent, and so the history of some of them is one of the whole's own
 * - operations that certainly did not happen, and reads: they changed nothing; whatever explains the whole explains
 *   what is left without them
 * - writes whose values nothing that is left has seen: the explanation stays one without them, since nobody looks
 *   between such a write and what overwrote it. Not while a refused compare-and-set is left, which saw it without
 *   naming it, and not in a set or a log of transactions, where what is missing counts
 *
 * After every step the history is judged again.
 */
export async function shrinkHistory(
  history: History,
  look: Look,
  most = 2000,
): Promise<ShrunkHistory | null> {
  const first = await look(history);
  if (first === null) return null;
  let best = { history, ...first };
  let checks = 1;
  const over = (): boolean => checks >= most;
  const tried = async (part: History): Promise<boolean> => {
    if (part.length >= best.history.length) return false;
    checks += 1;
    const found = await look(part);
    if (found === null) return false;
    best = { history: part, ...found };
    return true;
  };
  /** Leaves out operations, given by the indices of their invocations in the best history so far. */
  const without = async (which: (history: History) => readonly number[]): Promise<void> => {
    const whole = best.history;
    const all = which(whole);
    await minimise(
      all,
      (kept) => {
        const stays = new Set(kept);
        const goes = new Set(all.filter((index) => !stays.has(index)));
        return tried(partOf(whole, (i) => !goes.has(i) && !goes.has(whole.pair[i])));
      },
      over,
    );
  };

  const keys = new Set(best.witness.map((index) => history.key[index]).filter((key) => key >= 0));
  if (keys.size > 0) await tried(onKeys(best.history, keys));
  await tried(onElements(best.history, best.witness));
  await without(failed);
  await without((whole) => reads(whole));
  for (let before = Infinity; before > best.history.length && !over();) {
    before = best.history.length;
    await without(unseen);
    await without((whole) => reads(whole));
  }
  return {
    ...best,
    before: operationsOf(history),
    after: operationsOf(best.history),
    checks,
  };
}

function invocations(history: History, which: (index: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < history.length; i++)
    if (history.process[i] !== NEMESIS && history.type[i] === INVOKE && which(i)) found.push(i);
  return found;
}

function completion(history: History, index: number): number {
  return history.pair[index] < 0 ? -1 : history.type[history.pair[index]];
}

function failed(history: History): number[] {
  return invocations(history, (i) => completion(history, i) === FAIL);
}

/** They change nothing: reads of an object, of where a key lies, and by a secondary index. */
const OBSERVES = ['read', 'locate', 'find'];

/** What only looks: reads, transactions that only read, and compare-and-sets that were refused. */
function reads(history: History): number[] {
  return invocations(history, (i) => {
    const { f, value } = eventAt(history, i);
    if (OBSERVES.includes(f)) return true;
    if (f === 'txn' && Array.isArray(value))
      return (value as readonly Json[]).every((micro) => Array.isArray(micro) && micro[0] === 'r');
    return f === 'cas' && completion(history, i) === OK && history.values[history.pair[i]] === false;
  });
}

const OVERWRITES = ['write', 'cas', 'read', 'delete'];

/** Writes of registers and rows that nothing left has seen. */
function unseen(history: History): number[] {
  const operations = invocations(history, () => true);
  for (const i of operations) {
    const { f } = eventAt(history, i);
    if (!OVERWRITES.includes(f)) return [];
    if (f === 'cas' && completion(history, i) === OK && history.values[history.pair[i]] === false) return [];
  }
  const seen = new Set<string>();
  for (const i of operations) {
    const { f, key, value } = eventAt(history, i);
    if (f === 'read' && completion(history, i) === OK) see(key, history.values[history.pair[i]]);
    if (f === 'cas' && Array.isArray(value)) see(key, (value as readonly Json[])[0]);
  }
  return operations.filter((i) => {
    const { f, key, value } = eventAt(history, i);
    return f === 'write' && cells(key, value).every((cell) => !seen.has(cell));
  });

  function see(key: Json, value: Json): void {
    for (const cell of cells(key, value)) seen.add(cell);
  }
}

/** A value, or each field of a row, by name; of siblings, each of them. */
function cells(key: Json, value: Json): string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((one) => cells(key, one));
  if (value === null || typeof value !== 'object') return [JSON.stringify([key, value])];
  return Object.entries(value).map(([field, one]) => JSON.stringify([key, field, one]));
}
