import type { Operator } from '../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { named } from '../kit/server-node.ts';
import type { RedisNode } from './node.ts';
import type { Sentinels } from './sentinels.ts';

/** Sentinels that move a primary agree on the next one well within this. */
const ASK_AGAIN_MS = 5_000;
/** Half a minute of TILT mode, should all of them have been held up, and then a move. */
const MOVE_MS = 45_000;
/** How long a restarted primary is left to its readers before it is replaced. */
const READ_MS = 1_000;

/** Moves the primary as an operator of sentinels does: by telling one of them to. */
export class SentinelOperator implements Operator {
  readonly #nodes: readonly RedisNode[];
  readonly #sentinels: Sentinels;
  readonly #clock: Clock;

  constructor(nodes: readonly RedisNode[], sentinels: Sentinels, clock: Clock) {
    this.#nodes = nodes;
    this.#sentinels = sentinels;
    this.#clock = clock;
  }

  /** `fence`: the old primary is killed first. Without, it goes on serving until the sentinels make it follow. */
  async failover({ fence }: { readonly fence: boolean }): Promise<{ from: string; to: string }> {
    const from = await this.#primary();
    if (fence) await from.kill();
    return this.#move(from);
  }

  switchover(): Promise<{ from: string; to: string }> {
    return this.failover({ fence: false });
  }

  async restartThenPromote(): Promise<{ from: string; to: string }> {
    const from = await this.#primary();
    await from.kill();
    await from.start();
    await from.untilAnswering(MOVE_MS);
    await this.#clock.sleep(READ_MS * MILLISECOND);
    return this.#move(from);
  }

  async #primary(): Promise<RedisNode> {
    const primary = await this.#sentinels.agreed();
    if (primary === null) throw new Error('the sentinels do not agree on a primary');
    return primary;
  }

  async #move(from: RedisNode): Promise<{ from: string; to: string }> {
    // Sentinels may have begun by themselves: then they refuse a second time, and one is enough.
    let refusal: Error | null = null;
    await this.#sentinels.failover().catch((error: Error) => (refusal = error));
    let to: string | null = null;
    let asked = this.#clock.now();
    try {
      await from.until('another primary', MOVE_MS, async () => {
        const agreed = await this.#sentinels.agreed();
        // A sentinel that takes the order gives it up in silence when no replica of the moment is good enough for it.
        if (agreed === from && this.#clock.now() - asked > ASK_AGAIN_MS * MILLISECOND) {
          asked = this.#clock.now();
          await this.#sentinels.failover().catch((error: Error) => (refusal = error));
        }
        if (agreed === null || agreed === from || (await agreed.role()) !== 'master') return false;
        to = agreed.name;
        return true;
      });
    } catch (error) {
      throw refusal ?? error;
    }
    return { from: from.name, to: named(this.#nodes, to!).name };
  }
}
