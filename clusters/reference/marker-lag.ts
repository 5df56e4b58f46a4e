import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { Dialogue, Fleet } from './fleet.ts';
import { MARKER } from './partition/partitioning.ts';
import type { Reply, Request } from './replica/types.ts';

/** One sample takes no longer than this: what is not visible by then is as late as that, at least. */
const PATIENCE_MS = 800;
const KEY = 'lag';

/**
 * The true replication lag, as a client would meet it: a marker is written at the leader, and read at each replica until
 * it is there. Beside it, the store's own gauge says what the store believes.
 */
export class MarkerLag {
  readonly #fleet: Pick<Fleet, 'dial'>;
  readonly #clock: Clock;
  /** When each marker was acknowledged, ns, by its number; null: it was not. */
  readonly #acknowledged: (number | null)[] = [];

  constructor(fleet: Pick<Fleet, 'dial'>, clock: Clock) {
    this.#fleet = fleet;
    this.#clock = clock;
  }

  /** How late each replica is, in ms, rounded up; those that do not answer are left out. */
  async sample(leader: string, replicas: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const clock = this.#clock;
    const deadline = clock.now() + PATIENCE_MS * MILLISECOND;
    const number = this.#acknowledged.push(null) - 1;
    const fields = { number };
    const write: Request = { op: 'write', table: MARKER, key: KEY, fields };
    if ((await this.#ask(leader, write, deadline)) !== null) this.#acknowledged[number] = clock.now();
    const lags = await Promise.all(replicas.map((replica) => this.#lagOf(replica, number, deadline)));
    return Object.fromEntries(
      replicas.flatMap((replica, i) => (lags[i] === null ? [] : [[`lag-true-ms:${replica}`, lags[i]]])),
    );
  }

  async #lagOf(replica: string, newest: number, deadline: number): Promise<number | null> {
    const clock = this.#clock;
    const read: Request = { op: 'read', table: MARKER, key: KEY, at: 'replica' };
    for (const begun = clock.now(); ;) {
      const reply = await this.#ask(replica, read, deadline);
      if (reply === null) return null;
      const overdue = this.#firstAfter(Number(reply.fields?.number ?? -1));
      if (overdue === null) return Math.ceil(Math.max(0, this.#since(newest, clock.now())) / MILLISECOND);
      const pause = Math.max(MILLISECOND, Math.floor((clock.now() - begun) / 8));
      if (clock.now() + pause >= deadline) return Math.ceil((clock.now() - overdue) / MILLISECOND);
      await clock.sleep(pause);
    }
  }

  #since(number: number, now: number): number {
    const at = this.#acknowledged[number];
    return at === null ? 0 : now - at;
  }

  /** When the first acknowledged marker after this one was acknowledged. */
  #firstAfter(seen: number): number | null {
    for (let i = seen + 1; i < this.#acknowledged.length; i++) {
      const at = this.#acknowledged[i];
      if (at !== null) return at;
    }
    return null;
  }

  /** Null when it is refused, or not answered in time. */
  async #ask(node: string, request: Request, deadline: number): Promise<Extract<Reply, { ok: true }> | null> {
    const late = new AbortController();
    const cancel = this.#clock.after(Math.max(0, deadline - this.#clock.now()), () => late.abort());
    let connection: Dialogue | null = null;
    try {
      connection = await this.#fleet.dial(node, late.signal);
      const reply = (await connection.ask({ request }, late.signal)) as Reply;
      return reply.ok ? reply : null;
    } catch {
      return null;
    } finally {
      cancel();
      connection?.close();
    }
  }
}
