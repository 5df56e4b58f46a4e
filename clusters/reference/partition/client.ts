import type { Client, Completion } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';
import { StoreError, completionOf } from '../errors.ts';
import { isReading, type Translate, type Translation } from '../ports.ts';
import type { Reply, TokenOf } from '../replica/types.ts';
import type { StoreSession } from '../session.ts';
import { DIRECTORY, MAP_KEY, mapOf } from './directory-row.ts';
import type { PartitionMap } from './maps/map.ts';
import { byName } from './maps/map.ts';
import { gaps, type TokenRange } from './ranges.ts';
import type { Lookup } from './settings.ts';
import type { Answer, ShardConnections } from './shards.ts';

/** Redirects that are followed for one operation, and tries of a scan whose parts leave a gap. */
const MOST_HOPS = 4;

/** What clients count, for the run's samples. */
export interface Traffic {
  requests: number;
  /** Shards that refused, and times the directory was asked. */
  hops: number;
  /** Shards that took part in the answer. */
  shards: number;
}

export interface ClientParts {
  readonly connections: ShardConnections;
  readonly tokenOf: TokenOf;
  /** What the client believes to begin with. */
  readonly map: PartitionMap;
  /** Where the directory's row lives. */
  readonly home: string;
  readonly lookup: Lookup;
  readonly session: StoreSession;
  readonly traffic: Traffic;
  readonly clock: Clock;
  /** How long the map is believed, ms; 0: until a shard refuses. */
  readonly mapForMs: number;
  /** How old the map is to begin with, as a part of that. */
  readonly age: number;
}

/**
 * A client of a store that is split: it goes by a map of its own, which may be stale. A shard that refuses has done
 * nothing, so that asking the right one is the same operation still; nothing else is tried twice.
 */
export class PartitionedClient implements Client {
  readonly #translate: Translate;
  readonly #parts: ClientParts;
  #map: PartitionMap;
  /** When it is to be asked for again, ns. */
  #until: number;

  constructor(translate: Translate, parts: ClientParts) {
    this.#translate = translate;
    this.#parts = parts;
    this.#map = parts.map;
    const { clock, mapForMs, age } = parts;
    this.#until = mapForMs === 0 ? Infinity : clock.now() + mapForMs * MILLISECOND * (1 - age);
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const { traffic } = this.#parts;
    traffic.requests += 1;
    try {
      if (this.#parts.lookup === 'always') await this.#refresh(signal);
      else if (this.#parts.clock.now() >= this.#until) await this.#refresh(signal).catch(() => undefined);
      const { request } = this.#translate(operation, 'leader', this.#parts.session);
      if ('table' in request && request.op === 'scan') return await this.#scan(operation, signal);
      const token = 'key' in request ? this.#parts.tokenOf(request.table, request.key) : null;
      return await this.#keyed(operation, token ?? '', signal);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const completion = completionOf(error, isReading(operation));
      return error.node === undefined ? completion : { ...completion, node: error.node };
    }
  }

  close(): Promise<void> {
    this.#parts.connections.close();
    return Promise.resolve();
  }

  async #keyed(operation: Operation, token: string, signal: AbortSignal): Promise<Completion> {
    for (let hops = 0; ; hops++) {
      try {
        const { shard } = this.#map.ownerOf(token);
        const { translation, answer } = await this.#ask(operation, shard, signal);
        const value = translation.value(answer.reply, answer);
        return { type: 'ok', node: answer.node, ...(value === undefined ? {} : { value }) };
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'moved' || hops === MOST_HOPS) throw error;
        await this.#lookElsewhere(error, signal);
      }
    }
  }

  /** Follows a redirect that tells something new, if redirects are followed; else asks the directory. */
  async #lookElsewhere({ owner }: StoreError, signal: AbortSignal): Promise<void> {
    const learnt = owner === undefined ? this.#map : this.#map.learn(owner);
    this.#parts.traffic.hops += 1;
    if (this.#parts.lookup === 'redirect' && learnt !== this.#map) this.#map = learnt;
    else await this.#refresh(signal);
  }

  /** The directory's map, unless a shard has told of something later. */
  async #refresh(signal: AbortSignal): Promise<void> {
    const { connections, home, traffic, clock, mapForMs } = this.#parts;
    traffic.hops += 1;
    if (mapForMs > 0) this.#until = clock.now() + mapForMs * MILLISECOND;
    const request = { op: 'read', table: DIRECTORY, key: MAP_KEY } as const;
    const { reply } = await connections.ask(home, { f: 'read' }, true, (at) => ({ ...request, at }), signal);
    if (!reply.fields) return;
    const told = mapOf(reply.fields);
    if (told.latest >= this.#map.latest) this.#map = told;
  }

  /** Every shard of the map shows what it has; parts may move meanwhile, so that a gap means: ask again. */
  async #scan(operation: Operation, signal: AbortSignal): Promise<Completion> {
    for (let tries = 0; tries <= MOST_HOPS; tries++) {
      const keys = new Set<string>();
      const covered: TokenRange[] = [];
      let last: { readonly translation: Translation; readonly answer: Answer } | null = null;
      for (const shard of [...this.#map.shards].sort(byName)) {
        last = await this.#ask(operation, shard, signal);
        const { reply } = last.answer;
        for (const key of reply.keys ?? []) keys.add(key);
        covered.push(...(reply.partition?.covered ?? []));
      }
      if (last !== null && gaps(covered).length === 0) {
        const { translation, answer } = last;
        const reply: Extract<Reply, { ok: true }> = { ok: true, keys: [...keys].sort() };
        const value = translation.value(reply, answer);
        return { type: 'ok', node: answer.node, ...(value === undefined ? {} : { value }) };
      }
      await this.#refresh(signal);
    }
    throw new StoreError(
      'moving',
      'sent',
      'the shards did not cover all keys between them: ranges are moving',
    );
  }

  async #ask(
    operation: Operation,
    shard: string,
    signal: AbortSignal,
  ): Promise<{ readonly translation: Translation; readonly answer: Answer }> {
    const { connections, session, traffic } = this.#parts;
    let translation = this.#translate(operation, 'leader', session);
    const answer = await connections.ask(
      shard,
      operation,
      isReading(operation),
      (at) => (translation = this.#translate(operation, at, session)).request,
      signal,
    );
    traffic.shards += 1;
    return { translation, answer };
  }
}
