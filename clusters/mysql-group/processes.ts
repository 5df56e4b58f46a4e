import type { ProcessControl } from '../../harness/cluster.ts';
import { named } from '../kit/server-node.ts';
import { startSupervised } from '../kit/supervised.ts';
import type { Formation } from './formation.ts';
import type { GroupNode } from './node.ts';

/** Signals to the servers; whoever comes back is looked after until it is a member again. */
export class GroupProcesses implements ProcessControl {
  readonly #nodes: readonly GroupNode[];
  readonly #formation: Formation;

  constructor(nodes: readonly GroupNode[], formation: Formation) {
    this.#nodes = nodes;
    this.#formation = formation;
  }

  kill(name: string): Promise<void> {
    return named(this.#nodes, name).kill();
  }

  pause(name: string): Promise<void> {
    return named(this.#nodes, name).pause();
  }

  async resume(name: string): Promise<void> {
    await named(this.#nodes, name).resume();
    this.#formation.watch();
  }

  async restart(name: string): Promise<void> {
    const node = named(this.#nodes, name);
    if (!(await node.alive())) await startSupervised(node);
    this.#formation.watch();
  }

  state(name: string): Promise<'running' | 'stopped' | 'gone'> {
    return named(this.#nodes, name).state();
  }
}
