import type { Client, Completion } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { completionOf, Failed } from '../../kit/error-table.ts';
import type { Connection } from './connection.ts';
import { ERRORS } from './errors.ts';
import type { Plan, Planner } from './plan.ts';

/** Which node an operation goes to. */
export interface Routing {
  readonly readsNeedPrimary: boolean;
  readNode(): string;
  /** The primary as somebody who should know says, asked now. @throws Failed in phase `connect` */
  findPrimary(signal: AbortSignal): Promise<string>;
  /** With `asPrimary`, only to a node that says that it is one. @throws Failed in phase `connect` */
  open(node: string, asPrimary: boolean, signal: AbortSignal): Promise<Connection>;
}

/** One process: at most one connection a node. The primary is asked for again when its connection is lost or refused. */
export class RedisClient implements Client {
  readonly #planner: Planner;
  readonly #pinned: string | null;
  readonly #routing: Routing;
  readonly #connections = new Map<string, Connection>();
  #primary: string | null = null;

  constructor(planner: Planner, pinned: string | null, routing: Routing) {
    this.#planner = planner;
    this.#pinned = pinned;
    this.#routing = routing;
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const plan = this.#planner.plan(operation);
    let node: string | null = null;
    try {
      node = await this.#nodeFor(plan, signal);
      const value = await plan.run(await this.#connection(node, signal), signal);
      return value === undefined ? { type: 'ok', node } : { type: 'ok', node, value };
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      // A refusal may mean that it is no primary any more; only a lock that is held says nothing about that.
      if (!error.answered || error.message.includes('READONLY')) this.#primary = null;
      return completionOf(ERRORS, error, node);
    }
  }

  async #nodeFor(plan: Plan, signal: AbortSignal): Promise<string> {
    if (this.#pinned !== null) return this.#pinned;
    if (plan.reads && !this.#routing.readsNeedPrimary) return this.#routing.readNode();
    this.#primary ??= await this.#routing.findPrimary(signal);
    return this.#primary;
  }

  async #connection(node: string, signal: AbortSignal): Promise<Connection> {
    const known = this.#connections.get(node);
    if (known?.usable) return known;
    const asPrimary = this.#pinned === null && node === this.#primary;
    const opened = await this.#routing.open(node, asPrimary, signal);
    this.#connections.set(node, opened);
    return opened;
  }

  close(): Promise<void> {
    this.#planner.end?.();
    for (const connection of this.#connections.values()) connection.close();
    return Promise.resolve();
  }
}
