import type { Settled } from '../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { startSupervised } from '../kit/supervised.ts';
import type { Formation } from './formation.ts';
import type { GroupNode } from './node.ts';
import { writable } from './view.ts';

/** Brings every server back and into the group, and proves by a marker that all hold the same. */
export class GroupSettling {
  readonly #nodes: readonly GroupNode[];
  readonly #formation: Formation;
  readonly #resume: (name: string) => Promise<void>;
  readonly #clock: Clock;
  #marker = 0;

  constructor(
    nodes: readonly GroupNode[],
    formation: Formation,
    resume: (name: string) => Promise<void>,
    clock: Clock,
  ) {
    this.#nodes = nodes;
    this.#formation = formation;
    this.#resume = resume;
    this.#clock = clock;
  }

  /** Never rejects: what is missing at the deadline is told, by phase. */
  async settle(deadlineMs: number): Promise<Settled> {
    const end = this.#clock.now() + deadlineMs * MILLISECOND;
    const left = () => Math.max(0, (end - this.#clock.now()) / MILLISECOND);
    let phase = 'starting the servers';
    try {
      await Promise.all(this.#nodes.map((node) => this.#revive(node, left())));
      phase = 'making the group whole';
      await this.#formation.whole(left());
      phase = 'reading a marker everywhere';
      const evidence = await this.prove(left());
      return { settled: true, evidence, unrecovered: [] };
    } catch (error) {
      const answers = await Promise.all(this.#nodes.map((node) => node.answers()));
      return {
        settled: false,
        evidence: `${phase}: ${error instanceof Error ? error.message : String(error)}`,
        unrecovered: this.#nodes.filter((_, i) => !answers[i]).map((node) => node.name),
      };
    }
  }

  async #revive(node: GroupNode, ms: number): Promise<void> {
    await this.#resume(node.name);
    if (!(await node.alive())) await startSupervised(node);
    await node.untilAnswering(ms);
  }

  /** Writes the next marker where writes are taken, and reads it on every node. @throws Error naming who does not show it */
  async prove(deadlineMs: number): Promise<string> {
    const marker = ++this.#marker;
    let writer = '';
    await this.#nodes[0].until('a write to the group', deadlineMs, async () => {
      const found = writable(await this.#formation.views());
      const node = this.#nodes.find(({ name }) => name === found[0]);
      if (node === undefined) return false;
      writer = node.name;
      return node.mark(marker).then(
        () => true,
        () => false,
      );
    });
    const shows = async (node: GroupNode) => (await node.marker()) === marker;
    await Promise.all(this.#nodes.map((node) => node.until('the marker', deadlineMs, () => shows(node))));
    return `marker ${marker}, written on ${writer}, was read on ${this.#nodes.map(({ name }) => name).join(', ')}`;
  }
}
