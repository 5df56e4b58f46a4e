import type { Client, Completion } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { completionOf, Failed } from '../../kit/error-table.ts';
import type { Gateway } from '../gateway.ts';
import { ERRORS } from './errors.ts';
import type { Planner } from './plan.ts';

export interface ClientOptions {
  readonly planner: Planner;
  /** The members it may talk to, the one to begin with first; only one when the user named it. */
  readonly members: readonly string[];
  readonly open: (member: string) => Gateway;
}

/** One process: one connection to one member, and to the next one when that cannot be reached. */
export class EtcdClient implements Client {
  readonly #options: ClientOptions;
  #turn = 0;
  #gateway: Gateway | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const { planner, members, open } = this.#options;
    const node = members[this.#turn % members.length];
    const plan = planner.plan(operation);
    if (this.#gateway?.usable !== true) this.#gateway = open(node);
    try {
      const value = await plan(this.#gateway, signal);
      return value === undefined ? { type: 'ok', node } : { type: 'ok', node, value };
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (!error.answered) {
        this.#gateway.close();
        this.#turn++;
      }
      return completionOf(ERRORS, error, node);
    }
  }

  close(): Promise<void> {
    if (this.#gateway !== null) this.#options.planner.end?.(this.#gateway);
    this.#gateway?.close();
    return Promise.resolve();
  }
}
