import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';
import type { Log } from '../../../harness/hosts/types.ts';
import type { BugName } from '../bugs.ts';
import { StoreError } from '../errors.ts';
import type { Reply } from '../replica/types.ts';
import { DIRECTORY, MAP_KEY, asFields, type ChangeKind } from './directory-row.ts';
import type { PartitionMap } from './maps/map.ts';
import { plan, type PlannedMove } from './maps/map.ts';
import { Move } from './move.ts';
import { bounded, type AnyRequest, type ShardConnections } from './shards.ts';

/** How long one try of a step may take, and the pause before the next. */
const TRY_MS = 500;
const PAUSE_MS = 20;

/** What all moves so far came to. */
export interface Moved {
  /** Moves between two shards that are over, ranges, rows and their bytes as JSON. */
  moves: number;
  rows: number;
  bytes: number;
}

export interface RebalancerParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly connections: ShardConnections;
  /** Where the directory's row lives. */
  readonly home: string;
  readonly bug: BugName | 'none';
  /** Rows a request, and the pause after each, ms: so that clients are served meanwhile. */
  readonly chunk: number;
  readonly delayMs: number;
}

/**
 * Carries out moves, one after another, and tells the directory. Its memory (the map and the last epoch) is the
 * operator's; every step is repeated until a leader of the shard has acknowledged it.
 */
export class Rebalancer {
  /** Who owns what, as far as moves are over. */
  map: PartitionMap;
  readonly moved: Moved = { moves: 0, rows: 0, bytes: 0 };
  readonly #parts: RebalancerParts;
  #epoch = 1;
  #generation = 0;
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  #move: Move | null = null;
  #stopped = false;

  constructor(map: PartitionMap, parts: RebalancerParts) {
    this.map = map;
    this.#parts = parts;
  }

  /** How many moves are under way or wait for their turn. */
  get pending(): number {
    return this.#waiting;
  }

  /** What is being done now, in words. */
  get progress(): string {
    const move = this.#move;
    if (move === null) return 'no move is under way';
    return `${move.plan.from} → ${move.plan.to}: ${move.phase}, ${move.rows} rows`;
  }

  /** Gives every shard what the map says. */
  async begin(): Promise<void> {
    for (const shard of this.map.shards)
      await this.#insist(shard, {
        op: 'assign',
        ranges: this.map.rangesOf(shard).map(({ lo, hi }) => ({ lo, hi })),
        state: 'owned',
        epoch: this.#epoch,
        peer: null,
      });
    await this.#publish('first', false);
  }

  /** Brings the shards to another map, after what was begun before; resolves when it is over. */
  become(kind: ChangeKind, wanted: (present: PartitionMap) => PartitionMap): Promise<void> {
    this.#waiting += 1;
    this.#queue = this.#queue.then(async () => {
      try {
        const moves = plan(this.map, wanted(this.map));
        if (moves.length > 0) this.#generation += 1;
        for (const [i, move] of moves.entries()) {
          await this.#carryOut(move);
          if (this.#stopped) return;
          await this.#publish(kind, i + 1 < moves.length);
        }
      } catch (error) {
        this.#parts.log.error({ error }, 'rebalancing broke');
      } finally {
        this.#waiting -= 1;
      }
    });
    return this.#queue;
  }

  /** Asks a shard about its ranges, at its leader. */
  async ask(shard: string, request: AnyRequest): Promise<Extract<Reply, { ok: true }>> {
    return this.#insist(shard, request);
  }

  stop(): void {
    this.#stopped = true;
    this.#parts.connections.close();
  }

  async #carryOut(planned: PlannedMove): Promise<void> {
    const epoch = ++this.#epoch;
    const { bug, chunk, delayMs, clock } = this.#parts;
    const move = new Move(planned, epoch, chunk, bug);
    this.#move = move;
    for (let step = move.next(); step !== null && !this.#stopped; step = move.next()) {
      move.answered(await this.#insist(step.shard, step.request));
      if (step.request.op === 'import' && move.phase !== 'last-changes' && delayMs > 0)
        await clock.sleep(delayMs * MILLISECOND);
    }
    this.#move = null;
    if (this.#stopped) return;
    this.map = this.map.with(planned.ranges.map((range) => ({ ...range, shard: planned.to, epoch })));
    this.moved.moves += 1;
    this.moved.rows += move.rows;
    this.moved.bytes += move.bytes;
  }

  async #publish(kind: ChangeKind, moving: boolean): Promise<void> {
    await this.#insist(this.#parts.home, {
      op: 'write',
      table: DIRECTORY,
      key: MAP_KEY,
      fields: asFields(this.map, { generation: this.#generation, kind, moving }),
    });
  }

  /** Asks until it is answered; a shard without a leader is asked again when it may have one. */
  async #insist(shard: string, request: AnyRequest): Promise<Extract<Reply, { ok: true }>> {
    const { clock, connections } = this.#parts;
    while (!this.#stopped) {
      try {
        const { reply } = await bounded(clock, TRY_MS, (signal) =>
          connections.ask(shard, { f: 'write' }, false, () => request, signal),
        );
        return reply;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (error.code === 'bad-request') throw error;
        await clock.sleep(PAUSE_MS * MILLISECOND);
      }
    }
    return { ok: true };
  }
}
