import { Failed } from '../kit/error-table.ts';
import { GROUP } from './config.ts';
import type { RedisNode } from './node.ts';

/** What the sentinels say: each may know something else. */
export class Sentinels {
  readonly #nodes: readonly RedisNode[];

  constructor(nodes: readonly RedisNode[]) {
    this.#nodes = nodes;
  }

  /** The primary as the sentinel beside `node` knows it, or null when it does not answer. */
  async says(node: RedisNode): Promise<RedisNode | null> {
    const answer = await node.askSentinel(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', GROUP]);
    if (!Array.isArray(answer)) return null;
    return this.#nodes.find((each) => each.address.host === answer[0]) ?? null;
  }

  /** As a client asks: one sentinel after the other, beginning with the `first`, until one answers. @throws Failed */
  async find(first: number): Promise<string> {
    for (let i = 0; i < this.#nodes.length; i++) {
      const found = await this.says(this.#nodes[(first + i) % this.#nodes.length]);
      if (found !== null) return found.name;
    }
    throw new Failed({ code: 'no-sentinel', message: 'no sentinel answers' }, 'connect');
  }

  /** The primary that most sentinels name, or null. */
  async agreed(): Promise<RedisNode | null> {
    const said = await Promise.all(this.#nodes.map((node) => this.says(node)));
    const found = this.#nodes.find((node) => said.filter((each) => each === node).length * 2 > said.length);
    return found ?? null;
  }

  /**
   * Has one of the sentinels move the primary: one that acts. A sentinel that was held up for two seconds takes the order,
   * says OK, and does nothing for half a minute (TILT mode). @throws Error with what they said when none would
   * https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#tilt-mode
   */
  async failover(): Promise<void> {
    const said: string[] = [];
    for (const node of this.#nodes) {
      const info = await node.askSentinel(['INFO', 'sentinel']);
      if (typeof info === 'string' && info.includes('sentinel_tilt:1')) {
        said.push(`${node.name}: in TILT mode, trusts no clock and does nothing`);
        continue;
      }
      const answer = await node.askSentinel(['SENTINEL', 'FAILOVER', GROUP]);
      if (answer === 'OK') return;
      said.push(`${node.name}: ${answer === null ? 'refused, or no answer' : JSON.stringify(answer)}`);
    }
    throw new Error(`no sentinel began a failover (${said.join('; ')})`);
  }

  /** Does every sentinel know all others and all replicas? */
  async complete(): Promise<boolean> {
    const others = this.#nodes.length - 1;
    const answers = await Promise.all(
      this.#nodes.map((node) => node.askSentinel(['SENTINEL', 'MASTER', GROUP])),
    );
    return answers.every((answer) => {
      if (!Array.isArray(answer)) return false;
      const value = (name: string) => Number(answer[answer.indexOf(name) + 1]);
      return value('num-slaves') === others && value('num-other-sentinels') === others;
    });
  }
}
