import type { ProcessControl } from '../../harness/cluster.ts';
import { startSupervised } from '../kit/supervised.ts';
import type { MysqlOperator } from './operator.ts';
import { SERVICE } from './server.ts';
import type { Topology } from './topology.ts';

/** Long enough for a primary that is started at the same moment. */
const PRIMARY_MS = 10_000;

/** Signals to the server's processes. */
export class MysqlProcesses implements ProcessControl {
  readonly #topology: Topology;
  readonly #operator: MysqlOperator;

  constructor(topology: Topology, operator: MysqlOperator) {
    this.#topology = topology;
    this.#operator = operator;
  }

  async kill(name: string): Promise<void> {
    await this.#topology.node(name).kill();
  }

  async pause(name: string): Promise<void> {
    await this.#topology.node(name).hostNode.signal(SERVICE, 'SIGSTOP');
  }

  async resume(name: string): Promise<void> {
    const node = this.#topology.node(name);
    if (await node.alive()) await node.hostNode.signal(SERVICE, 'SIGCONT');
  }

  /** A deposed primary comes back as a replica, or, while there is no primary to clone, not before the run settles. */
  async restart(name: string): Promise<void> {
    const topology = this.#topology;
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
    if (served) await this.#operator.rejoin(name);
  }

  state(name: string): Promise<'running' | 'stopped' | 'gone'> {
    return this.#topology.node(name).hostNode.state(SERVICE);
  }
}
