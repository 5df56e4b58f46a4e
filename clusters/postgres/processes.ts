import type { ProcessControl } from '../../harness/cluster.ts';
import type { PostgresOperator } from './operator.ts';
import { SERVICE } from './server/server.ts';
import { startSupervised } from '../kit/supervised.ts';
import type { Topology } from './topology.ts';

/** Long enough for a primary that is started at the same moment. */
const PRIMARY_MS = 5_000;
const SHUTDOWN_MS = 20_000;

/** Signals to every process of a server: its backends have sessions of their own, the host finds them all. */
export class PostgresProcesses implements ProcessControl {
  readonly #topology: Topology;
  readonly #operator: PostgresOperator;

  constructor(topology: Topology, operator: PostgresOperator) {
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
    if (!(await node.alive())) return;
    await node.hostNode.signal(SERVICE, 'SIGCONT');
    // Its role may have changed while it could not hear of it.
    await node.reload().catch(() => undefined);
  }

  /** A deposed primary comes back as a standby, or, while there is no primary to copy, not before the run settles. */
  async restart(name: string): Promise<void> {
    const topology = this.#topology;
    const node = topology.node(name);
    if (await node.alive()) return;
    if (!topology.deposed.has(name) || topology.unfenced === name) return startSupervised(node);
    const primary = topology.node(topology.primary);
    const answers = async () => (await primary.ask('SELECT 1 AS one')) !== null;
    const served = await primary.until('an answer of the primary', PRIMARY_MS, answers).then(
      () => true,
      () => false,
    );
    if (served) await this.#operator.rejoin(name);
  }

  /** A fast shutdown: sessions are ended, what was written is sent to the standbys. */
  async shutDown(name: string): Promise<void> {
    const node = this.#topology.node(name);
    if (!(await node.alive())) return;
    await node.hostNode.signal(SERVICE, 'SIGINT');
    await node.until('its end', SHUTDOWN_MS, async () => !(await node.alive()));
  }

  async state(name: string): Promise<'running' | 'stopped' | 'gone'> {
    const node = this.#topology.node(name);
    if (!(await node.alive())) return 'gone';
    const file = `${node.dataDirectory}/postmaster.pid`;
    // The state is the first word after the parenthesis: T = stopped (proc(5)).
    const script = 'read -r pid < "$1" && read -r line < "/proc/$pid/stat" && echo "${line##*) }"';
    const { stdout } = await node.hostNode.run(['sh', '-c', script, 'sh', file], { allowFailure: true });
    return stdout.startsWith('T') ? 'stopped' : 'running';
  }
}
