import { join } from 'node:path';
import type { Answer } from './clients/connection.ts';
import { renderSentinel, renderServer } from './config.ts';
import { RedisServer, type ServerContext } from './server.ts';
import type { RedisSettings } from './settings.ts';

const SENTINEL_PORT = 26379;
/** The service, and the role of its port. */
const SENTINEL = 'sentinel';

export interface NodeContext extends ServerContext {
  readonly settings: RedisSettings;
}

/** A server and the sentinel that lives beside it. A kill or a pause is the server's: the machine stays up. */
export class RedisNode extends RedisServer {
  readonly #context: NodeContext;
  #sentinel = false;

  constructor(name: string, context: NodeContext) {
    super(name, context, { [SENTINEL]: SENTINEL_PORT });
    this.#context = context;
  }

  /** Writes the server's file for its first start. */
  async configure(follows: RedisNode | null): Promise<void> {
    const config = {
      listen: this.address,
      directory: this.dataDirectory,
      follows: follows?.address ?? null,
      settings: this.#context.settings,
    };
    await this.prepare(renderServer(config));
  }

  /** Its first start. */
  async startSentinel(primary: RedisNode): Promise<void> {
    const { host } = this.#context;
    const directory = this.place.directory;
    const listen = host.bind(this.name, SENTINEL);
    await this.write('sentinel.conf', renderSentinel({ listen, directory, primary: primary.address }));
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

  /** As `ask`, to the sentinel. */
  askSentinel(command: readonly (string | number)[], timeoutMs = 1000): Promise<Answer> {
    return this.ask(command, timeoutMs, SENTINEL);
  }
}
