import type { Client, Completion } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import type { Json } from '../../../harness/history/event.ts';
import { StoreError, completionOf } from '../errors.ts';
import { isReading, type Translate } from '../ports.ts';
import type { Reply } from '../replica/types.ts';
import type { StoreSession } from '../session.ts';
import type { ReadCache } from './read-cache.ts';
import { Locator, type Errand, type LocatorParts } from './locator.ts';

export interface ClientParts extends LocatorParts {
  readonly session: StoreSession;
  /** Null: every read asks a shard. */
  readonly cache: ReadCache | null;
}

/** A client whose operations each concern one row, or, as scans, all of a table. */
export class PartitionedClient implements Client {
  readonly #translate: Translate;
  readonly #parts: ClientParts;
  readonly #locator: Locator;

  constructor(translate: Translate, parts: ClientParts) {
    this.#translate = translate;
    this.#parts = parts;
    this.#locator = new Locator(parts);
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const { traffic, cache } = this.#parts;
    traffic.requests += 1;
    const isRead = isReading(operation);
    const remembered = isRead ? cache?.get(operation.key ?? null) : undefined;
    if (remembered !== undefined) return { type: 'ok', value: remembered };
    const fresh = cache?.begin(operation.key ?? null);
    try {
      await this.#locator.look(signal);
      const { value, node } = await this.#ask({ operation, isRead, signal });
      if (isRead && value !== undefined) fresh?.(value);
      return { type: 'ok', node, ...(value === undefined ? {} : { value }) };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const completion = completionOf(error, isRead);
      return error.node === undefined ? completion : { ...completion, node: error.node };
    }
  }

  close(): Promise<void> {
    this.#parts.connections.close();
    return Promise.resolve();
  }

  async #ask(errand: Errand): Promise<{ readonly value: Json | undefined; readonly node: string }> {
    const { session } = this.#parts;
    const { operation } = errand;
    let translation = this.#translate(operation, 'leader', session);
    const { request } = translation;
    const asked = (at: Parameters<Translate>[1]) =>
      (translation = this.#translate(operation, at, session)).request;
    if ('table' in request && request.op !== 'scan' && 'key' in request) {
      const answer = await this.#locator.keyed(errand, request.table, request.key, asked);
      return { value: translation.value(answer.reply, answer), node: answer.node };
    }
    const answers = await this.#locator.everywhere(errand, asked);
    const keys = [...new Set(answers.flatMap(({ reply }) => reply.keys ?? []))].sort();
    const last = answers[answers.length - 1];
    const reply: Extract<Reply, { ok: true }> = { ok: true, keys };
    return { value: translation.value(reply, last), node: last.node };
  }
}
