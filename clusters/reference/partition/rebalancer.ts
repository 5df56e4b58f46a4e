import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';
import type { Log } from '../../../harness/hosts/types.ts';
import type { BugName } from '../bugs.ts';
import { StoreError } from '../errors.ts';
import type { Reply } from '../replica/types.ts';
import { DIRECTORY, MAP_KEY, asFields, type ChangeKind } from './directory-row.ts';
import type { PartitionMap } from './maps/map.ts';
import { plan, type PlannedMove } from './maps/map.ts';
import { mergingMove, type Progress } from './merging/merging-move.ts';
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

/** What is to become of the map. */
export interface Change {
  readonly kind: ChangeKind;
  readonly wanted: (present: PartitionMap) => PartitionMap;
}

export interface RebalancerParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly connections: ShardConnections;
  /** Where the directory's row lives. */
  readonly home: string;
  readonly bug: BugName | 'none';
  /** Where rows merge: the nodes of a shard, each of which keeps its ownership; null where one log of the shard does. */
  readonly nodesOf: ((shard: string) => readonly string[]) | null;
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
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #move: Progress | Move | null = null;
  #moves = '';
  /** Steps that shards have done, of all moves. */
  steps = 0;
  #stopped = false;

  constructor(map: PartitionMap, parts: RebalancerParts) {
    this.map = map;
    this.#parts = parts;
  }

  /** Rows that have come over, those of the move that is under way too. */
  get rows(): number {
    return this.moved.rows + (this.#move?.rows ?? 0);
  }

  /** Of those, as JSON. */
  get bytes(): number {
    return this.moved.bytes + (this.#move?.bytes ?? 0);
  }

  /** How many moves are under way or wait for their turn. */
  get pending(): number {
    return this.#waiting;
  }

  /** What is being done now, in words. */
  get progress(): string {
    const move = this.#move;
    return move === null ? 'no move is under way' : `${this.#moves}: ${move.phase}, ${move.rows} rows`;
  }

  /** Gives every shard what the map says. */
  async begin(): Promise<void> {
    for (const shard of this.map.shards)
      await this.#everywhere(shard, {
        op: 'assign',
        ranges: this.map.rangesOf(shard).map(({ lo, hi }) => ({ lo, hi })),
        state: 'owned',
        epoch: this.#epoch,
        peer: null,
      });
    await this.#publish('first', false);
  }

  /**
   * Brings the shards to another map. One after another: each change is planned when what was begun before is over, on
   * the map that it has left. Resolves when it is over; rejects as its plan does.
   */
  become(plan: () => Promise<Change>): Promise<void> {
    this.#waiting += 1;
    const turn = this.#queue
      .then(plan)
      .then((change) => this.#bring(change))
      .finally(() => (this.#waiting -= 1));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #bring({ kind, wanted }: Change): Promise<void> {
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
    }
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
    this.#moves = `${planned.from} → ${planned.to}`;
    const { rows, bytes } = await (this.#parts.nodesOf === null
      ? this.#byLog(planned, epoch)
      : this.#byNodes(planned, epoch, this.#parts.nodesOf));
    this.#move = null;
    if (this.#stopped) return;
    this.map = this.map.with(planned.ranges.map((range) => ({ ...range, shard: planned.to, epoch })));
    this.moved.moves += 1;
    this.moved.rows += rows;
    this.moved.bytes += bytes;
  }

  async #byLog(planned: PlannedMove, epoch: number): Promise<Pick<Move, 'rows' | 'bytes'>> {
    const { bug, chunk } = this.#parts;
    const move = new Move(planned, epoch, chunk, bug);
    this.#move = move;
    for (let step = move.next(); step !== null && !this.#stopped; step = move.next()) {
      move.answered(await this.#insist(step.shard, step.request));
      this.steps += 1;
      if (step.request.op === 'import' && move.phase !== 'last-changes') await this.#pause();
    }
    return move;
  }

  async #byNodes(
    planned: PlannedMove,
    epoch: number,
    nodesOf: (shard: string) => readonly string[],
  ): Promise<Progress> {
    const { bug, chunk } = this.#parts;
    const progress: Progress = { phase: 'arrive', rows: 0, bytes: 0 };
    this.#move = progress;
    const move = mergingMove(planned, epoch, nodesOf, chunk, bug, progress);
    for (let step = move.next(); step.done !== true && !this.#stopped;) {
      const { shard, node, request } = step.value;
      const reply = await this.#insist(shard, request, node);
      this.steps += 1;
      if (request.op === 'import' && progress.phase === 'copy') await this.#pause();
      step = move.next(reply);
    }
    return progress;
  }

  /** Clients are served meanwhile. */
  async #pause(): Promise<void> {
    const { clock, delayMs } = this.#parts;
    if (delayMs > 0) await clock.sleep(delayMs * MILLISECOND);
  }

  async #publish(kind: ChangeKind, moving: boolean): Promise<void> {
    await this.#everywhere(this.#parts.home, {
      op: 'write',
      table: DIRECTORY,
      key: MAP_KEY,
      fields: asFields(this.map, { generation: this.#generation, kind, moving }),
    });
  }

  /** Whoever keeps what this is about: the shard's log, or each of its nodes. */
  async #everywhere(shard: string, request: AnyRequest): Promise<void> {
    const nodes = this.#parts.nodesOf?.(shard) ?? [undefined];
    for (const node of nodes) await this.#insist(shard, request, node);
  }

  /** Asks until it is answered; a shard without a leader is asked again when it may have one. */
  async #insist(shard: string, request: AnyRequest, node?: string): Promise<Extract<Reply, { ok: true }>> {
    const { clock, connections } = this.#parts;
    while (!this.#stopped) {
      try {
        return await bounded(clock, TRY_MS, async (signal) =>
          node === undefined
            ? (await connections.ask(shard, { f: 'write' }, false, () => request, signal)).reply
            : connections.askNode(node, request, signal),
        );
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (error.code === 'bad-request') throw error;
        await clock.sleep(PAUSE_MS * MILLISECOND);
      }
    }
    return { ok: true };
  }
}
