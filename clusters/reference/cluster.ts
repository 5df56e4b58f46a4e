import type {
  Client,
  ClockControl,
  Cluster,
  ConnectRequest,
  MadeUpDisk,
  Operator,
  ProcessControl,
  Settled,
  Storage,
} from '../../harness/cluster.ts';
import type { Links, Refusal } from '../../harness/hosts/types.ts';
import type { SimulatedContext } from '../types.ts';
import { confirmsEverywhere } from './claims.ts';
import { CoordinatingClient, Coordinating } from './coordinating-client.ts';
import { StoreClient } from './client.ts';
import type { Fleet } from './fleet.ts';
import { Leading } from './leading.ts';
import { LeaderRouter } from './leader-router.ts';
import { MarkerLag } from '../kit/marker-lag.ts';
import { storeMarkers } from './marker-lag.ts';
import { StoreOperator } from './operator.ts';
import { RaftMembership } from './raft-membership.ts';
import { RaftOperator, leaderOf } from './raft-operator.ts';
import { PORTS } from './ports.ts';
import { AnyNodeRouter, pinned, type Router } from './routing.ts';
import { StoreSession } from './session.ts';
import { sitesOf } from './sites.ts';
import { StoreSettling } from './settling.ts';
import { fences, storeSettings, type StoreSettings } from './settings.ts';
import { strategyOf } from './strategy.ts';

const BOOT_MS = 30_000;

/** Why no standby can be promoted; null if one can. */
export const NO_STANDBY: Readonly<Record<StoreSettings['strategy'], string | null>> = {
  'single-leader': null,
  'multi-leader': 'in a multi-leader store every node leads: there is no standby',
  leaderless: 'in a leaderless store no node leads: there is no standby',
  raft: null,
};

/** The reference store, in the world that its fleet lives in. */
export class ReferenceCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly storage?: (node: string) => Storage;
  readonly disk?: (node: string) => MadeUpDisk;
  readonly sites: ReadonlyMap<string, string> | undefined;
  readonly links: Links | Refusal;
  readonly operator: Operator | Refusal;
  readonly membership?: RaftMembership;
  readonly #context: SimulatedContext;
  readonly #settings: StoreSettings;
  readonly #store: Fleet;
  readonly #operator: StoreOperator;
  readonly #leading: Leading;
  readonly #settling: StoreSettling;
  readonly #sessions = new Map<number, StoreSession>();
  readonly #coordinating = new Coordinating();
  readonly #markerLag: MarkerLag | null;

  constructor(context: SimulatedContext, fleet: Fleet) {
    this.nodes = context.nodes;
    this.links = fleet.links;
    if (fleet.storage) this.storage = fleet.storage.bind(fleet);
    if (fleet.disk) this.disk = fleet.disk.bind(fleet);
    this.#context = context;
    this.#settings = storeSettings(context.settings);
    const { sites } = this.#settings;
    this.sites = sites > 1 ? sitesOf(context.nodes, sites) : undefined;
    this.#store = fleet;
    this.#operator = new StoreOperator(this.#store, context.nodes, this.#settings, context.runtime.clock);
    this.#markerLag = this.#settings.lagMarkers
      ? new MarkerLag(storeMarkers(fleet, context.runtime.clock), context.runtime.clock)
      : null;
    this.#leading = new Leading(this.#settings, this.#operator, context.nodes[0]);
    if (this.#leading.raft) this.membership = new RaftMembership(fleet);
    const refused = NO_STANDBY[this.#settings.strategy];
    if (refused !== null) this.operator = { refused };
    else if (this.#leading.elects)
      this.operator = new RaftOperator(this.#store, context.nodes, context.runtime.clock);
    else this.operator = this.#operator;
    this.#settling = new StoreSettling({
      nodes: context.nodes,
      fleet,
      clock: context.runtime.clock,
      leading: this.#leading,
      operator: this.#operator,
      membership: this.membership,
      coordinating: this.#coordinating,
      processes: this.processes,
    });
  }

  async start(): Promise<void> {
    await this.#store.add();
    await Promise.all(this.nodes.map((name) => this.#store.start(name, false)));
    const ready = await this.#store.until(BOOT_MS, async () => (await this.#settling.missing()).length === 0);
    if (ready) {
      const leader = this.#leading.elects ? leaderOf(await this.#store.statuses()) : null;
      if (leader !== null) this.#leading.sawAt(leader);
      return;
    }
    const left = await this.#settling.missing();
    const tails = await Promise.all(
      this.nodes.map(async (name) => `${name}: ${await this.#store.logTail(name)}`),
    );
    throw new Error(
      `boot: the store is not ready after ${BOOT_MS / 1000} s: ${left.join('; ')}\n${tails.join('\n')}`,
    );
  }

  connect(request: ConnectRequest): Promise<Client> {
    const translate = PORTS[request.port];
    if (!translate) return Promise.reject(new Error(`the reference store has no port "${request.port}"`));
    const session = this.#session(request.session);
    const client = new StoreClient(translate, this.router(request), this.#store, session);
    const strategy = strategyOf(this.#settings, this.nodes[0]);
    if (
      strategy.strategy !== 'leaderless' ||
      this.#settings.coordinator === 'node' ||
      request.node !== undefined
    )
      return Promise.resolve(client);
    return Promise.resolve(
      new CoordinatingClient({
        translate,
        session,
        fleet: this.#store,
        clock: this.#context.runtime.clock,
        options: { ...strategy, name: `client-${request.process}`, peers: this.nodes },
        coordinating: this.#coordinating,
        pinned: client,
      }),
    );
  }

  async primaries(): Promise<readonly string[]> {
    const statuses = await this.#store.statuses();
    return [...statuses.values()].filter((status) => status.role === 'leader').map((status) => status.name);
  }

  readonly standbys = (): readonly string[] =>
    this.#leading.logged ? this.nodes.filter((name) => name !== this.#leading.primary) : [];

  readonly processes: ProcessControl = {
    kill: (node) => this.#store.kill(node),
    pause: (node) => this.#store.pause(node),
    resume: (node) => this.#store.resume(node),
    restart: (node) => this.#restart(node),
    state: (node) => this.#store.state(node),
  };

  readonly clocks: ClockControl = {
    setOffset: (node, offsetMs) => this.#store.setClock(node, { offsetMs }),
    setDrift: (node, driftPercent) => this.#store.setClock(node, { driftPercent }),
    offset: (node) => this.#store.clockOffset(node),
  };

  settle(deadlineMs: number): Promise<Settled> {
    return this.#settling.settle(deadlineMs);
  }

  async sample(): Promise<Readonly<Record<string, number>>> {
    const statuses = await this.#store.statuses();
    const lags: Record<string, number> = {};
    for (const status of statuses.values())
      for (const origin of this.#leading.logged ? [this.#leading.primary] : this.nodes) {
        const source = statuses.get(origin);
        if (!source || origin === status.name) continue;
        if (this.#leading.logged)
          lags[`lag-entries:${status.name}`] = Math.max(0, source.last - status.applied);
        else lags[`lag-updates:${origin}→${status.name}`] = source.last - (status.positions[origin] ?? 0);
      }
    const followers = this.nodes.filter((node) => node !== this.#leading.primary);
    return this.#markerLag === null
      ? lags
      : { ...lags, ...(await this.#markerLag.sample(this.#leading.primary, followers)) };
  }

  versions(): Promise<Readonly<Record<string, string>>> {
    return Promise.resolve({ node: process.version });
  }

  marks(): Readonly<Record<string, number>> {
    return { ...this.#store.marks?.(), ...Object.fromEntries(this.#coordinating.marks) };
  }

  collectLogs(directory: string): Promise<void> {
    return this.#store.copyLogs(directory);
  }

  async stop(): Promise<void> {
    for (const name of this.nodes) await this.#store.kill(name);
  }

  #session(number: number): StoreSession {
    let session = this.#sessions.get(number);
    if (!session) this.#sessions.set(number, (session = new StoreSession()));
    return session;
  }

  /** How one client finds its nodes. */
  router({ node, session, process }: ConnectRequest): Router {
    if (node !== undefined) return pinned(node);
    const random = this.#context.runtime.random('reference/routing').fork(String(process));
    return this.#leading.logged
      ? new LeaderRouter(
          this.nodes,
          {
            ...this.#settings,
            at: this.#leading.raft && confirmsEverywhere(this.#settings) ? 'confirmed' : 'replica',
          },
          { number: session, memory: this.#session(session) },
          random,
          this.#context.runtime.clock,
          () => this.#leading.primary,
          (leader, from) => {
            if (leader !== undefined) this.#leading.sawAt(leader);
            else this.#leading.lostAt(from, () => random.pick(this.nodes));
          },
        )
      : new AnyNodeRouter(this.nodes, this.#settings, session, random);
  }

  /** With fencing, an old leader comes back as a standby, as an operator would configure it. */
  async #restart(node: string): Promise<void> {
    if ((await this.#store.state(node)) !== 'gone') return;
    const standby = this.#leading.operated && fences(this.#settings) && node !== this.#operator.primary;
    await this.#store.start(node, standby);
  }
}
