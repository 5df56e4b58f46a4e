import type { Client, Completion } from '../../harness/cluster.ts';
import type { Operation } from '../../harness/generator/types.ts';
import { completionOf, Failed } from '../kit/error-table.ts';
import { ERRORS } from '../redis/clients/errors.ts';
import type { Planner } from '../redis/clients/plan.ts';
import { SlotCaller } from './slot-caller.ts';
import type { SlotMap } from './slot-map.ts';

/** One process of a cluster: what it asks goes to whoever leads the slot. */
export class SlotClient implements Client {
  readonly #planner: Planner;
  readonly #caller: SlotCaller;

  constructor(planner: Planner, map: SlotMap) {
    this.#planner = planner;
    this.#caller = new SlotCaller(map);
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const plan = this.#planner.plan(operation);
    const answered = (): { node?: string } => (this.#caller.node === null ? {} : { node: this.#caller.node });
    try {
      const value = await plan.run(this.#caller, signal);
      return value === undefined ? { type: 'ok', ...answered() } : { type: 'ok', ...answered(), value };
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      return completionOf(ERRORS, error, this.#caller.node);
    }
  }

  close(): Promise<void> {
    this.#planner.end?.();
    this.#caller.close();
    return Promise.resolve();
  }
}
