import type { Operator } from '../../harness/cluster.ts';
import type { Log } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { startSupervised } from '../kit/supervised.ts';
import type { Topology } from '../sql/topology.ts';
import type { Credentials } from '../sql/session.ts';
import type { Following } from './following.ts';
import type { MysqlNode } from './node.ts';
import { replicaStatus } from './replication.ts';
import { seed } from './seeding.ts';
import type { MysqlSettings } from './settings.ts';

const PROMOTION_MS = 20_000;
/** A new server, on a disk that is busy with the dump of another. */
const START_MS = 60_000;
const CANDIDATES_MS = 5_000;
/** How long a restarted primary is left to its readers before it is replaced. */
const READ_MS = 1_000;

/** Moves the primary and mends what was left behind, step by step, as an operator does by hand. */
export class MysqlOperator implements Operator {
  readonly #topology: Topology<MysqlNode>;
  readonly #following: Following;
  readonly #settings: MysqlSettings;
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #log: Log;
  /** One copy at a time: a donor refuses a second ("Too many concurrent clone operations. Maximum allowed - 1"). */
  #seeding: Promise<void> = Promise.resolve();

  constructor(
    topology: Topology<MysqlNode>,
    following: Following,
    settings: MysqlSettings,
    credentials: Credentials,
    clock: Clock,
    log: Log,
  ) {
    this.#topology = topology;
    this.#following = following;
    this.#settings = settings;
    this.#credentials = credentials;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * 1. fence the old primary; 2. stop receiving on every replica; 3. choose the one that received most, let it apply
   * that; 4. STOP REPLICA, RESET REPLICA ALL, super_read_only off; 5. point the others at it.
   * https://dev.mysql.com/doc/refman/9.5/en/replication-solutions-switch.html
   */
  async failover(options: { readonly fence: boolean }): Promise<{ from: string; to: string }> {
    const topology = this.#topology;
    const from = topology.primary;
    const fence = options.fence && this.#settings.fencing;
    const awaiting = [...topology.deposed];
    if (topology.standbys().length === 0) for (const name of awaiting) await this.rejoin(name);
    if (fence) await topology.node(from).kill();
    const standbys = topology.standbys();
    const to = await this.#mostAdvanced(standbys);
    await this.#promote(to);
    topology.deposed.add(from);
    topology.unfenced = fence ? null : from;
    topology.primary = to.name;
    for (const node of standbys.filter((standby) => standby !== to))
      await this.point(node.name).catch((error: unknown) =>
        this.#log.warn({ error: String(error) }, `${node.name} could not be pointed at ${to.name} yet`),
      );
    // Who was deposed before has waited long enough: at most one node is out of service at a time.
    for (const name of awaiting.filter((other) => topology.deposed.has(other)))
      await this.rejoin(name).catch((error: unknown) =>
        this.#log.warn({ error: String(error) }, 'a former primary could not be cloned yet'),
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

  /** All are waited for, since the one that acknowledged a commit may be any; those that stay silent are passed over. */
  async #mostAdvanced(standbys: readonly MysqlNode[]): Promise<MysqlNode> {
    let found: { node: MysqlNode; held: number }[] = [];
    const all = async () => {
      const counts = await Promise.all(
        standbys.map(async (node) => {
          await node.query('STOP REPLICA IO_THREAD').catch(() => undefined);
          return this.#following.held(node);
        }),
      );
      found = standbys.flatMap((node, i) => (counts[i] === null ? [] : [{ node, held: counts[i] }]));
      return found.length === standbys.length;
    };
    await standbys[0]
      ?.until('an answer of every replica', CANDIDATES_MS, all)
      .catch((error: unknown) => this.#log.warn({ error: String(error) }, 'a replica does not answer'));
    if (found.length === 0) throw new Error('no replica can be promoted: none answers');
    return found.reduce((best, candidate) => (candidate.held > best.held ? candidate : best)).node;
  }

  async #promote(to: MysqlNode): Promise<void> {
    await to.until('everything that it received to be applied', PROMOTION_MS, () =>
      this.#following.appliedAll(to),
    );
    await to.query('STOP REPLICA', [], PROMOTION_MS);
    await to.query('RESET REPLICA ALL', [], PROMOTION_MS);
    await to.setReadOnly(false);
  }

  /** Makes a running node follow the present primary. */
  async point(name: string): Promise<void> {
    const topology = this.#topology;
    await this.#following.point(topology.node(name), topology.node(topology.primary));
  }

  /** Makes a node, whatever it was before, a replica of the present primary by a copy of that, while clients go on. */
  rejoin(name: string): Promise<void> {
    const turn = this.#seeding.then(() => this.#reseed(name));
    this.#seeding = turn.catch(() => undefined);
    return turn;
  }

  async #reseed(name: string): Promise<void> {
    const topology = this.#topology;
    const node = topology.node(name);
    await node.kill();
    if (topology.unfenced === name) topology.unfenced = null;
    topology.deposed.add(name);
    const source = topology.node(topology.primary);
    const { seeding } = this.#settings;
    if (seeding === 'clone') {
      await node.cloneFrom(source);
      await startSupervised(node);
      await node.untilAnswering(START_MS);
      await this.point(name);
    } else {
      await node.initialise(false);
      await node.untilAnswering(START_MS);
      const seeded = await seed(node, source, seeding, this.#credentials, this.#clock);
      await node.setReadOnly(true);
      await this.#following.pointSeeded(node, source, seeded);
    }
    topology.deposed.delete(name);
  }

  /** Does the node say that it receives and applies? */
  async streams(name: string): Promise<boolean> {
    return (await replicaStatus(this.#topology.node(name)))?.streams ?? false;
  }
}
