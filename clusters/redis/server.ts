import { join } from 'node:path';
import { shiftClock, shimClockEnvironment } from '../../harness/hosts/docker/shim-clock.ts';
import { storageOf, type Endpoint, type Host } from '../../harness/hosts/types.ts';
import type { Runtime } from '../../harness/runtime/types.ts';
import { ServerNode } from '../kit/server-node.ts';
import { askOnce } from './ask.ts';
import { Connection, type Answer } from './clients/connection.ts';
import type { Flavour } from './flavour.ts';

const PORT = 6379;
const ROLE = 'client';
const FILE = 'server.conf';

export interface ServerContext {
  readonly host: Host;
  readonly runtime: Runtime;
  readonly flavour: Flavour;
}

/** One server that speaks RESP: its file, its clock, and commands to it with a deadline. */
export class RedisServer extends ServerNode {
  readonly #context: ServerContext;

  /** `ports` by role, besides the one that clients dial. */
  constructor(name: string, context: ServerContext, ports: Readonly<Record<string, number>> = {}) {
    const { flavour, host, runtime } = context;
    super(
      {
        node: { name, image: flavour.image, ports: { [ROLE]: PORT, ...ports } },
        service: flavour.name,
        starting: (place) => ({
          name: flavour.name,
          command: [flavour.program, join(place.directory, FILE)],
          env: shimClockEnvironment(place),
        }),
        answers: async () => (await this.ask(['PING'])) === 'PONG',
      },
      host,
      runtime.clock,
    );
    this.#context = context;
  }

  /** As its peers dial it. */
  get address(): Endpoint {
    return this.#context.host.bind(this.name, ROLE);
  }

  override get dataDirectory(): string {
    return join(storageOf(this.place), 'data');
  }

  /** Before its first start: room for its data, a clock that is right, and its file. */
  protected async prepare(text: string): Promise<void> {
    await this.place.run(['mkdir', '-p', this.dataDirectory]);
    await shiftClock(this.place, 0);
    await this.write(FILE, text);
  }

  /** Written by the node's own user: a server rewrites its files when roles change. */
  protected async write(name: string, text: string): Promise<void> {
    await this.place.run(['sh', '-c', 'cat > "$1"', 'sh', join(this.place.directory, name)], { input: text });
  }

  /** For workload clients: a connection of their own. @throws Failed in phase `connect` */
  connect(signal: AbortSignal | null): Promise<Connection> {
    return Connection.open(this.client(ROLE), signal);
  }

  /** One command on a connection of its own; null when it does not answer in time, or refuses. `role`: of the port; `before`: sent first. */
  ask(
    command: readonly (string | number)[],
    timeoutMs = 1000,
    role = ROLE,
    before: readonly string[] = [],
  ): Promise<Answer> {
    return askOnce(this.client(role), command, timeoutMs, this.#context.runtime.clock, before);
  }

  /** `master`, `slave` or, when it does not answer, null. */
  async role(): Promise<string | null> {
    const answer = await this.ask(['ROLE']);
    return Array.isArray(answer) ? String(answer[0]) : null;
  }
}
