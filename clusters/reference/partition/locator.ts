import type { Operation } from '../../../harness/generator/types.ts';
import { MILLISECOND, type Clock, type Random } from '../../../harness/runtime/types.ts';
import { StoreError } from '../errors.ts';
import type { Fields, ReadAt, TokenOf } from '../replica/types.ts';
import { DIRECTORY, MAP_KEY, mapOf } from './directory-row.ts';
import { byName, type PartitionMap } from './maps/map.ts';
import { gaps, type TokenRange } from './ranges.ts';
import type { Lookup } from './settings.ts';
import type { AnyRequest, Answer, ShardConnections } from './shards.ts';
import type { Part, RowOperation } from './two-phase/requests.ts';

/** Redirects that are followed for one request, and tries of a query whose parts leave a gap. */
const MOST_HOPS = 4;
/** A row that a transaction holds is asked for again so often, after a pause of up to so many ms. */
const TRIES = 12;
const PAUSE_MS = 8;

/** What clients count, for the run's samples. */
export interface Traffic {
  requests: number;
  /** Shards that refused, and times the directory was asked. */
  hops: number;
  /** Shards that took part in the answer. */
  shards: number;
}

export interface LocatorParts {
  readonly connections: ShardConnections;
  readonly tokenOf: TokenOf;
  /** What the client believes to begin with. */
  readonly map: PartitionMap;
  /** Where the directory's row lives. */
  readonly home: string;
  readonly lookup: Lookup;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly random: Random;
  /** How long the map is believed, ms; 0: until a shard refuses. */
  readonly mapForMs: number;
  /** How old the map is to begin with, as a part of that. */
  readonly age: number;
}

/** One operation of a client: what it asks of shards, and until when. */
export interface Errand {
  readonly operation: Operation;
  readonly isRead: boolean;
  readonly signal: AbortSignal;
}

/**
 * Finds the shards that a request needs, by a map that may be stale. A shard that refuses has done nothing, so that
 * asking again, or another one, is the same operation still; what may have been done is never tried twice.
 */
export class Locator {
  readonly #parts: LocatorParts;
  #map: PartitionMap;
  /** When it is to be asked for again, ns. */
  #until: number;

  constructor(parts: LocatorParts) {
    this.#parts = parts;
    this.#map = parts.map;
    const { clock, mapForMs, age } = parts;
    this.#until = mapForMs === 0 ? Infinity : clock.now() + mapForMs * MILLISECOND * (1 - age);
  }

  /** Before each operation: a map that is too old is asked for again. An old one will do if nobody answers. */
  async look(signal: AbortSignal): Promise<void> {
    if (this.#parts.lookup === 'always') await this.#refresh(signal);
    else if (this.#parts.clock.now() >= this.#until) await this.#refresh(signal).catch(() => undefined);
  }

  /** Whoever owns the row. */
  keyed(errand: Errand, table: string, key: string, request: (at: ReadAt) => AnyRequest): Promise<Answer> {
    const token = this.#parts.tokenOf(table, key) ?? '';
    return this.#patiently(errand, () => this.#ask(errand, this.#map.ownerOf(token).shard, request));
  }

  /** All shards together; ranges may move meanwhile, so that a gap between what they cover means: ask again. */
  async everywhere(errand: Errand, request: (at: ReadAt) => AnyRequest): Promise<Answer[]> {
    for (let tries = 0; tries <= MOST_HOPS; tries++) {
      const answers: Answer[] = [];
      for (const shard of [...this.#map.shards].sort(byName))
        answers.push(await this.#patiently(errand, () => this.#ask(errand, shard, request)));
      const covered = answers.flatMap(({ reply }) => reply.partition?.covered ?? []);
      if (gaps(covered).length === 0) return answers;
      await this.#refresh(errand.signal);
    }
    throw new StoreError(
      'moving',
      'sent',
      'the shards did not cover all keys between them: ranges are moving',
    );
  }

  /** Only the shards that own some of these tokens, in their order. */
  async along(errand: Errand, range: TokenRange, request: (at: ReadAt) => AnyRequest): Promise<Answer[]> {
    for (let tries = 0; tries <= MOST_HOPS; tries++) {
      const answers: Answer[] = [];
      for (const shard of this.#map.shardsOf(range))
        answers.push(await this.#patiently(errand, () => this.#ask(errand, shard, request)));
      const covered = answers.flatMap(({ reply }) => reply.partition?.covered ?? []);
      if (gaps(covered, range).length === 0) return answers;
      await this.#refresh(errand.signal);
    }
    throw new StoreError('moving', 'sent', 'the shards did not cover the range between them: it is moving');
  }

  /** A transaction; what each operation read. The shard of the first operation coordinates it. */
  async transact(errand: Errand, operations: readonly RowOperation[]): Promise<TransactionAnswer> {
    const { tokenOf } = this.#parts;
    let order: number[] = [];
    const { reply, node } = await this.#patiently(
      errand,
      () => {
        const shares = new Map<string, number[]>();
        operations.forEach(({ table, key }, i) => {
          const { shard } = this.#map.ownerOf(tokenOf(table, key) ?? '');
          shares.set(shard, [...(shares.get(shard) ?? []), i]);
        });
        order = [...shares.values()].flat();
        const parts = [...shares].map(([shard, own]): Part => ({
          shard,
          operations: own.map((i) => operations[i]),
        }));
        this.#parts.traffic.shards += parts.length - 1;
        return this.#ask(errand, parts[0].shard, (at) => ({ op: 'spread', parts, at }));
      },
      errand.isRead ? TRIES : 0,
    );
    const results: (Fields | null)[] = operations.map(() => null);
    reply.transaction?.results?.forEach((result, i) => (results[order[i]] = result));
    return { results, node };
  }

  /** Waits a moment, of random length, so that two who are in each other's way are not so again. */
  pause(): Promise<void> {
    const { clock, random } = this.#parts;
    return clock.sleep(MILLISECOND + random.below(PAUSE_MS * MILLISECOND));
  }

  /** Follows redirects; asks again where a transaction is in the way, if nothing can have been done. */
  async #patiently(errand: Errand, ask: () => Promise<Answer>, tries = TRIES): Promise<Answer> {
    for (let hops = 0, waits = 0; ;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (error.code === 'moved' && hops++ < MOST_HOPS) await this.#lookElsewhere(error, errand.signal);
        else if (error.code === 'conflict' && waits++ < tries && !errand.signal.aborted) await this.pause();
        else throw error;
      }
    }
  }

  async #ask(errand: Errand, shard: string, request: (at: ReadAt) => AnyRequest): Promise<Answer> {
    const { connections, traffic } = this.#parts;
    const { operation, isRead, signal } = errand;
    const answer = await connections.ask(shard, operation, isRead, request, signal);
    traffic.shards += 1;
    return answer;
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
}

export interface TransactionAnswer {
  readonly results: readonly (Fields | null)[];
  readonly node: string;
}
