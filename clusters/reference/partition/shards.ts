import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';
import { StoreError } from '../errors.ts';
import type { Dialogue, Fleet } from '../fleet.ts';
import type { Request } from '../replica/types.ts';
import type { Transaction } from '../replica/transaction.ts';
import type { ReadAt, Reply } from '../replica/types.ts';
import type { Router } from '../routing.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import type { PartitionRequest } from './requests.ts';

export type AnyRequest = Request | Transaction | PartitionRequest;

/** An answer, and where it came from. */
export interface Answer {
  readonly reply: Extract<Reply, { ok: true }>;
  readonly shard: string;
  readonly node: string;
}

/** What one client has of connections: one a node, made when it is first needed; a router a shard. */
export class ShardConnections {
  readonly #fleet: Pick<Fleet, 'dial'>;
  readonly #routerOf: (shard: string) => Router;
  readonly #routers = new Map<string, Router>();
  readonly #connections = new Map<string, Dialogue>();

  constructor(fleet: Pick<Fleet, 'dial'>, routerOf: (shard: string) => Router) {
    this.#fleet = fleet;
    this.#routerOf = routerOf;
  }

  /**
   * Asks a shard, where its router says; the request hears on what terms. Rejects with a StoreError, whose `owner` is
   * there when the shard knows who owns what was asked for; then the router has been told to look elsewhere.
   */
  async ask(
    shard: string,
    operation: Operation,
    isRead: boolean,
    request: (at: ReadAt) => AnyRequest,
    signal: AbortSignal,
  ): Promise<Answer> {
    const router = this.#router(shard);
    const { node, at, after } = router.choose(operation, isRead);
    try {
      const connection = await this.#connect(node, signal);
      const asked = request(at);
      const reply = (await connection.ask(
        { request: after === undefined ? asked : { ...asked, after } },
        signal,
      )) as Reply;
      if (!reply.ok) throw new StoreError(reply.code, 'sent', reply.message, reply.leader, reply.owner);
      router.done?.(operation, isRead, reply.position);
      return { reply, shard, node };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      error.node = node;
      if (!['moved', 'moving', 'conflict'].includes(error.code)) router.moveOn(error.leader);
      throw error;
    }
  }

  /** Asks this very node. Rejects with a StoreError. */
  async askNode(
    node: string,
    request: AnyRequest,
    signal: AbortSignal,
  ): Promise<Extract<Reply, { ok: true }>> {
    const connection = await this.#connect(node, signal);
    const reply = (await connection.ask({ request }, signal)) as Reply;
    if (!reply.ok) throw new StoreError(reply.code, 'sent', reply.message, reply.leader, reply.owner);
    return reply;
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
  }

  #router(shard: string): Router {
    const known = this.#routers.get(shard);
    if (known) return known;
    const router = this.#routerOf(shard);
    this.#routers.set(shard, router);
    return router;
  }

  async #connect(node: string, signal: AbortSignal): Promise<Dialogue> {
    const present = this.#connections.get(node);
    if (present?.open) return present;
    present?.close();
    const connection = await this.#fleet.dial(node, signal);
    this.#connections.set(node, connection);
    return connection;
  }
}

/** Runs `action` with a signal that ends it after so many ms. */
export async function bounded<T>(
  clock: Clock,
  ms: number,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const cancel = clock.after(ms * MILLISECOND, () => late.abort());
  try {
    return await action(late.signal);
  } finally {
    cancel();
  }
}
