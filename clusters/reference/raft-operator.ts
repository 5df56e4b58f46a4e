import type { Operator } from '../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { Servers } from './operator.ts';
import type { Status } from './replica/types.ts';

const TAKES_HOLD_MS = 10_000;
/** Every so many looks at who leads, it asks again: a leader gives up handing over when it takes too long. */
const ASK_EVERY = 10;
const READ_MS = 300;

/** Who leads the latest term; null when nobody does. */
export function leaderOf(statuses: ReadonlyMap<string, Status>): string | null {
  let best: Status | null = null;
  for (const status of statuses.values())
    if (status.role === 'leader' && (best === null || status.epoch > best.epoch)) best = status;
  return best?.name ?? null;
}

/** An operator of Raft: nodes elect by themselves, so that all there is to do is to ask the leader to hand over. */
export class RaftOperator implements Operator {
  readonly #servers: Servers;
  readonly #names: readonly string[];
  readonly #clock: Clock;

  constructor(servers: Servers, names: readonly string[], clock: Clock) {
    this.#servers = servers;
    this.#names = names;
    this.#clock = clock;
  }

  /** Transfer of leadership: the old leader stops by itself, fenced by the term. */
  async failover(): Promise<{ from: string; to: string }> {
    const from = await this.#serving((name) => name !== null, 'failover: no node leads');
    let tries = 0;
    const to = await this.#serving(
      (name) => name !== null && name !== from,
      `failover from ${from}: no other node leads`,
      async () => {
        if (tries++ % ASK_EVERY === 0) await this.#ask(from);
      },
    );
    return { from, to };
  }

  /** Kills the leader and restarts it; whoever leads then hands over. */
  async restartThenPromote(): Promise<{ from: string; to: string }> {
    const killed = await this.#serving((name) => name !== null, 'restart-then-promote: no node leads');
    await this.#servers.kill(killed);
    await this.#servers.start(killed, false);
    const next = await this.#serving(
      (name) => name !== null,
      `restart-then-promote: no node leads after ${killed}`,
    );
    // Time for clients to come back and read what it has.
    await this.#clock.sleep(READ_MS * MILLISECOND);
    return next === killed ? this.failover() : { from: killed, to: next };
  }

  async #ask(leader: string): Promise<void> {
    await this.#servers.ask(leader, { command: 'transfer' }).catch(() => undefined);
  }

  /** Waits until a leader that serves answers to this; `meanwhile` is done before every look. */
  async #serving(
    fits: (leader: string | null) => boolean,
    otherwise: string,
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<string> {
    let found: string | null = null;
    const holds = async (): Promise<boolean> => {
      await meanwhile();
      const statuses = new Map<string, Status>();
      for (const name of this.#names) {
        const status = await this.#servers.ask(name, { command: 'status' }).catch(() => null);
        if (status?.serving === true) statuses.set(name, status);
      }
      found = leaderOf(statuses);
      return fits(found);
    };
    if (!(await this.#servers.until(TAKES_HOLD_MS, holds)))
      throw new Error(`${otherwise} within ${TAKES_HOLD_MS} ms`);
    return found as unknown as string;
  }
}
