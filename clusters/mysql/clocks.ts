import type { ClockControl } from '../../harness/cluster.ts';
import { setClockOffset } from '../../harness/hosts/docker/clock.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import type { Topology } from './topology.ts';

const ROUNDS = 5;

/** Clocks turned by libfaketime, measured by asking the server itself for the time. */
export class MysqlClocks implements ClockControl {
  readonly #topology: Topology;

  constructor(topology: Topology) {
    this.#topology = topology;
  }

  async setOffset(name: string, ms: number): Promise<void> {
    await setClockOffset(this.#topology.node(name).hostNode, ms);
  }

  /** The answer of the quickest of a few rounds, as exact as half its round trip. */
  async offset(name: string): Promise<number> {
    const found: { ms: number; doubt: number }[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const before = Date.parse(wallClock());
      const { rows } = await this.#topology
        .node(name)
        .query('SELECT UNIX_TIMESTAMP(SYSDATE(6)) * 1000 AS ms');
      const after = Date.parse(wallClock());
      found.push({ ms: Number(rows[0].ms) - (before + after) / 2, doubt: after - before });
    }
    return found.reduce((best, each) => (each.doubt < best.doubt ? each : best)).ms;
  }
}
