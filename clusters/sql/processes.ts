import type { ProcessControl } from '../../harness/cluster.ts';
import { startSupervised } from '../kit/supervised.ts';
import type { SqlNode } from './node.ts';
import type { Topology } from './topology.ts';

/** Long enough for a primary that is started at the same moment. */
const PRIMARY_MS = 10_000;

/** What a cluster does to a node that comes back. */
export interface Returning<Node extends SqlNode> {
  /** Makes it a standby of the primary by a new copy. */
  rejoin(name: string): Promise<void>;
  /** It runs again after a pause: its role may have changed while it could not hear of it. */
  resumed(node: Node): Promise<void>;
}

/** Signals to every process of a server that has one primary above it. */
export class SqlProcesses<Node extends SqlNode> implements ProcessControl {
  protected readonly topology: Topology<Node>;
  readonly #returning: Returning<Node>;

  constructor(topology: Topology<Node>, returning: Returning<Node>) {
    this.topology = topology;
    this.#returning = returning;
  }

  kill(name: string): Promise<void> {
    return this.topology.node(name).kill();
  }

  pause(name: string): Promise<void> {
    return this.topology.node(name).pause();
  }

  async resume(name: string): Promise<void> {
    const node = this.topology.node(name);
    if (!(await node.alive())) return;
    await node.resume();
    await this.#returning.resumed(node);
  }

  /** A deposed primary comes back as a standby, or, while there is no primary to copy, not before the run settles. */
  async restart(name: string): Promise<void> {
    const topology = this.topology;
    const node = topology.node(name);
    if (await node.alive()) return;
    if (!topology.deposed.has(name) || topology.unfenced === name) return startSupervised(node);
    const primary = topology.node(topology.primary);
    const served = await primary
      .until('an answer of the primary', PRIMARY_MS, () => primary.answers())
      .then(
        () => true,
        () => false,
      );
    if (served) await this.#returning.rejoin(name);
  }

  state(name: string): Promise<'running' | 'stopped' | 'gone'> {
    return this.topology.node(name).state();
  }
}
