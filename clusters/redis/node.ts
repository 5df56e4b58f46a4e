import { join } from 'node:path';
import { shiftClock, shimClockEnvironment } from '../../harness/hosts/docker/shim-clock.ts';
import { storageOf, type Endpoint, type Host, type HostNode } from '../../harness/hosts/types.ts';
import type { Runtime } from '../../harness/runtime/types.ts';
import { ServerNode } from '../kit/server-node.ts';
import { askOnce } from './ask.ts';
import { Connection, type Answer } from './clients/connection.ts';
import { renderSentinel, renderServer } from './config.ts';
import type { Flavour } from './flavour.ts';
import type { RedisSettings } from './settings.ts';

const PORT = 6379;
const SENTINEL_PORT = 26379;
const SENTINEL = 'sentinel';
export const SERVER_ROLE = 'client';
const SENTINEL_ROLE = 'sentinel';

export interface NodeContext {
  readonly host: Host;
  readonly runtime: Runtime;
  readonly flavour: Flavour;
  readonly settings: RedisSettings;
}

/** A server and the sentinel that lives beside it. A kill or a pause is the server's: the machine stays up. */
export class RedisNode extends ServerNode {
  readonly #context: NodeContext;
  #sentinel = false;

  constructor(name: string, context: NodeContext) {
    const { flavour, host, runtime } = context;
    super(
      {
        node: { name, image: flavour.image, ports: { [SERVER_ROLE]: PORT, [SENTINEL_ROLE]: SENTINEL_PORT } },
        service: (place) => ({
          name: flavour.name,
          command: [flavour.program, join(place.directory, 'server.conf')],
          env: shimClockEnvironment(place),
        }),
        answers: async () => (await this.ask(['PING'])) === 'PONG',
      },
      host,
      runtime.clock,
    );
    this.#context = context;
  }

  get address(): Endpoint {
    return this.#context.host.bind(this.name, SERVER_ROLE);
  }

  get dataDirectory(): string {
    return join(storageOf(this.place), 'data');
  }

  /** Writes the server's file for its first start. */
  async configure(follows: RedisNode | null): Promise<void> {
    await this.place.run(['mkdir', '-p', this.dataDirectory]);
    await shiftClock(this.place, 0);
    const config = {
      listen: this.address,
      directory: this.dataDirectory,
      follows: follows?.address ?? null,
      settings: this.#context.settings,
    };
    await write(this.place, 'server.conf', renderServer(config));
  }

  /** Its first start. */
  async startSentinel(primary: RedisNode): Promise<void> {
    const { host } = this.#context;
    const directory = this.place.directory;
    const listen = host.bind(this.name, SENTINEL_ROLE);
    await write(this.place, 'sentinel.conf', renderSentinel({ listen, directory, primary: primary.address }));
    this.#sentinel = true;
    await this.#runSentinel();
  }

  async #runSentinel(): Promise<void> {
    const command = [
      this.#context.flavour.program,
      join(this.place.directory, 'sentinel.conf'),
      '--sentinel',
    ];
    await this.place.start({ name: SENTINEL, command });
  }

  /** The server; and, when the whole machine was down, its sentinel as well. */
  override async start(): Promise<void> {
    if (this.#sentinel && !(await this.place.alive(SENTINEL))) await this.#runSentinel();
    await super.start();
  }

  /** For workload clients: a connection of their own. @throws Failed in phase `connect` */
  connect(signal: AbortSignal): Promise<Connection> {
    return Connection.open(this.client(SERVER_ROLE), signal);
  }

  /** One command to the server, on a connection of its own; null when it does not answer in time, or refuses. */
  ask(command: readonly (string | number)[], timeoutMs = 1000): Promise<Answer> {
    return this.#once(this.client(SERVER_ROLE), command, timeoutMs);
  }

  /** As {@link ask}, to the sentinel. */
  askSentinel(command: readonly (string | number)[], timeoutMs = 1000): Promise<Answer> {
    return this.#once(this.client(SENTINEL_ROLE), command, timeoutMs);
  }

  #once(endpoint: Endpoint, command: readonly (string | number)[], timeoutMs: number): Promise<Answer> {
    return askOnce(endpoint, command, timeoutMs, this.#context.runtime.clock);
  }

  /** `master`, `slave` or, when it does not answer, null. */
  async role(): Promise<string | null> {
    const answer = await this.ask(['ROLE']);
    return Array.isArray(answer) ? String(answer[0]) : null;
  }
}

/** Written by the node's own user: server and sentinel rewrite their files when roles change. */
async function write(place: HostNode, name: string, text: string): Promise<void> {
  await place.run(['sh', '-c', 'cat > "$1"', 'sh', join(place.directory, name)], { input: text });
}
