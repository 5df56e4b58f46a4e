import type { Client, Completion } from '../../harness/cluster.ts';
import type { Operation } from '../../harness/generator/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { StoreError, completionOf } from './errors.ts';
import type { Dialogue, Fleet } from './fleet.ts';
import type { MarkName } from './marks.ts';
import { isReading, type Translate } from './ports.ts';
import { Coordinator } from './replica/leaderless/coordinator.ts';
import type { Part } from './replica/leaderless/messages.ts';
import type { LeaderlessOptions } from './replica/leaderless/options.ts';
import { Ring } from './replica/leaderless/ring.ts';
import { latestStamp, type RowState } from './replica/rows/row-state.ts';
import { HEARTBEAT_MS, type Reply, type Request } from './replica/types.ts';
import type { StoreSession } from './session.ts';

/** What clients that coordinate have done between them. */
export class Coordinating {
  /** Parts that nodes have been asked for and may still do. */
  underWay = 0;
  /** How often rare states were reached. */
  readonly marks = new Map<string, number>();

  readonly sometimes = (mark: MarkName): void => {
    this.marks.set(mark, (this.marks.get(mark) ?? 0) + 1);
  };
}

export interface CoordinatingParts {
  readonly translate: Translate;
  readonly session: StoreSession;
  readonly fleet: Pick<Fleet, 'dial' | 'micros'>;
  readonly clock: Clock;
  /** `name`: this client's, which no other one has; `peers`: all nodes. */
  readonly options: LeaderlessOptions;
  readonly coordinating: Coordinating;
  /** For operations that ask for one node. */
  readonly pinned: Client;
}

/**
 * A client that knows the ring and coordinates for itself (Dynamo, SOSP 2007, §6.4): it asks the row's nodes, waits for
 * enough of them, stamps its writes and repairs what its reads find behind. What it has once asked a node for is never
 * called off: the node may do it as long as the connection lives.
 */
export class CoordinatingClient implements Client {
  readonly #parts: CoordinatingParts;
  readonly #coordinator: Coordinator;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  /** Connections with nothing under way, by node. */
  readonly #idle = new Map<string, Dialogue[]>();
  /** Which part of which node is under way: a connection loses nothing, so that asking again is of no use. */
  readonly #asked = new Set<string>();
  #count = 0;
  /** The latest stamp that it has seen or given. */
  #latest = 0;
  #armed = false;
  #closed = false;

  constructor(parts: CoordinatingParts) {
    const { options, fleet, coordinating } = parts;
    this.#parts = parts;
    this.#coordinator = new Coordinator(
      {
        options,
        ring: new Ring(options.peers, options.n),
        send: (node, part) => {
          this.#see(part.type === 'put' ? part.update.state : null);
          void this.#send(node, part);
        },
        reply: (id, reply) => this.#waiting.get(id)?.(reply),
        sometimes: coordinating.sometimes,
        clock: () => fleet.micros(),
        latest: () => this.#latest,
      },
      1,
    );
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const { translate, session, pinned } = this.#parts;
    if (operation.node !== undefined) return pinned.invoke(operation, signal);
    try {
      const { request, value } = translate(operation, 'quorum', session);
      const reply = await this.#coordinate(request as Request, signal);
      if (!reply.ok) throw new StoreError(reply.code, 'sent', reply.message);
      const answer = value(reply);
      return answer === undefined ? { type: 'ok' } : { type: 'ok', value: answer };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return completionOf(error, isReading(operation));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const idle of this.#idle.values()) for (const connection of idle.splice(0)) connection.close();
    await this.#parts.pinned.close();
  }

  #coordinate(request: Request, signal: AbortSignal): Promise<Reply> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal.removeEventListener('abort', abort);
        this.#waiting.delete(id);
      };
      const abort = (): void => {
        settle();
        reject(new StoreError('aborted', 'sent', `${this.#parts.options.name}: no quorum in time`));
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort);
      this.#waiting.set(id, (reply) => {
        settle();
        resolve(reply);
      });
      this.#coordinator.request(id, request);
      this.#arm();
    });
  }

  async #send(node: string, part: Part): Promise<void> {
    const name = `${part.id ?? 'repair'} ${node}`;
    if (part.id !== null && this.#asked.has(name)) return;
    this.#asked.add(name);
    const { coordinating } = this.#parts;
    coordinating.underWay += 1;
    try {
      await this.#ask(node, part);
    } catch (error) {
      // Silence: the round asks again, or does without.
      if (!(error instanceof StoreError)) throw error;
    } finally {
      coordinating.underWay -= 1;
      this.#asked.delete(name);
    }
  }

  async #ask(node: string, part: Part): Promise<void> {
    const connection = await this.#connection(node);
    // An answer is wanted even where the round waits for none: until then the part may still be done.
    const wanted = part.type === 'put' ? { ...part, id: part.id ?? '' } : part;
    const reply = (await connection.ask({ request: { op: 'part', part: wanted } }, never())) as Reply;
    this.#put(node, connection);
    if (!reply.ok || reply.part === undefined) return;
    this.#see(reply.part.type === 'got' ? reply.part.state : null);
    this.#coordinator.take(node, reply.part);
  }

  #see(state: RowState | null): void {
    if (state !== null) this.#latest = Math.max(this.#latest, latestStamp(state).time);
  }

  async #connection(node: string): Promise<Dialogue> {
    const idle = this.#idle.get(node) ?? [];
    for (let next = idle.pop(); next !== undefined; next = idle.pop()) if (next.open) return next;
    return this.#parts.fleet.dial(node, never());
  }

  #put(node: string, connection: Dialogue): void {
    if (this.#closed) return connection.close();
    const idle = this.#idle.get(node);
    if (idle) idle.push(connection);
    else this.#idle.set(node, [connection]);
  }

  /** As a node's heartbeat does: rounds ask again, find substitutes, and end. */
  #arm(): void {
    if (this.#armed || this.#coordinator.open === 0) return;
    this.#armed = true;
    this.#parts.clock.after(HEARTBEAT_MS * MILLISECOND, () => {
      this.#armed = false;
      this.#coordinator.beat();
      this.#arm();
    });
  }
}

/** Signals nothing: what was asked is waited for as long as the connection lives. */
function never(): AbortSignal {
  return new AbortController().signal;
}
