import type { ClockControl } from '../../harness/cluster.ts';
import { shiftClock } from '../../harness/hosts/docker/shim-clock.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import type { Clock } from '../../harness/runtime/types.ts';
import { Drifting } from '../kit/drifting.ts';
import { named, type ServerNode } from '../kit/server-node.ts';
import type { Answer } from './clients/connection.ts';

const ROUNDS = 5;

type Asked = ServerNode & { ask(command: readonly (string | number)[]): Promise<Answer> };

/** Clocks turned by a preloaded library of ours, measured by asking the server for the time. */
export class RedisClocks implements ClockControl {
  readonly #nodes: readonly Asked[];

  readonly #drifting: Drifting;

  constructor(nodes: readonly Asked[], clock: Clock) {
    this.#nodes = nodes;
    this.#drifting = new Drifting(clock, (name, ms) => shiftClock(named(nodes, name).place, ms));
  }

  setOffset(name: string, ms: number): Promise<void> {
    return this.#drifting.setOffset(name, ms);
  }

  setDrift(name: string, percent: number): Promise<void> {
    return this.#drifting.setDrift(name, percent);
  }

  /** The answer of the quickest of a few rounds, as exact as half its round trip. */
  async offset(name: string): Promise<number> {
    const node = named(this.#nodes, name);
    let best = { ms: 0, doubt: Infinity };
    for (let i = 0; i < ROUNDS; i++) {
      const before = Date.parse(wallClock());
      const answer = await node.ask(['TIME']);
      const after = Date.parse(wallClock());
      if (!Array.isArray(answer)) throw new Error(`${name} does not tell the time`);
      const [seconds, microseconds] = answer.map(Number);
      const ms = seconds * 1000 + microseconds / 1000 - (before + after) / 2;
      if (after - before < best.doubt) best = { ms, doubt: after - before };
    }
    return best.ms;
  }
}
