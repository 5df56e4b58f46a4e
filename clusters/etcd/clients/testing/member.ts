// One member in memory behind etcd's JSON gateway, as far as the clients need it: for what real members do too seldom,
// such as changing a key between two requests, or losing one certain answer.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { base64, Gateway, unbase64, type Reply } from '../../gateway.ts';

interface Stored {
  readonly value: string;
  readonly created: number;
  readonly modified: number;
}

interface Transaction {
  readonly compare?: readonly Reply[];
  readonly success: readonly Readonly<Record<string, Reply>>[];
  readonly failure?: readonly Readonly<Record<string, Reply>>[];
}

/** What happens before a request is done; `lost`: it is done, and never answered. */
type Fate = 'lost' | undefined;

export class TestMember {
  readonly #server: Server;
  /** All keys, by revision. */
  readonly #revisions: ReadonlyMap<string, Stored>[] = [new Map()];
  before: (path: string) => Promise<Fate> | Fate = () => undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<TestMember> {
    const server = createServer((request, response) => {
      void member.#answer(request).then((reply) => {
        if (reply === null) response.destroy();
        else response.end(JSON.stringify(reply));
      });
    });
    const member = new TestMember(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return member;
  }

  open(): Gateway {
    const { port } = this.#server.address() as AddressInfo;
    return new Gateway({ host: '127.0.0.1', port });
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get #revision(): number {
    return this.#revisions.length - 1;
  }

  async #answer(request: IncomingMessage): Promise<Reply | null> {
    const body = JSON.parse(await text(request)) as Reply;
    const path = (request.url ?? '').replace('/v3/kv/', '');
    const fate = await this.before(path);
    const reply = this.#done(path, body);
    return fate === 'lost' ? null : { header: { revision: String(this.#revision) }, ...reply };
  }

  #done(path: string, body: Reply): Reply {
    switch (path) {
      case 'range':
        return { kvs: this.#range(body) };
      case 'put':
        return this.#transaction({ success: [{ request_put: body }] });
      case 'deleterange':
        return this.#transaction({ success: [{ request_delete_range: body }] });
      case 'txn':
        return this.#transaction(body as unknown as Transaction);
      default:
        return {};
    }
  }

  #transaction({ compare = [], success, failure = [] }: Transaction): Reply {
    if (!compare.every((each) => this.#holds(each)))
      return {
        responses: failure.map((each) => ({ response_range: { kvs: this.#range(each.request_range) } })),
      };
    const keys = new Map(this.#revisions[this.#revision]);
    const modified = this.#revision + 1;
    const responses = success.map(({ request_range, request_put, request_delete_range }): Reply => {
      if (request_range) return { response_range: { kvs: this.#range(request_range) } };
      const key = unbase64((request_put ?? request_delete_range).key);
      const created = keys.get(key)?.created ?? modified;
      if (request_put) keys.set(key, { value: unbase64(request_put.value), created, modified });
      else keys.delete(key);
      return {};
    });
    if (success.some((each) => each.request_range === undefined)) this.#revisions.push(keys);
    return { succeeded: true, responses };
  }

  #holds({ key, target, create_revision, mod_revision }: Reply): boolean {
    const found = this.#revisions[this.#revision].get(unbase64(key));
    return target === 'CREATE'
      ? String(found?.created ?? 0) === create_revision
      : String(found?.modified ?? 0) === mod_revision;
  }

  #range({ key, range_end, revision = '0' }: Reply): readonly Reply[] {
    const [first, end] = [unbase64(key), unbase64(range_end)];
    return [...this.#revisions[Number(revision) || this.#revision]]
      .filter(([name]) => (range_end === undefined ? name === first : name >= first && name < end))
      .map(([name, { value, created, modified }]) => ({
        ...{ key: base64(name), value: base64(value) },
        ...{ create_revision: String(created), mod_revision: String(modified) },
      }));
  }
}
