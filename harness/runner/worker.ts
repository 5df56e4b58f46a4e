import { setMaxListeners } from 'node:events';
import type { Client, Cluster, Completion, ConnectRequest, Port } from '../cluster.ts';
import type { Operation } from '../generator/types.ts';
import type { Log } from '../hosts/types.ts';
import { MILLISECOND, type Clock } from '../runtime/types.ts';

/**
 * What a worker does after an operation: goes on · makes a new connection, as the same process · goes on as a new
 * process, since nobody knows what the old one's operation is still up to.
 */
export type Afterwards = 'go on' | 'reconnect' | 'retire';

export interface Outcome {
  readonly completion: Completion;
  readonly afterwards: Afterwards;
}

export interface WorkerOptions {
  readonly cluster: Cluster;
  readonly port: Port;
  readonly clock: Clock;
  readonly log: Log;
  /** Bound on one operation, connecting included, ms. */
  readonly timeoutMs: number;
}

/** So many failures in a row on one connection, and the fault may be the connection's: to a primary of yesterday. */
const FAILURES_OF_ONE_CONNECTION = 5;

/** A process' hands: its connections (one for routed operations, one a node asked for by name), made when needed. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #process: number;
  readonly #clients = new Map<string, Client>();
  #failuresInARow = 0;
  #giveUp: (() => void) | null = null;
  /** Aborted when an operation is given up; serves all operations until then, since making one is costly. */
  #patience = patience();

  constructor(process: number, options: WorkerOptions) {
    this.#process = process;
    this.#options = options;
  }

  get process(): number {
    return this.#process;
  }

  /** Does the operation; never rejects, and always ends in time, whatever the client does. */
  perform(operation: Operation): Promise<Outcome> {
    const attempt = this.#patience;
    const stage: Stage = { sent: false };
    return new Promise<Outcome>((resolve) => {
      let over = false;
      const end = (result: Outcome) => {
        if (over) return;
        over = true;
        cancel();
        this.#giveUp = null;
        resolve(this.#considered(result));
      };
      const stop = (code: string, message: string) => {
        end(unanswered(operation, stage, code, message));
        this.#patience = patience();
        attempt.abort();
      };
      const { timeoutMs } = this.#options;
      const cancel = this.#options.clock.after(timeoutMs * MILLISECOND, () =>
        stop('timeout', `no answer within ${timeoutMs} ms`),
      );
      this.#giveUp = () => stop('interrupted', 'the run was interrupted before the answer came');
      this.#attempt(operation, attempt.signal, stage).then(end, (error: unknown) => {
        if (!attempt.signal.aborted)
          this.#options.log.error({ process: this.#process, f: operation.f, error }, 'a client threw');
        end(unanswered(operation, stage, 'client-threw', messageOf(error)));
      });
    });
  }

  /** Ends the operation under way as one that was not answered. */
  abandon(): void {
    this.#giveUp?.();
  }

  /** Closes every connection; resolves when all are closed. The worker may be used again: it connects anew. */
  async close(): Promise<void> {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    this.#failuresInARow = 0;
    await Promise.all(clients.map((client) => this.#closeOne(client)));
  }

  async #attempt(operation: Operation, signal: AbortSignal, stage: Stage): Promise<Outcome> {
    let client: Client | null = this.#clients.get(operation.node ?? '') ?? null;
    try {
      client ??= await this.#connected(operation.node, signal);
    } catch (error) {
      const completion = {
        type: 'fail',
        error: { code: 'connect-failed', message: messageOf(error) },
      } as const;
      return { completion, afterwards: 'reconnect' };
    }
    // Too late: the outcome has been told already, and nothing may be sent after that.
    if (client === null) return { completion: { type: 'fail' }, afterwards: 'reconnect' };
    stage.sent = true;
    const completion = await client.invoke(operation, signal);
    return { completion, afterwards: completion.type === 'info' ? 'retire' : 'go on' };
  }

  async #connected(node: string | undefined, signal: AbortSignal): Promise<Client | null> {
    const process = this.#process;
    const request: ConnectRequest = { port: this.#options.port, process, session: process };
    const client = await this.#options.cluster.connect(node === undefined ? request : { ...request, node });
    if (signal.aborted) {
      void this.#closeOne(client);
      return null;
    }
    this.#clients.set(node ?? '', client);
    return client;
  }

  #considered(outcome: Outcome): Outcome {
    const { type, broken } = outcome.completion;
    this.#failuresInARow = type === 'fail' ? this.#failuresInARow + 1 : 0;
    const worn = broken === true || this.#failuresInARow >= FAILURES_OF_ONE_CONNECTION;
    return worn && outcome.afterwards === 'go on' ? { ...outcome, afterwards: 'reconnect' } : outcome;
  }

  async #closeOne(client: Client): Promise<void> {
    try {
      await client.close();
    } catch (error) {
      this.#options.log.debug({ process: this.#process, error }, 'a connection did not close cleanly');
    }
  }
}

/** How far an attempt got: before `sent`, the database cannot have heard of the operation. */
interface Stage {
  sent: boolean;
}

/**
 * What is known of an operation without an answer. Not sent: it certainly did not happen. A read changes nothing, so
 * that it saw nothing is all there is to say. Of anything else nobody knows. Once sent, the connection may still
 * deliver the old answer: its process is retired in any case.
 */
function unanswered(operation: Operation, stage: Stage, code: string, message: string): Outcome {
  if (!stage.sent)
    return {
      completion: { type: 'fail', error: { code: `connect-${code}`, message } },
      afterwards: 'reconnect',
    };
  const type = operation.f === 'read' ? 'fail' : 'info';
  return { completion: { type, error: { code, message } }, afterwards: 'retire' };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A client of many nodes may listen once for each of its connections: Node takes more than ten for a leak. */
function patience(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
