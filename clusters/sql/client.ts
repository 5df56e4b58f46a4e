import type { Client, Completion, ConnectRequest } from '../../harness/cluster.ts';
import type { Operation } from '../../harness/generator/types.ts';
import { Failed } from './outcome.ts';
import type { Plan, Planner } from './plan.ts';

/** What a client needs of a connection, whatever the driver. */
export interface SqlConnection {
  /** Does the server refuse writes because it follows another? */
  readonly standby: boolean;
  readonly usable: boolean;
  close(): Promise<void>;
}

/** Which node an operation goes to; asked anew for each, because a failover moves the answer. */
export interface Routing<C> {
  writeNode(session: number): string;
  readNode(session: number): string;
  /** The session is about to write, or its write was answered; absent: nothing hangs on it. */
  wrote?(session: number): void;
  /** Must reads be answered by a primary? */
  readonly readsNeedPrimary: boolean;
  /** @throws Failed in phase `connect` */
  open(node: string, signal: AbortSignal): Promise<C>;
  /** The error for a node that turned out to be a standby when a primary was needed. */
  notPrimary(node: string): Failed;
}

/** One process: at most one connection a node, opened when first needed. */
export class SqlClient<C extends SqlConnection> implements Client {
  readonly #planner: Planner<C>;
  readonly #request: ConnectRequest;
  readonly #routing: Routing<C>;
  readonly #connections = new Map<string, C>();

  constructor(planner: Planner<C>, request: ConnectRequest, routing: Routing<C>) {
    this.#planner = planner;
    this.#request = request;
    this.#routing = routing;
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const plan = this.#planner(operation);
    const chosen = plan.on?.node ?? operation.node ?? this.#request.node;
    const node = chosen ?? this.#route(plan);
    try {
      const connection = plan.on?.connection ?? (await this.#connection(node, signal));
      if (chosen === undefined && connection.standby && this.#needsPrimary(plan))
        throw this.#routing.notPrimary(node);
      if (!plan.reads) this.#routing.wrote?.(this.#request.session);
      const value = await plan.run(connection, signal, node);
      if (!plan.reads) this.#routing.wrote?.(this.#request.session);
      return value === undefined ? { type: 'ok', node } : { type: 'ok', node, value };
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      const { outcome, error: reported } = error.verdict();
      return { type: outcome, node, error: reported };
    }
  }

  #route(plan: Plan<C>): string {
    const { session } = this.#request;
    return this.#needsPrimary(plan) ? this.#routing.writeNode(session) : this.#routing.readNode(session);
  }

  #needsPrimary(plan: Plan<C>): boolean {
    return !plan.reads || plan.primaryOnly === true || this.#routing.readsNeedPrimary;
  }

  async #connection(node: string, signal: AbortSignal): Promise<C> {
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
