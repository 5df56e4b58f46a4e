import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Storage } from '../../harness/cluster.ts';
import { storageOf, type HostNode, type World } from '../../harness/hosts/types.ts';
import { machineMicros } from '../../harness/runtime/machine.ts';
import type { Links, Refusal } from '../../harness/hosts/types.ts';
import { MILLISECOND } from '../../harness/runtime/types.ts';
import type { ClusterContext } from '../types.ts';
import { Connection } from './connection.ts';
import { DISCARDED, statusesOf, until, type Dialogue, type Fleet } from './fleet.ts';
import { NodeClock, type ClockSetting } from './node-clock.ts';
import type { Command, Status } from './replica/types.ts';
import type { Role, ServerConfig, Strategy } from './server/config.ts';

const SERVICE = 'store';
const WAL = 'wal.jsonl';
const ROLES: readonly Role[] = ['client', 'peer', 'control'];
const CONTROL_MS = 1000;

/** The store's servers on their host: starting them, and asking them over the control port. */
export class StoreNodes implements Fleet {
  readonly #context: ClusterContext;
  readonly #strategy: Strategy;
  readonly #nodes = new Map<string, HostNode>();
  /** A clock that was set wrong stays wrong over a restart: it is the machine's, not the process'. */
  readonly #clocks = new Map<string, NodeClock>();

  constructor(context: ClusterContext, strategy: Strategy) {
    this.#context = context;
    this.#strategy = strategy;
  }

  async add(): Promise<void> {
    const { host, nodes } = this.#context;
    for (const name of nodes)
      this.#nodes.set(
        name,
        await host.addNode({
          name,
          ports: { client: null, peer: null, control: null },
          image: STORE_IMAGE,
          readOnly: codeFolders(),
        }),
      );
  }

  get links(): Links | Refusal {
    return this.#context.host.links;
  }

  /** Starts a server on its own disk and address; `standby`: it must not lead, whatever its log says. */
  async start(name: string, standby: boolean): Promise<void> {
    const { host, nodes } = this.#context;
    const config: ServerConfig = {
      name,
      strategy: this.#strategy,
      listen: Object.fromEntries(
        ROLES.map((role) => [role, host.bind(name, role)]),
      ) as ServerConfig['listen'],
      peers: Object.fromEntries(
        nodes.filter((peer) => peer !== name).map((peer) => [peer, host.peer(name, peer, 'peer')]),
      ),
      log: join(this.storage(name).data, WAL),
      standby,
      clock: this.#clockOf(name).setting,
    };
    await this.#get(name).start({
      name: SERVICE,
      command: [...serverCommand(host.world), JSON.stringify(config)],
    });
  }

  /** The log has a folder of its own: what is in it are data, and nothing else. */
  storage(name: string): Storage {
    const node = this.#get(name);
    return { host: node, data: join(storageOf(node), 'data') };
  }

  async kill(name: string): Promise<void> {
    await this.#get(name).signal(SERVICE, 'SIGKILL');
  }

  async pause(name: string): Promise<void> {
    await this.#get(name).signal(SERVICE, 'SIGSTOP');
  }

  async resume(name: string): Promise<void> {
    await this.#get(name).signal(SERVICE, 'SIGCONT');
  }

  state(name: string): Promise<'running' | 'stopped' | 'gone'> {
    return this.#get(name).state(SERVICE);
  }

  async erase(name: string): Promise<void> {
    const { host, data } = this.storage(name);
    await host.run(['rm', '-f', join(data, WAL)]);
  }

  dial(name: string, signal: AbortSignal): Promise<Dialogue> {
    return Connection.dial(this.#context.host.client(name, 'client'), name, signal);
  }

  /** Rejects when the node does not answer within a second. */
  async ask(name: string, command: Command): Promise<Status> {
    return (await this.#ask(name, command)) as Status;
  }

  statuses(): Promise<ReadonlyMap<string, Status>> {
    return statusesOf(this, this.#context.nodes);
  }

  micros(): number {
    return machineMicros();
  }

  async setClock(name: string, setting: ClockSetting): Promise<void> {
    await this.#ask(name, { command: 'set-clock', ...setting });
    this.#clockOf(name).set(setting);
  }

  /** The node's clock minus the machine's, in ms, as if read half-way through the round trip. */
  async clockOffset(name: string): Promise<number> {
    const before = machineMicros();
    const { clock } = (await this.#ask(name, { command: 'clock' })) as { clock: number };
    return (clock - (before + machineMicros()) / 2) / 1000;
  }

  until(deadlineMs: number, holds: () => Promise<boolean>): Promise<boolean> {
    return until(this.#context.runtime.clock, deadlineMs, holds);
  }

  /** The last lines of a node's log, for error messages. */
  async logTail(name: string): Promise<string> {
    const text = await readFile(join(this.#get(name).directory, `${SERVICE}.log`), 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-8).join('\n') || '(its log is empty)';
  }

  async copyLogs(directory: string): Promise<void> {
    for (const [name, node] of this.#nodes) {
      await mkdir(join(directory, name), { recursive: true });
      const kept = join(node.directory, DISCARDED);
      const left = await stat(kept).then(
        () => [kept],
        () => [],
      );
      for (const log of [...(await node.logs()), ...left])
        await copyFile(log, join(directory, name, basename(log)));
    }
  }

  #clockOf(name: string): NodeClock {
    let clock = this.#clocks.get(name);
    if (!clock) this.#clocks.set(name, (clock = new NodeClock(machineMicros)));
    return clock;
  }

  #get(name: string): HostNode {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`no node named ${name}`);
    return node;
  }

  async #ask(name: string, command: object): Promise<unknown> {
    const { host, runtime } = this.#context;
    const late = new AbortController();
    const cancel = runtime.clock.after(CONTROL_MS * MILLISECOND, () => late.abort());
    let connection: Connection | null = null;
    try {
      connection = await Connection.dial(host.client(name, 'control'), `${name} (control)`, late.signal);
      return await connection.ask({ command }, late.signal);
    } finally {
      cancel();
      connection?.close();
    }
  }
}

/** Debian's Node.js: the server itself is read from where it lies on this machine. */
export const STORE_IMAGE = 'node';

/** Runs the server beside this file: as it is from a build, through tsx from source. */
function serverCommand(world: World): string[] {
  const source = import.meta.url.endsWith('.ts');
  const server = fileURLToPath(new URL(source ? './server.ts' : './server.js', import.meta.url));
  const node = world === 'docker' ? 'node' : process.execPath;
  return [node, ...(source ? ['--import', import.meta.resolve('tsx')] : []), server];
}

/** What a container must be able to read to run the server: this package, and the packages that it uses. */
function codeFolders(): string[] {
  const ours = fileURLToPath(new URL('../../', import.meta.url));
  const theirs = fileURLToPath(import.meta.resolve('zod'));
  const modules = theirs.slice(0, theirs.lastIndexOf(MODULES) + MODULES.length);
  return [ours, modules].map((path) => path.replace(/\/$/, ''));
}

const MODULES = '/node_modules/';
