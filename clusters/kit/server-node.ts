import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoint, Host, HostNode, HostNodeSpec, ServiceSpec } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';

/** A node as its system describes it: its place on the host, and the server that runs there. */
export interface ServerSpec {
  readonly node: HostNodeSpec;
  /** The name of its service, and of its log. */
  readonly service: string;
  /** How it is started; asked for every start anew, since a role may have changed. */
  readonly starting: (place: HostNode) => Promise<ServiceSpec> | ServiceSpec;
  /** Does the server answer now? Never rejects. */
  readonly answers: () => Promise<boolean>;
  /** Lines of its log that only echo our own questions. */
  readonly echo?: RegExp;
}

/** How long a server may take to write everything down and end. */
const SHUTDOWN_MS = 15_000;

/** One server of a database: its process, its data, its log, and waits with a deadline. */
export abstract class ServerNode {
  readonly name: string;
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #spec: ServerSpec;
  #place: HostNode | null = null;

  constructor(spec: ServerSpec, host: Host, clock: Clock) {
    this.name = spec.node.name;
    this.#spec = spec;
    this.#host = host;
    this.#clock = clock;
  }

  /** Gives it a place on the host; nothing runs in it yet. */
  async create(): Promise<void> {
    this.#place = await this.#host.addNode(this.#spec.node);
  }

  get created(): boolean {
    return this.#place !== null;
  }

  get place(): HostNode {
    if (this.#place === null) throw new Error(`${this.name} has not been created yet`);
    return this.#place;
  }

  /** As the server itself sees it. */
  abstract get dataDirectory(): string;

  client(role: string): Endpoint {
    return this.#host.client(this.name, role);
  }

  async start(): Promise<void> {
    await this.place.start(await this.#spec.starting(this.place));
  }

  /** SIGKILL to every process of the server. */
  async kill(): Promise<void> {
    if (await this.alive()) await this.place.signal(this.#spec.service, 'SIGKILL');
  }

  /** Deletes its data; logs stay. */
  async discard(): Promise<void> {
    await this.place.run(['rm', '-rf', this.dataDirectory], { allowFailure: true });
  }

  /** Asks it to end, and waits until it has. @throws Error when it does not */
  async shutDown(): Promise<void> {
    if (!(await this.alive())) return;
    await this.place.signal(this.#spec.service, 'SIGTERM');
    await this.until('its end', SHUTDOWN_MS, async () => !(await this.alive()));
  }

  async pause(): Promise<void> {
    await this.place.signal(this.#spec.service, 'SIGSTOP');
  }

  async resume(): Promise<void> {
    if (await this.alive()) await this.place.signal(this.#spec.service, 'SIGCONT');
  }

  alive(): Promise<boolean> {
    return this.place.alive(this.#spec.service);
  }

  state(): Promise<'running' | 'stopped' | 'gone'> {
    return this.place.state(this.#spec.service);
  }

  answers(): Promise<boolean> {
    return this.#spec.answers();
  }

  /** Polls until `probe` holds. @throws Error naming the node, what was awaited, and the end of its log. */
  async until(what: string, deadlineMs: number, probe: () => Promise<boolean>): Promise<void> {
    const deadline = this.#clock.now() + deadlineMs * MILLISECOND;
    while (!(await probe())) {
      if (this.#clock.now() >= deadline)
        throw new Error(
          `${this.name}: ${what} was awaited for ${deadlineMs / 1000} s in vain; its log ends:\n${await this.logTail()}`,
        );
      await this.#clock.sleep(50 * MILLISECOND);
    }
  }

  /** Waits until the server answers; gives up at once when its process is gone. */
  async untilAnswering(deadlineMs: number): Promise<void> {
    await this.until('an answer of the server', deadlineMs, async () => {
      if (!(await this.alive()))
        throw new Error(
          `${this.name}: ${this.#spec.service} did not stay up; its log ends:\n${await this.logTail()}`,
        );
      return this.answers();
    });
  }

  /** The last lines of the server's log that tell something. */
  async logTail(lines = 12): Promise<string> {
    const file = join(this.place.directory, `${this.#spec.service}.log`);
    const text = await readFile(file, 'utf8').catch(() => '(no log)');
    const telling = text
      .trimEnd()
      .split('\n')
      .filter((line) => this.#spec.echo?.test(line) !== true);
    return telling.slice(-lines).join('\n');
  }
}

/** Ends the servers that there are, and deletes their data. */
export async function takeDown(nodes: readonly ServerNode[]): Promise<void> {
  const created = nodes.filter((node) => node.created);
  await Promise.all(
    created.map(async (node) => {
      await node.kill();
      await node.discard();
    }),
  );
}

/** The node of that name. @throws Error */
export function named<T extends { readonly name: string }>(nodes: readonly T[], name: string): T {
  const found = nodes.find((node) => node.name === name);
  if (found === undefined)
    throw new Error(`there is no node "${name}"; there are ${nodes.map((node) => node.name).join(', ')}`);
  return found;
}
