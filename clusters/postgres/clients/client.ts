import type { Client, Completion, ConnectRequest } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { Failed, type Connection } from './connection.ts';
import type { Plan, Planner } from './plan.ts';

/** Which node an operation goes to; asked anew for each, because a failover moves the answer. */
export interface Routing {
  writeNode(session: number): string;
  readNode(session: number): string;
  /** Must reads be answered by a primary? */
  readonly readsNeedPrimary: boolean;
  /** @throws Failed in phase `connect` */
  open(node: string, signal: AbortSignal): Promise<Connection>;
}

/** One process: at most one connection a node, opened when first needed. */
export class PostgresClient implements Client {
  readonly #planner: Planner;
  readonly #request: ConnectRequest;
  readonly #routing: Routing;
  readonly #connections = new Map<string, Connection>();

  constructor(planner: Planner, request: ConnectRequest, routing: Routing) {
    this.#planner = planner;
    this.#request = request;
    this.#routing = routing;
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const plan = this.#planner(operation);
    const chosen = operation.node ?? this.#request.node;
    const node = chosen ?? this.#route(plan);
    try {
      const connection = await this.#connection(node, signal);
      if (chosen === undefined && connection.standby && this.#needsPrimary(plan))
        throw new Failed(new Error(`${node} is a standby now, not the primary`), 'connect');
      const value = await plan.run(connection, signal);
      return value === undefined ? { type: 'ok', node } : { type: 'ok', node, value };
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      const { outcome, error: reported } = error.verdict();
      return { type: outcome, node, error: reported };
    }
  }

  #route(plan: Plan): string {
    const { session } = this.#request;
    return this.#needsPrimary(plan) ? this.#routing.writeNode(session) : this.#routing.readNode(session);
  }

  #needsPrimary(plan: Plan): boolean {
    return !plan.reads || plan.primaryOnly === true || this.#routing.readsNeedPrimary;
  }

  async #connection(node: string, signal: AbortSignal): Promise<Connection> {
    const known = this.#connections.get(node);
    if (known?.usable) return known;
    const opened = await this.#routing.open(node, signal);
    this.#connections.set(node, opened);
    return opened;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
    this.#connections.clear();
  }
}
