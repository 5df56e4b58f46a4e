import type { ClockControl } from '../../harness/cluster.ts';
import { setClockOffset } from '../../harness/hosts/docker/clock.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import type { Clock } from '../../harness/runtime/types.ts';
import { Drifting } from '../kit/drifting.ts';
import type { MysqlNode } from './node.ts';

/** Where nodes are found by name. */
interface Nodes {
  node(name: string): MysqlNode;
}

const ROUNDS = 5;

/** Clocks turned by libfaketime, measured by asking the server itself for the time. */
export class MysqlClocks implements ClockControl {
  readonly #nodes: Nodes;

  readonly #drifting: Drifting;

  constructor(topology: Nodes, clock: Clock) {
    this.#nodes = topology;
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
    const found: { ms: number; doubt: number }[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const before = Date.parse(wallClock());
      const { rows } = await this.#nodes.node(name).query('SELECT UNIX_TIMESTAMP(SYSDATE(6)) * 1000 AS ms');
      const after = Date.parse(wallClock());
      found.push({ ms: Number(rows[0].ms) - (before + after) / 2, doubt: after - before });
    }
    return found.reduce((best, each) => (each.doubt < best.doubt ? each : best)).ms;
  }
}
