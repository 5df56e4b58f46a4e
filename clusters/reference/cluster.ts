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
import { MILLISECOND } from '../../harness/runtime/types.ts';
import type { SimulatedContext } from '../types.ts';
import { confirmsEverywhere } from './claims.ts';
import { CoordinatingClient, Coordinating } from './coordinating-client.ts';
import { StoreClient } from './client.ts';
import type { Fleet } from './fleet.ts';
import { LeaderRouter } from './leader-router.ts';
import { MarkerLag } from '../kit/marker-lag.ts';
import { storeMarkers } from './marker-lag.ts';
import { StoreOperator } from './operator.ts';
import { MARKER } from './partition/partitioning.ts';
import { RaftMembership } from './raft-membership.ts';
import { RaftOperator, leaderOf } from './raft-operator.ts';
import { PORTS } from './ports.ts';
import { AnyNodeRouter, pinned, type Router } from './routing.ts';
import { StoreSession } from './session.ts';
import { sitesOf } from './sites.ts';
import { settled, missing } from './settle.ts';
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
  /** Where the leader was last seen, by any client. */
  readonly #seen: { node: string };
  readonly #sessions = new Map<number, StoreSession>();
  readonly #coordinating = new Coordinating();
  readonly #markerLag: MarkerLag | null;
  #markers = 0;

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
    this.#seen = { node: context.nodes[0] };
    if (this.#raft) this.membership = new RaftMembership(fleet);
    const refused = NO_STANDBY[this.#settings.strategy];
    if (refused !== null) this.operator = { refused };
    else if (this.#elects)
      this.operator = new RaftOperator(this.#store, context.nodes, context.runtime.clock);
    else this.operator = this.#operator;
  }

  async start(): Promise<void> {
    await this.#store.add();
    await Promise.all(this.nodes.map((name) => this.#store.start(name, false)));
    const ready = await this.#store.until(BOOT_MS, async () => (await this.#missing()).length === 0);
    if (ready) {
      if (this.#elects) this.#seen.node = leaderOf(await this.#store.statuses()) ?? this.#seen.node;
      return;
    }
    const left = await this.#missing();
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
    this.#logged ? this.nodes.filter((name) => name !== this.#primary) : [];

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

  async settle(deadlineMs: number): Promise<Settled> {
    const { clock } = this.#context.runtime;
    const deadline = clock.now() + deadlineMs * MILLISECOND;
    const remaining = () => Math.max(0, (deadline - clock.now()) / MILLISECOND);
    for (const node of this.nodes) await this.#revive(node);
    const marker = ++this.#markers;
    let through: readonly string[] = this.#logged ? [this.#primary] : this.nodes;
    let unmarked = new Set(through);
    await this.#store.until(remaining(), async () => {
      if (this.#operated) {
        await this.#operator.reassert();
        await this.#demoteOthers();
      }
      // Who leads may change while we try.
      if (this.#elects) {
        const statuses = await this.#store.statuses();
        const leader = leaderOf(statuses) ?? this.#primary;
        await this.membership?.readmit(this.nodes, statuses.get(leader));
        unmarked = new Set((through = [leader]));
      }
      for (const node of unmarked) if (await this.#mark(node, marker, remaining())) unmarked.delete(node);
      return unmarked.size === 0;
    });
    let left: readonly string[] = [];
    await this.#store.until(remaining(), async () => (left = await this.#missing()).length === 0);
    const answering = await this.#store.statuses();
    const unrecovered = this.nodes.filter((node) => !answering.has(node) || unmarked.has(node));
    const evidence = `marker ${marker}, written through ${through.join(', ')}, has reached ${this.nodes.join(', ')}`;
    // As it was when it was looked at last: asked once more, a late message may have added an entry to somebody's log.
    return settled(evidence, left, unrecovered);
  }

  async sample(): Promise<Readonly<Record<string, number>>> {
    const statuses = await this.#store.statuses();
    const lags: Record<string, number> = {};
    for (const status of statuses.values())
      for (const origin of this.#logged ? [this.#primary] : this.nodes) {
        const source = statuses.get(origin);
        if (!source || origin === status.name) continue;
        if (this.#logged) lags[`lag-entries:${status.name}`] = Math.max(0, source.last - status.applied);
        else lags[`lag-updates:${origin}→${status.name}`] = source.last - (status.positions[origin] ?? 0);
      }
    const followers = this.nodes.filter((node) => node !== this.#primary);
    return this.#markerLag === null
      ? lags
      : { ...lags, ...(await this.#markerLag.sample(this.#primary, followers)) };
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

  /** Where clients are pointed, of a store with one leader. */
  get #primary(): string {
    return this.#elects ? this.#seen.node : this.#operator.primary;
  }

  /** Is there one log, which one leader ships? */
  get #logged(): boolean {
    return this.#raft || this.#singleLeader;
  }

  /** Do the nodes choose their leader? */
  get #elects(): boolean {
    return this.#raft || (this.#singleLeader && this.#settings.failover === 'automatic');
  }

  /** Does an operator choose it? */
  get #operated(): boolean {
    return this.#singleLeader && !this.#elects;
  }

  get #raft(): boolean {
    return this.#settings.strategy === 'raft';
  }

  get #singleLeader(): boolean {
    return this.#settings.strategy === 'single-leader';
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
    return this.#logged
      ? new LeaderRouter(
          this.nodes,
          {
            ...this.#settings,
            at: this.#raft && confirmsEverywhere(this.#settings) ? 'confirmed' : 'replica',
          },
          { number: session, memory: this.#session(session) },
          random,
          this.#context.runtime.clock,
          () => this.#primary,
          (leader, from) => {
            if (leader !== undefined) this.#seen.node = leader;
            else if (this.#elects && this.#seen.node === from) this.#seen.node = random.pick(this.nodes);
          },
        )
      : new AnyNodeRouter(this.nodes, this.#settings, session, random);
  }

  /** With fencing, an old leader comes back as a standby, as an operator would configure it. */
  async #restart(node: string): Promise<void> {
    if ((await this.#store.state(node)) !== 'gone') return;
    const standby = this.#operated && fences(this.#settings) && node !== this.#operator.primary;
    await this.#store.start(node, standby);
  }

  async #revive(node: string): Promise<void> {
    const state = await this.processes.state(node);
    if (state === 'stopped') await this.processes.resume(node);
    if (state === 'gone') await this.#restart(node);
  }

  /** Ends a split brain: whoever leads beside the primary is rewound by it. */
  async #demoteOthers(): Promise<void> {
    for (const node of await this.primaries())
      if (node !== this.#operator.primary)
        await this.#store.ask(node, { command: 'demote' }).catch(() => undefined);
  }

  /** Writes the marker through this node; says whether it was acknowledged. */
  async #mark(node: string, marker: number, withinMs: number): Promise<boolean> {
    const late = new AbortController();
    const { clock } = this.#context.runtime;
    const cancel = clock.after(Math.min(1000, withinMs) * MILLISECOND, () => late.abort());
    const client = new StoreClient(
      () => ({
        request: { op: 'write', table: MARKER, key: node, fields: { marker } },
        value: () => undefined,
      }),
      pinned(node),
      this.#store,
    );
    try {
      return (await client.invoke({ f: 'write' }, late.signal)).type === 'ok';
    } finally {
      cancel();
      await client.close();
    }
  }

  async #missing(): Promise<string[]> {
    const statuses = await this.#store.statuses();
    const { underWay } = this.#coordinating;
    if (underWay > 0) return [`${underWay} parts of clients’ operations are still under way`];
    if (!this.#elects) return missing(this.nodes, statuses, this.#operated ? this.#operator.primary : null);
    const leader = leaderOf(statuses);
    return leader === null ? ['no node leads'] : missing(this.nodes, statuses, leader);
  }
}
