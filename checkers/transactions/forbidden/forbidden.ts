// Cycles of dependencies that the models between read committed and serializability forbid, each by its definition.
import type { Inferred } from '../polygraph/polygraph.ts';
import type { Edges } from '../graph.ts';
import type { Budget, Step } from '../search.ts';
import { cursorCycles } from './cursor.ts';
import type { EventDependencies } from './events.ts';
import { monotonicCycles } from './monotonic.ts';
import { singleCycles } from './single.ts';
import { updateCycles } from './update.ts';

/**
 * A cycle that a model forbids. If it matters by what the first transaction is part of it: `missed` the read that missed
 * something, `entered` the micro-operation by which the last step returns. `key`: every edge is of this key.
 */
export interface ForbiddenCycle {
  readonly steps: readonly Step[];
  readonly missed?: number;
  readonly entered?: number;
  readonly key?: number;
}

/** Dependencies, of transactions and of their micro-operations. Those without rw have no cycle. */
export interface Order {
  readonly inferred: Inferred;
  readonly edges: Edges;
  readonly events: EventDependencies;
}

/** @returns a few of the cycles, none if there are none, null when the budget ended before */
export type Find = (order: Order, budget: Budget) => readonly ForbiddenCycle[] | null;

/**
 * `misses`: is every way from a missed write back to who missed it a cycle that is forbidden? `writersAreSerial`: and
 * every cycle of transactions that write?
 */
export interface Forbidden {
  readonly find: Find;
  readonly misses: boolean;
  readonly writersAreSerial: boolean;
}

export type ForbiddenKind = 'cursor' | 'monotonic' | 'single' | 'update';

/**
 * - cursor: G-cursor, a read and a later write of one key between which another wrote it (Adya 1999, PL-CS)
 * - monotonic: G-monotonic, a read that missed what an earlier event of the transaction depends on (PL-2L)
 * - single: G-single, one anti-dependency (PL-2+; for snapshot isolation over sites, Cerone & Gotsman 2016, theorem 21)
 * - update: G-update, at most one transaction that only reads (PL-3U)
 */
export const FORBIDDEN: Readonly<Record<ForbiddenKind, Forbidden>> = {
  cursor: { find: cursorCycles, misses: false, writersAreSerial: false },
  monotonic: { find: monotonicCycles, misses: false, writersAreSerial: false },
  single: { find: singleCycles, misses: true, writersAreSerial: false },
  update: { find: updateCycles, misses: true, writersAreSerial: true },
};
