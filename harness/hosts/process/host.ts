import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type {
  Endpoint,
  Host,
  HostContext,
  HostNode,
  HostNodeSpec,
  RunOptions,
  RunResult,
  ServiceSpec,
} from '../types.ts';
import { label } from './label.ts';
import { ProcessLinks } from './links.ts';
import { Ports, isFree } from './ports.ts';
import { runCommand } from './run.ts';
import { Service, launch } from './service.ts';
import { RunRegistry } from './state.ts';

/** The world `process`: nodes are directories, services are detached children on 127.0.0.1, links are proxies. */
export function processHost(context: HostContext): Host {
  if (!existsSync('/proc/self/stat'))
    throw new Error('The process world needs /proc, so it runs on Linux only: use --world docker here.');
  return new ProcessHost(context);
}

class ProcessHost implements Host {
  readonly world = 'process';
  readonly links: ProcessLinks;
  readonly #context: HostContext;
  readonly #registry: RunRegistry;
  readonly #ports: Ports;
  readonly #nodes = new Map<string, ProcessNode>();

  constructor(context: HostContext) {
    this.#context = context;
    this.#registry = new RunRegistry(context.runId);
    this.#ports = new Ports();
    this.links = new ProcessLinks(context.runtime.clock);
  }

  async addNode(spec: HostNodeSpec): Promise<HostNode> {
    if (this.#nodes.has(spec.name)) throw new Error(`there is already a node named ${spec.name}`);
    const ports = new Map<string, number>();
    for (const role of Object.keys(spec.ports)) ports.set(role, await this.#ports.take());
    const directory = resolve(this.#context.directory, spec.name);
    mkdirSync(directory, { recursive: true });
    const node = new ProcessNode(spec.name, directory, ports, this.#context, this.#registry);
    this.#nodes.set(spec.name, node);
    await this.links.add(spec.name, ports);
    return node;
  }

  bind(node: string, role: string): Endpoint {
    const port = this.#nodes.get(node)?.ports.get(role);
    if (port === undefined) throw new Error(`node ${node} has no port "${role}"`);
    return { host: '127.0.0.1', port };
  }

  peer(from: string, to: string, role: string): Endpoint {
    return this.links.endpoint(from, to, role);
  }

  /** On this host clients dial the service itself: no link lies between. */
  client(node: string, role: string): Endpoint {
    return this.bind(node, role);
  }

  addresses() {
    return [...this.#nodes].flatMap(([node, { ports }]) =>
      [...ports.keys()].map((role) => ({ node, role, endpoint: this.client(node, role) })),
    );
  }

  async close(): Promise<void> {
    const closed = await Promise.allSettled([...this.#nodes.values()].map((node) => node.close()));
    this.links.close();
    this.#ports.release();
    const failures = closed.filter((result) => result.status === 'rejected');
    for (const { reason } of failures)
      this.#context.log.error({ err: reason as Error }, 'a node did not end');
    // Whatever is left stays on record for `alibi clean`.
    if (failures.length === 0) this.#registry.remove();
  }
}

class ProcessNode implements HostNode {
  readonly name: string;
  readonly directory: string;
  readonly ports: ReadonlyMap<string, number>;
  readonly #context: HostContext;
  readonly #registry: RunRegistry;
  readonly #services = new Map<string, Service>();
  readonly #logs = new Set<string>();

  constructor(
    name: string,
    directory: string,
    ports: ReadonlyMap<string, number>,
    context: HostContext,
    registry: RunRegistry,
  ) {
    this.name = name;
    this.directory = directory;
    this.ports = ports;
    this.#context = context;
    this.#registry = registry;
  }

  async start(spec: ServiceSpec): Promise<void> {
    const { runId, runtime, log } = this.#context;
    if (this.#services.get(spec.name)?.alive())
      throw new Error(`starting ${spec.name} on ${this.name}: it is already running`);
    await this.#checkPorts(spec.name);
    const logFile = join(this.directory, `${spec.name}.log`);
    const leader = await launch(
      { cwd: this.directory, ...spec },
      { runId, node: this.name, logFile, environment: this.#environment(spec.name) },
    );
    this.#logs.add(logFile);
    this.#registry.add(leader, this.name, spec.name);
    this.#services.set(spec.name, new Service(leader, runId, `${this.name}/${spec.name}`, runtime.clock));
    log.debug({ node: this.name, service: spec.name, pid: leader.pid }, 'service started');
  }

  async signal(
    service: string,
    signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGINT',
  ): Promise<void> {
    const found = this.#services.get(service);
    if (!found) throw new Error(`${signal} to ${service} on ${this.name}: it was never started`);
    await found.signal(signal);
    this.#context.log.debug({ node: this.name, service, signal }, 'service signalled');
  }

  alive(service: string): Promise<boolean> {
    return Promise.resolve(this.#services.get(service)?.alive() ?? false);
  }

  state(service: string): Promise<'running' | 'stopped' | 'gone'> {
    return Promise.resolve(this.#services.get(service)?.state() ?? 'gone');
  }

  run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const place = { node: this.name, cwd: this.directory, environment: this.#environment('run') };
    return runCommand(command, options, place, this.#context.runtime.clock);
  }

  logs(): Promise<readonly string[]> {
    const present = readdirSync(this.directory)
      .filter((name) => name.endsWith('.log'))
      .map((name) => join(this.directory, name));
    return Promise.resolve([...new Set([...this.#logs, ...present])].sort());
  }

  async close(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.signal('SIGKILL')));
  }

  #environment(service: string): Record<string, string> {
    return label(this.#context.runId, this.#registry.harness, this.name, service);
  }

  /** Our ports are locked against other runs, not against other programs: look before the service stumbles. */
  async #checkPorts(service: string): Promise<void> {
    if ([...this.#services.values()].some((other) => other.alive())) return;
    for (const [role, port] of this.ports) {
      if (await isFree(port)) continue;
      throw new Error(
        `starting ${service} on ${this.name}: port ${port} (${role}) of 127.0.0.1 is taken by another program`,
      );
    }
  }
}
