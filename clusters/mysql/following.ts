// How a replica is told where to go on in its source's log: by GTID, or by a file and a place in it.
import type { Clock } from '../../harness/runtime/types.ts';
import { MILLISECOND } from '../../harness/runtime/types.ts';
import type { Credentials } from '../sql/session.ts';
import type { MysqlNode } from './node.ts';
import { Notes, present, type Position } from './positions.ts';
import { follow, heldCount, replicaStatus } from './replication.ts';
import { BY_HAND_MS, type Seeded } from './seeding.ts';

export const POSITIONS = ['gtid', 'file'] as const;

/**
 * Which place an operator gives a replica of the failed primary in the new one's log. `right`: where the last
 * transaction ends that the replica holds. `too-late`: where the new primary stands when it is looked up, a second after
 * it took over: the replica skips what was written by then. `too-early`: some transactions back, to be safe: it applies
 * those again.
 */
export const POINTINGS = ['right', 'too-late', 'too-early'] as const;
export type Pointing = (typeof POINTINGS)[number];

const BACK = 20;
const APPLY_MS = 20_000;

export interface Following {
  /** All hold the same, and nobody writes. */
  begin(nodes: readonly MysqlNode[]): Promise<void>;
  /** Points a running node at `source`, wherever it has followed before, and lets it run. */
  point(node: MysqlNode, source: MysqlNode): Promise<void>;
  /** The same for one that was just filled from `source`. */
  pointSeeded(node: MysqlNode, source: MysqlNode, seeded: Seeded): Promise<void>;
  /** How much it holds, executed or only received, in numbers that compare between replicas of one primary. */
  held(node: MysqlNode): Promise<number | null>;
  /** Has it executed all that it received? */
  appliedAll(node: MysqlNode): Promise<boolean>;
}

/** Each transaction has a name of its own: a replica says which it has, and is sent the others. */
export class ByGtid implements Following {
  readonly #credentials: Credentials;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  point(node: MysqlNode, source: MysqlNode): Promise<void> {
    return follow(node, source, this.#credentials, null);
  }

  pointSeeded(node: MysqlNode, source: MysqlNode): Promise<void> {
    return this.point(node, source);
  }

  held(node: MysqlNode): Promise<number | null> {
    return heldCount(node);
  }

  async appliedAll(node: MysqlNode): Promise<boolean> {
    const status = await replicaStatus(node);
    if (status === null) return false;
    const text = `SELECT GTID_SUBSET('${status.retrieved}', @@GLOBAL.gtid_executed) AS all_done`;
    return Number((await node.ask(text))?.all_done) === 1;
  }
}

/** A replica goes on where it is told to: whoever moves it to another source has to find the place there. */
export class ByPosition implements Following {
  readonly #credentials: Credentials;
  readonly #pointing: Pointing;
  readonly #clock: Clock;
  readonly #notes = new Notes();
  /** Whom each replica follows. */
  readonly #sources = new Map<MysqlNode, MysqlNode>();

  constructor(credentials: Credentials, pointing: Pointing, clock: Clock) {
    this.#credentials = credentials;
    this.#pointing = pointing;
    this.#clock = clock;
  }

  async begin([primary, ...replicas]: readonly MysqlNode[]): Promise<void> {
    for (const node of [primary, ...replicas]) this.#notes.note(node, 0, await present(node));
    const at = await present(primary);
    for (const node of replicas) await this.#follow(node, primary, at);
  }

  async point(node: MysqlNode, source: MysqlNode): Promise<void> {
    if (this.#sources.get(node) === source) {
      await node.query('START REPLICA', [], APPLY_MS);
      return;
    }
    await node.query('STOP REPLICA IO_THREAD', [], APPLY_MS);
    await node.until('everything that it received to be applied', APPLY_MS, () => this.appliedAll(node));
    await this.#follow(node, source, await this.#place(node, source));
  }

  async #place(node: MysqlNode, source: MysqlNode): Promise<Position> {
    switch (this.#pointing) {
      case 'right':
        return this.#notes.place(source, await this.#notes.count(node));
      case 'too-early':
        return this.#notes.place(source, Math.max(0, (await this.#notes.count(node)) - BACK));
      case 'too-late':
        await this.#clock.sleep(BY_HAND_MS * MILLISECOND);
        return present(source);
    }
  }

  async pointSeeded(node: MysqlNode, source: MysqlNode, { at }: Seeded): Promise<void> {
    this.#notes.note(node, await this.#notes.count(source, at), await present(node));
    await this.#follow(node, source, at);
  }

  async #follow(node: MysqlNode, source: MysqlNode, at: Position): Promise<void> {
    await follow(node, source, this.#credentials, at);
    this.#sources.set(node, source);
  }

  /** The place in the old primary's log up to which it has received, as one number. */
  async held(node: MysqlNode): Promise<number | null> {
    const received = (await replicaStatus(node))?.received ?? null;
    return received === null ? null : Number(received.file.split('.').at(-1)) * 2 ** 32 + received.pos;
  }

  async appliedAll(node: MysqlNode): Promise<boolean> {
    const status = await replicaStatus(node);
    if (status === null) return false;
    const { received, applied } = status;
    return received.file === applied.file && received.pos === applied.pos;
  }
}
