import type { ClockControl } from '../../harness/cluster.ts';
import { setClockOffset } from '../../harness/hosts/docker/clock.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import type { Clock } from '../../harness/runtime/types.ts';
import { Drifting } from '../kit/drifting.ts';
import { named } from '../kit/server-node.ts';
import type { SqlNode } from './node.ts';

const ROUNDS = 5;

/** Clocks turned by libfaketime, measured by asking the server itself for the time. */
export class SqlClocks implements ClockControl {
  readonly #nodes: readonly SqlNode[];
  readonly #question: string;
  readonly #drifting: Drifting;

  /** `question` returns the time at which it is answered, as `ms` since 1970. */
  constructor(nodes: readonly SqlNode[], question: string, clock: Clock) {
    this.#nodes = nodes;
    this.#question = question;
    this.#drifting = new Drifting(clock, (name, ms) => setClockOffset(named(nodes, name).place, ms));
  }

  setOffset(name: string, ms: number): Promise<void> {
    return this.#drifting.setOffset(name, ms);
  }

  setDrift(name: string, percent: number): Promise<void> {
    return this.#drifting.setDrift(name, percent);
  }

  /** The answer of the quickest of a few rounds, as exact as half its round trip. */
  async offset(name: string): Promise<number> {
    const rounds = await named(this.#nodes, name).session(async (connection, late) => {
      const found: { ms: number; doubt: number }[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const before = Date.parse(wallClock());
        const { rows } = await connection.run('read', this.#question, [], late);
        const after = Date.parse(wallClock());
        found.push({ ms: Number(rows[0].ms) - (before + after) / 2, doubt: after - before });
      }
      return found;
    });
    return rounds.reduce((best, each) => (each.doubt < best.doubt ? each : best)).ms;
  }
}
