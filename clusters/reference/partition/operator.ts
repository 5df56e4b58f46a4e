import type { Operator } from '../../../harness/cluster.ts';
import { isRefusal, type Refusal } from '../../../harness/hosts/types.ts';

/** The operators of all shards: each order goes to the next shard in turn. */
export class ShardOperator implements Operator {
  readonly #operators: readonly Operator[];
  #turn = 0;

  constructor(operators: readonly (Operator | Refusal)[]) {
    this.#operators = operators.flatMap((operator) => (isRefusal(operator) ? [] : [operator]));
  }

  failover(options: { readonly fence: boolean }): Promise<{ readonly from: string; readonly to: string }> {
    return this.#next().failover(options);
  }

  restartThenPromote(): Promise<{ readonly from: string; readonly to: string }> {
    return this.#next().restartThenPromote();
  }

  #next(): Operator {
    return this.#operators[this.#turn++ % this.#operators.length];
  }
}
