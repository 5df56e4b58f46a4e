// One move of ranges from shard to shard, without I/O: which request comes next, and what its answer means.
import type { BugName } from '../bugs.ts';
import type { Reply } from '../replica/types.ts';
import { between } from './maps/range.ts';
import type { PlannedMove } from './maps/map.ts';
import type { TokenRange } from './ranges.ts';
import type { MovedRow, OwnershipState, PartitionRequest } from './requests.ts';

/** With so few changes left, the range is locked and the rest handed over. */
const FEW = 20;
/** A range that changes faster than it can be caught up with is locked all the same after so many rounds. */
const ROUNDS = 50;

export type Phase = 'arrive' | 'copy' | 'catch-up' | 'lock' | 'last-changes' | 'give' | 'take' | 'done';

/** A request to one of the two shards; it is repeated until it is answered. */
export interface Step {
  readonly shard: string;
  readonly request: PartitionRequest;
}

/**
 * Arrive (the target forgets what it may have of the ranges) → copy, chunk by chunk → catch up with what has changed
 * since → lock (the source refuses writes) → last changes → give (the source refuses everything, and points to the
 * target) → take (the target serves). At no moment do both serve; every step may be repeated, by whoever leads then.
 */
export class Move {
  phase: Phase = 'arrive';
  /** Rows and bytes (of JSON) that were sent to the target. */
  rows = 0;
  bytes = 0;
  readonly plan: PlannedMove;
  readonly epoch: number;
  readonly #bug: BugName | 'none';
  readonly #chunkSize: number;
  #copying = false;
  #after: readonly [string, string] | null = null;
  #since = 0;
  #rounds = 0;
  #imports = 0;
  /** Read from the source, not yet at the target; `last`: nothing is left to read of this kind. */
  #chunk: { readonly rows: readonly MovedRow[]; readonly last: boolean } | null = null;

  /** `chunk`: rows a request. */
  constructor(plan: PlannedMove, epoch: number, chunk: number, bug: BugName | 'none' = 'none') {
    this.plan = plan;
    this.epoch = epoch;
    this.#chunkSize = chunk;
    this.#bug = bug;
  }

  /** What to ask next; null when it is done. */
  next(): Step | null {
    const { epoch } = this;
    const { from, to } = this.plan;
    if (this.#chunk !== null)
      return {
        shard: to,
        request: { op: 'import', epoch, number: this.#imports + 1, rows: this.#chunk.rows },
      };
    switch (this.phase) {
      case 'arrive':
        return this.#assign(to, 'arriving', from);
      case 'copy':
        if (!this.#copying) return this.#assign(from, 'copying', to);
        return {
          shard: from,
          request: { op: 'export', epoch, after: this.#after, limit: this.#chunkSize, at: 'leader' },
        };
      case 'catch-up':
      case 'last-changes':
        return {
          shard: from,
          request: { op: 'changes', epoch, since: this.#since, limit: this.#chunkSize, at: 'leader' },
        };
      case 'lock':
        return this.#assign(from, 'leaving', to, this.#given);
      case 'give':
        return this.#assign(from, 'gone', to, this.#given);
      case 'take':
        return this.#assign(to, 'owned', from);
      case 'done':
        return null;
    }
  }

  /** The step was answered, and not refused. */
  answered(reply: Extract<Reply, { ok: true }>): void {
    if (this.#chunk !== null) return this.#imported(this.#chunk);
    switch (this.phase) {
      case 'arrive':
        this.phase = 'copy';
        break;
      case 'copy':
        if (this.#copying) this.#exported(reply.partition?.rows ?? [], reply.partition?.left ?? 0);
        else this.#copying = true;
        break;
      case 'catch-up':
      case 'last-changes': {
        const { rows = [], next = this.#since, left = 0 } = reply.partition ?? {};
        this.#since = next;
        this.#rounds += 1;
        const caughtUp = rows.length + left <= FEW || this.#rounds >= ROUNDS;
        this.#deliver(rows, this.phase === 'catch-up' ? caughtUp : left === 0);
        break;
      }
      case 'lock':
        this.phase = 'last-changes';
        break;
      case 'give':
        this.phase = 'take';
        break;
      case 'take':
        this.phase = 'done';
        break;
      case 'done':
        break;
    }
  }

  #exported(rows: readonly MovedRow[], left: number): void {
    const last = rows.at(-1);
    if (last !== undefined) this.#after = [last[0], last[1]];
    this.#deliver(rows, left === 0);
  }

  #deliver(rows: readonly MovedRow[], last: boolean): void {
    if (rows.length > 0) this.#chunk = { rows, last };
    else if (last) this.#through();
  }

  #imported({ rows, last }: { readonly rows: readonly MovedRow[]; readonly last: boolean }): void {
    this.#imports += 1;
    this.rows += rows.length;
    this.bytes += JSON.stringify(rows).length;
    this.#chunk = null;
    if (last) this.#through();
  }

  /** Nothing is left to read of this kind. */
  #through(): void {
    if (this.phase === 'copy')
      this.phase = this.#bug === 'key-lost-between-copy-and-hand-over' ? 'give' : 'catch-up';
    else if (this.phase === 'catch-up')
      this.phase = this.#bug === 'double-ownership-at-hand-over' ? 'take' : 'lock';
    else if (this.phase === 'last-changes') this.phase = 'give';
  }

  /** The ranges that the source gives up: with the bug `split-at-wrong-boundary`, it keeps the beginning of each. */
  get #given(): readonly TokenRange[] {
    const { ranges } = this.plan;
    return this.#bug === 'split-at-wrong-boundary'
      ? ranges.map(({ lo, hi }) => ({ lo: between(lo, hi), hi }))
      : ranges;
  }

  #assign(shard: string, state: OwnershipState, peer: string, ranges = this.plan.ranges): Step {
    return { shard, request: { op: 'assign', ranges, state, epoch: this.epoch, peer } };
  }
}
