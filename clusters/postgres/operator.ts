import type { Operator } from '../../harness/cluster.ts';
import type { Log } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { PostgresNode } from './node.ts';
import { startSupervised } from '../kit/supervised.ts';
import type { PostgresTopology } from './topology.ts';

const PROMOTION_MS = 20_000;
const CANDIDATES_MS = 5_000;
/** How long a restarted primary is left to its readers before it is replaced. */
const READ_MS = 1_000;

/** Moves the primary and mends what was left behind, as a careful operator does by hand. */
export class PostgresOperator implements Operator {
  readonly #topology: PostgresTopology;
  readonly #fencing: boolean;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(topology: PostgresTopology, fencing: boolean, clock: Clock, log: Log) {
    this.#topology = topology;
    this.#fencing = fencing;
    this.#clock = clock;
    this.#log = log;
  }

  async failover(options: { readonly fence: boolean }): Promise<{ from: string; to: string }> {
    const topology = this.#topology;
    const from = topology.primary;
    const fence = options.fence && this.#fencing;
    const awaiting = [...topology.deposed];
    if (topology.standbys().length === 0) await this.#rejoinAll(awaiting);
    // A clean shutdown would end the waits of unreplicated commits and make them visible: fencing is SIGKILL.
    if (fence) await topology.node(from).kill();
    const to = await this.#mostAdvanced(topology.standbys());
    topology.deposed.add(from);
    topology.unfenced = fence ? null : from;
    topology.primary = to.name;
    await this.#promote(to, topology.standbys());
    await this.#repoint(topology.standbys());
    // Who was deposed before has waited long enough: at most one node is out of service at a time.
    await this.#rejoinAll(awaiting.filter((name) => topology.deposed.has(name))).catch((error: unknown) =>
      this.#log.warn({ error: String(error) }, 'a former primary could not be re-seeded yet'),
    );
    return { from, to: to.name };
  }

  /** The old primary comes back, with whatever it had not replicated made visible, is readable, and only then replaced. */
  async restartThenPromote(): Promise<{ from: string; to: string }> {
    const old = this.#topology.node(this.#topology.primary);
    await old.kill();
    await startSupervised(old);
    await old.untilAnswering(PROMOTION_MS);
    await this.#clock.sleep(READ_MS * MILLISECOND);
    return this.failover({ fence: true });
  }

  /**
   * The standby that has received most of the log. All of them are waited for, since the synchronous one may be any;
   * those that stay silent are passed over.
   */
  async #mostAdvanced(standbys: readonly PostgresNode[]): Promise<PostgresNode> {
    let found: { node: PostgresNode; lsn: bigint }[] = [];
    const all = async () => {
      const positions = await Promise.all(standbys.map((node) => receivedLsn(node)));
      found = standbys.flatMap((node, i) => (positions[i] === null ? [] : [{ node, lsn: positions[i] }]));
      return found.length === standbys.length;
    };
    await standbys[0]
      ?.until('an answer of every standby', CANDIDATES_MS, all)
      .catch((error: unknown) => this.#log.warn({ error: String(error) }, 'a standby does not answer'));
    if (found.length === 0) throw new Error('no standby can be promoted: none answers');
    return found.reduce((best, candidate) => (candidate.lsn > best.lsn ? candidate : best)).node;
  }

  async #promote(to: PostgresNode, standbys: readonly PostgresNode[]): Promise<void> {
    const waitFor = standbys.map((node) => node.name);
    const names = this.#topology.synchronousNames(waitFor);
    await to.setRole({ follows: null, synchronousNames: names });
    await to.until('a new configuration', PROMOTION_MS, () =>
      to.reload().then(
        () => true,
        () => false,
      ),
    );
    await to.until('its promotion', PROMOTION_MS, async () => {
      const answer = await to.ask('SELECT pg_is_in_recovery() AS standby');
      // Asked again as long as it stands by: a busy server may have cut the order off, and twice is as good as once.
      if (answer?.standby === true) await to.ask('SELECT pg_promote(false)');
      return answer?.standby === false;
    });
  }

  /** Standbys that are down or paused find their new primary in the file when they come back. */
  async #repoint(standbys: readonly PostgresNode[]): Promise<void> {
    for (const node of standbys) {
      await node.setRole({ ...node.role, follows: this.#topology.primary });
      await node.reload().catch(() => undefined);
    }
  }

  async #rejoinAll(names: readonly string[]): Promise<void> {
    for (const name of names) await this.rejoin(name);
  }

  /**
   * Makes a node a standby of the present primary by a fresh base backup, whatever it was before. The primary waits
   * for it from before the copy begins, so that a synchronous commit never slips between copy and start.
   */
  async rejoin(name: string): Promise<void> {
    const topology = this.#topology;
    await topology.node(name).kill();
    topology.deposed.delete(name);
    if (topology.unfenced === name) topology.unfenced = null;
    try {
      await this.listStandbys();
      await topology.node(name).cloneFrom(topology.node(topology.primary));
      await this.startStandby(name);
    } catch (error) {
      topology.deposed.add(name);
      await this.listStandbys().catch(() => undefined);
      throw error;
    }
  }

  /** Starts a node, whose data is a copy of the primary's, as its standby. */
  async startStandby(name: string): Promise<void> {
    const topology = this.#topology;
    const node = topology.node(name);
    await node.setRole({
      follows: topology.primary,
      synchronousNames: topology.synchronousNames(
        topology.nodes.filter((other) => other !== node).map((other) => other.name),
      ),
    });
    await node.start();
    await node.untilAnswering(PROMOTION_MS);
  }

  /** Tells the primary whom to wait for. */
  async listStandbys(): Promise<void> {
    const topology = this.#topology;
    const primary = topology.node(topology.primary);
    const names = topology.standbys().map((node) => node.name);
    await primary.setRole({ follows: null, synchronousNames: topology.synchronousNames(names) });
    await primary.reload();
  }

  /** Does the primary say that this standby has caught up and streams? */
  async streams(name: string): Promise<boolean> {
    const answer = await this.#topology
      .node(this.#topology.primary)
      .ask(`SELECT state FROM pg_stat_replication WHERE application_name = '${name}'`);
    return answer?.state === 'streaming';
  }
}

/** The end of the log that a standby holds, received or only replayed, as bytes; null when it does not say. */
async function receivedLsn(node: PostgresNode): Promise<bigint | null> {
  const answer = await node.ask(
    "SELECT (greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn)::text AS bytes",
  );
  return typeof answer?.bytes === 'string' ? BigInt(answer.bytes) : null;
}
