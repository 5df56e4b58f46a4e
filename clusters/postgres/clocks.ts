import type { ClockControl } from '../../harness/cluster.ts';
import { setClockOffset } from '../../harness/hosts/docker/clock.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import type { Clock } from '../../harness/runtime/types.ts';
import { Drifting } from '../kit/drifting.ts';
import type { PostgresNode } from './node.ts';

const ROUNDS = 5;

/** Clocks turned by libfaketime, measured by asking the server itself for the time. */
export class PostgresClocks implements ClockControl {
  readonly #topology: { node(name: string): PostgresNode };

  readonly #drifting: Drifting;

  constructor(topology: { node(name: string): PostgresNode }, clock: Clock) {
    this.#topology = topology;
    this.#drifting = new Drifting(clock, (name, ms) => setClockOffset(topology.node(name).hostNode, ms));
  }

  setOffset(name: string, ms: number): Promise<void> {
    return this.#drifting.setOffset(name, ms);
  }

  setDrift(name: string, percent: number): Promise<void> {
    return this.#drifting.setDrift(name, percent);
  }

  /** The answer of the quickest of a few rounds, as exact as half its round trip. */
  async offset(name: string): Promise<number> {
    const rounds = await this.#topology.node(name).session(async (connection) => {
      const found: { ms: number; doubt: number }[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const before = Date.parse(wallClock());
        const text = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms';
        const { rows } = await connection.run('read', text, [], null);
        const after = Date.parse(wallClock());
        found.push({ ms: Number(rows[0].ms) - (before + after) / 2, doubt: after - before });
      }
      return found;
    });
    return rounds.reduce((best, each) => (each.doubt < best.doubt ? each : best)).ms;
  }
}
