import type { Client, Completion } from '../../harness/cluster.ts';
import type { Operation } from '../../harness/generator/types.ts';
import { StoreError, completionOf } from './errors.ts';
import type { Dialogue, Fleet } from './fleet.ts';
import { isReading, type Translate } from './ports.ts';
import type { Reply } from './replica/types.ts';
import { pinned, type Destination, type Router } from './routing.ts';
import { StoreSession } from './session.ts';

/** A client of the store: no retries, no queue; one connection a node, made when it is first needed. */
export class StoreClient implements Client {
  readonly #translate: Translate;
  readonly #router: Router;
  readonly #fleet: Pick<Fleet, 'dial'>;
  readonly #session: StoreSession;
  readonly #connections = new Map<string, Dialogue>();

  constructor(
    translate: Translate,
    router: Router,
    fleet: Pick<Fleet, 'dial'>,
    session = new StoreSession(),
  ) {
    this.#translate = translate;
    this.#router = router;
    this.#fleet = fleet;
    this.#session = session;
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const isRead = isReading(operation);
    const router = operation.node === undefined ? this.#router : pinned(operation.node);
    let to = router.choose(operation, isRead);
    for (let first = true; ; first = false)
      try {
        return await this.#ask(operation, to, router, signal);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        // A read that was refused has no effect, so that asking elsewhere is the same operation still.
        if (first && error.code === 'behind' && router.ahead) to = router.ahead();
        else {
          router.moveOn(error.leader);
          return { ...completionOf(error, isRead), node: to.node };
        }
      }
  }

  async #ask(
    operation: Operation,
    { node, at, after }: Destination,
    router: Router,
    signal: AbortSignal,
  ): Promise<Completion> {
    const translation = this.#translate(operation, at, this.#session);
    const request = after === undefined ? translation.request : { ...translation.request, after };
    const connection = this.#present(node) ?? (await this.#connect(node, signal));
    const reply = (await connection.ask({ request }, signal)) as Reply;
    if (!reply.ok) throw new StoreError(reply.code, 'sent', reply.message, reply.leader);
    router.done?.(operation, operation.f === 'read', reply.position);
    const value = translation.value(reply);
    return value === undefined ? { type: 'ok', node } : { type: 'ok', value, node };
  }

  close(): Promise<void> {
    for (const connection of this.#connections.values()) connection.close();
    return Promise.resolve();
  }

  #present(node: string): Dialogue | null {
    const present = this.#connections.get(node);
    return present?.open ? present : null;
  }

  async #connect(node: string, signal: AbortSignal): Promise<Dialogue> {
    this.#connections.get(node)?.close();
    const connection = await this.#fleet.dial(node, signal);
    this.#connections.set(node, connection);
    return connection;
  }
}
