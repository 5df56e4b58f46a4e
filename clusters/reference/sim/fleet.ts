import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MILLISECOND, type Random, type Runtime } from '../../../harness/runtime/types.ts';
import type { MadeUpDisk } from '../../../harness/cluster.ts';
import type { SimulatedContext } from '../../types.ts';
import { DISCARDED, statusesOf, until, type Dialogue, type Fleet } from '../fleet.ts';
import type { Command, Replica, Status } from '../replica/types.ts';
import { createReplica, type AnyMessage, type Strategy } from '../server/config.ts';
import { storeSettings } from '../settings.ts';
import { sitesOf } from '../sites.ts';
import type { ClockSetting } from '../node-clock.ts';
import { SimConnection } from './connection.ts';
import { SimDisk } from './disk.ts';
import { MadeUp } from './made-up-disk.ts';
import { NETWORKS, SimNetwork } from './network.ts';
import { SimNode, type Question } from './node.ts';

const CONTROL_MS = 1000;

/** The store's nodes as objects in memory, in virtual time: everything that may happen to them hangs on the seed. */
export class SimFleet implements Fleet {
  readonly links: SimNetwork;
  readonly #runtime: Runtime;
  readonly #names: readonly string[];
  readonly #nodes = new Map<string, SimNode>();
  readonly #disks = new Map<string, SimDisk>();
  /** Of connections, by node. */
  readonly #wires = new Map<string, Random>();

  /** `dress`: what tests put around every replica. */
  constructor(
    { runtime, nodes, settings }: Pick<SimulatedContext, 'runtime' | 'nodes' | 'settings'>,
    strategy: Strategy,
    dress: (name: string, replica: Replica<AnyMessage>) => Replica<AnyMessage> = (_name, replica) => replica,
  ) {
    this.#runtime = runtime;
    this.#names = nodes;
    const { network, sites, serviceTime } = storeSettings(settings);
    const site = sitesOf(nodes, sites);
    this.links = new SimNetwork(
      runtime,
      nodes,
      NETWORKS[network],
      ({ from, to }) => network === 'slow' || site.get(from) !== site.get(to),
    );
    const { clock } = runtime;
    for (const name of nodes) {
      const peers = nodes.filter((peer) => peer !== name);
      const outward = new Map(peers.map((to) => [to, this.links.link({ from: name, to })]));
      const lots = runtime.random('sim/replica').fork(name);
      this.#wires.set(name, runtime.random('sim/connections').fork(name));
      const disk = new SimDisk(clock, runtime.random('sim/disk').fork(name), strategy.bug);
      this.#disks.set(name, disk);
      this.#nodes.set(
        name,
        new SimNode({
          name,
          clock,
          random: runtime.random('sim/boot').fork(name),
          disk,
          serviceTime: serviceTime * 1000,
          makeReplica: () => dress(name, createReplica(name, peers, strategy, lots)),
          send: (to, message, later) =>
            outward.get(to)?.send(later, () => this.#node(to).take({ kind: 'message', from: name, message })),
        }),
      );
    }
  }

  add(): Promise<void> {
    return Promise.resolve();
  }

  start(name: string, standby: boolean): Promise<void> {
    this.#node(name).start(standby);
    return Promise.resolve();
  }

  kill(name: string): Promise<void> {
    this.#node(name).kill();
    return Promise.resolve();
  }

  pause(name: string): Promise<void> {
    this.#node(name).pause();
    return Promise.resolve();
  }

  resume(name: string): Promise<void> {
    this.#node(name).resume();
    return Promise.resolve();
  }

  state(name: string): Promise<'running' | 'stopped' | 'gone'> {
    return Promise.resolve(this.#node(name).state);
  }

  erase(name: string): Promise<void> {
    this.#disks.get(name)?.truncate(0);
    return Promise.resolve();
  }

  dial(name: string, signal: AbortSignal): Promise<Dialogue> {
    return this.#dial(name, name, signal);
  }

  async ask(name: string, command: Command): Promise<Status> {
    return (await this.#ask(name, { command })) as Status;
  }

  statuses(): Promise<ReadonlyMap<string, Status>> {
    return statusesOf(this, this.#names);
  }

  until(deadlineMs: number, holds: () => Promise<boolean>): Promise<boolean> {
    return until(this.#runtime.clock, deadlineMs, holds);
  }

  micros(): number {
    return Math.floor(this.#runtime.clock.now() / 1000);
  }

  async setClock(name: string, setting: ClockSetting): Promise<void> {
    await this.#ask(name, { command: { command: 'set-clock', ...setting } });
  }

  disk(name: string): MadeUpDisk {
    return new MadeUp(this.#disks.get(name) as SimDisk, this.#node(name));
  }

  async clockOffset(name: string): Promise<number> {
    const { clock } = this.#runtime;
    const before = clock.now();
    const reading = (await this.#ask(name, { command: { command: 'clock' } })) as { clock: number };
    return (reading.clock - (before + clock.now()) / 2000) / 1000;
  }

  marks(): Record<string, number> {
    const sum: Record<string, number> = {};
    for (const { marks } of this.#nodes.values())
      for (const [name, count] of marks) sum[name] = (sum[name] ?? 0) + count;
    return Object.fromEntries(Object.entries(sum).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  logTail(name: string): Promise<string> {
    return Promise.resolve(this.#node(name).log.slice(-8).join('\n') || '(its log is empty)');
  }

  /** Writes at once: nothing real may be awaited in virtual time. */
  copyLogs(directory: string): Promise<void> {
    for (const [name, { log, discarded }] of this.#nodes) {
      mkdirSync(join(directory, name), { recursive: true });
      if (discarded.length > 0)
        writeFileSync(
          join(directory, name, DISCARDED),
          discarded.map((one) => `${JSON.stringify(one)}\n`).join(''),
        );
      writeFileSync(join(directory, name, 'store.log'), log.map((line) => `${line}\n`).join(''));
    }
    return Promise.resolve();
  }

  async #ask(name: string, question: Question): Promise<unknown> {
    const late = new AbortController();
    const cancel = this.#runtime.clock.after(CONTROL_MS * MILLISECOND, () => late.abort());
    let connection: SimConnection | null = null;
    try {
      connection = await this.#dial(name, `${name} (control)`, late.signal);
      return await connection.ask(question, late.signal);
    } finally {
      cancel();
      connection?.close();
    }
  }

  #dial(name: string, what: string, signal: AbortSignal): Promise<SimConnection> {
    const wire = this.#wires.get(name) as Random;
    return SimConnection.dial(this.#node(name), what, this.#runtime.clock, wire, signal);
  }

  #node(name: string): SimNode {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`no node named ${name}`);
    return node;
  }
}
