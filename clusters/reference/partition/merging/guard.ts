import type { Json } from '../../../../harness/history/event.ts';
import type { BugName } from '../../bugs.ts';
import type { Update } from '../../replica/rows/rows.ts';
import { isChange } from '../../replica/tables.ts';
import type { Effect, Fields, Input, Replica, Reply, Request, TokenOf } from '../../replica/types.ts';
import { DIRECTORY, latestOf } from '../directory-row.ts';
import { measured } from '../measured.ts';
import { Ownership } from '../ownership.ts';
import { isIn, overlap, type TokenRange } from '../ranges.ts';
import { NO_PARTITIONS, type PartitionRequest, type RangeChange } from '../requests.ts';
import { Drain } from './drain.ts';
import { exported, HeldRows } from './held-rows.ts';

/** A replica whose rows merge, of a strategy without one log. It takes `import`: states to be merged into its own. */
export interface MergingReplica<Message> extends Replica<Message> {
  /** The state of every row that this node holds, for itself or for another. */
  held(): Iterable<Update>;
}

type Assign = Extract<RangeChange, { op: 'assign' }>;

/** The guard's own records of the write-ahead log. A checkpoint of the replica takes along what came before it. */
type GuardRecord =
  | { readonly guard: { readonly assign: Assign } }
  | { readonly guard: { readonly directory: Fields } }
  | {
      readonly guard: {
        readonly inner: Json;
        readonly ranges: readonly (readonly [string, Fields])[];
        readonly directory: Fields | null;
      };
    };

const NOTHING_LEFT: Reply = { ok: true, transaction: { prepared: [], decided: [] }, index: { waiting: 0 } };

/**
 * Ownership where no log orders changes: every node of a shard keeps it for itself, on its disk, and the operator tells
 * every one of them. A node that is told that a range is leaving takes no more requests for it, reads neither, and says so
 * only once it has answered those that it had taken: what any of the shard's nodes has acknowledged is then in some node's
 * rows, and merging what all of them hold gives all of it.
 */
export class GuardedReplica<Message> implements Replica<Message> {
  readonly #inner: MergingReplica<Message>;
  readonly #tokenOf: TokenOf;
  readonly #bug: BugName | 'none';
  readonly #drain = new Drain();
  readonly #held = new HeldRows();
  #ownership: Ownership;
  /** Counts the changes of ownership: a scan that one comes across shows nothing. */
  #changes = 0;
  #directory: Fields | null = null;
  /** Records appended since the start, and which of them are the guard's. */
  #appended = 0;
  readonly #own: { readonly record: number; readonly then: (() => void)[] }[] = [];
  #ownDurable = 0;
  #out: Effect<Message>[] = [];
  #clock = 0;

  constructor(inner: MergingReplica<Message>, tokenOf: TokenOf, bug: BugName | 'none') {
    this.#inner = inner;
    this.#tokenOf = tokenOf;
    this.#bug = bug;
    this.#ownership = new Ownership(bug);
  }

  step(input: Input<Message>, clock: number): readonly Effect<Message>[] {
    this.#out = [];
    this.#clock = clock;
    switch (input.kind) {
      case 'start':
        this.#feed({ ...input, records: input.records.flatMap((record) => this.#recovered(record)) });
        break;
      case 'durable':
        this.#onDurable(input.count);
        break;
      case 'request':
        this.#onRequest(input.id, input.request);
        break;
      case 'partition':
        this.#onPartition(input.id, input.request);
        break;
      case 'message':
      case 'timer':
      case 'command':
      case 'transaction':
      case 'part':
        this.#feed(input);
        break;
    }
    return this.#out;
  }

  /** What a record is to the replica. */
  #recovered(record: Json): Json[] {
    if (record === null || typeof record !== 'object' || !('guard' in record)) return [record];
    const { guard } = record as unknown as GuardRecord;
    if ('assign' in guard) this.#ownership.assign(guard.assign);
    else if ('inner' in guard) {
      this.#ownership = new Ownership(this.#bug, guard.ranges);
      this.#directory = guard.directory;
      return [guard.inner];
    } else this.#directory = guard.directory;
    return [];
  }

  #onDurable(count: number): void {
    while (this.#ownDurable < this.#own.length && this.#own[this.#ownDurable].record <= count)
      for (const then of this.#own[this.#ownDurable++].then) then();
    this.#feed({ kind: 'durable', count: count - this.#ownDurable });
  }

  #append(record: GuardRecord, then: () => void): void {
    this.#out.push({ kind: 'append', record: record as unknown as Json });
    this.#own.push({ record: ++this.#appended, then: [then] });
  }

  /** Calls `then` once all records of the guard are on the disk. */
  #whenDurable(then: () => void): void {
    if (this.#ownDurable === this.#own.length) then();
    else this.#own[this.#own.length - 1].then.push(then);
  }

  #onRequest(id: number, request: Request): void {
    const { table } = request;
    if (table === DIRECTORY) return this.#onDirectory(id, request);
    const key = request.op === 'scan' ? '' : request.key;
    const token = this.#tokenOf(table, key);
    if (token === null) return this.#feed({ kind: 'request', id, request });
    if (request.op === 'scan') {
      this.#drain.begin(id, null, this.#scanned(table));
      return this.#feed({ kind: 'request', id, request });
    }
    // A read counts as a change: see above.
    const refusal = this.#ownership.refuses(token, true);
    if (refusal !== null) return this.#reply(id, refusal);
    const epoch = this.#ownership.of(token)?.since;
    this.#drain.begin(id, token, (reply) =>
      reply.ok && epoch !== undefined ? { ...reply, partition: { epoch } } : reply,
    );
    this.#feed({ kind: 'request', id, request });
  }

  /** What becomes of the answer to a scan: the keys that are this shard's to show, and which those could be. */
  #scanned(table: string): (reply: Reply) => Reply {
    const changes = this.#changes;
    return (reply) => {
      if (!reply.ok) return reply;
      const covered = changes === this.#changes ? this.#covered() : [];
      const isShown = (key: string): boolean => {
        const token = this.#tokenOf(table, key);
        return token !== null && covered.some((range) => isIn(token, range));
      };
      return { ...reply, keys: (reply.keys ?? []).filter(isShown), partition: { covered } };
    };
  }

  #covered(): TokenRange[] {
    return this.#ownership.ranges
      .filter(({ state }) => state === 'owned' || state === 'copying')
      .map(({ lo, hi }) => ({ lo, hi }));
  }

  /** The directory's row is told to every node of its shard, and the later map counts, whatever clocks say. */
  #onDirectory(id: number, request: Request): void {
    const done = (): void => this.#reply(id, { ok: true, fields: this.#directory });
    if (!isChange(request) || request.op !== 'write') return done();
    const { fields } = request;
    if (this.#directory !== null && latestOf(this.#directory) > latestOf(fields)) return done();
    this.#directory = fields;
    this.#append({ guard: { directory: fields } }, done);
  }

  #onPartition(id: number, request: PartitionRequest): void {
    switch (request.op) {
      case 'assign':
        return this.#assign(id, request);
      case 'import': {
        const arriving = this.#ownership.ranges.some(
          ({ state, epoch }) => state === 'arriving' && epoch === request.epoch,
        );
        return arriving ? this.#feed({ kind: 'partition', id, request }) : this.#reply(id, { ok: true });
      }
      case 'export': {
        const { epoch, after, limit } = request;
        const ranges = this.#ownership.ranges.filter((range) => range.epoch === epoch);
        // A node that has started anew in the middle goes on where it was.
        if (after === null || this.#held.epoch !== epoch)
          this.#held.take(epoch, this.#inner.held(), ranges, this.#tokenOf);
        return this.#reply(id, { ok: true, partition: exported(this.#held, after, limit) });
      }
      case 'ranges': {
        const tokens = function* (held: Iterable<Update>, tokenOf: TokenOf): Generator<string> {
          const seen = new Set<string>();
          for (const { table, key } of held) {
            const token = tokenOf(table, key);
            const name = `${table}\u0000${key}`;
            if (token !== null && !seen.has(name)) yield token;
            seen.add(name);
          }
        };
        const ranges = measured(this.#ownership, tokens(this.#inner.held(), this.#tokenOf));
        return this.#reply(id, { ok: true, partition: { ranges } });
      }
      case 'unfinished':
      case 'outbox':
        return this.#reply(id, NOTHING_LEFT);
      case 'changes':
      case 'decide':
      case 'finish':
      case 'forget':
      case 'index':
      case 'prepare':
      case 'select':
      case 'shipped':
      case 'spread':
        return this.#reply(id, NO_PARTITIONS);
    }
  }

  #assign(id: number, assign: Assign): void {
    const swapped = this.#ownership.assign(assign);
    const reply = (): void => this.#reply(id, { ok: true, swapped });
    const ends = assign.state === 'leaving' || assign.state === 'gone';
    // Also when it is told once more: those that it had taken may not have been answered even now.
    const then = (): void =>
      ends ? this.#drain.whenDone((token) => concerns(token, assign.ranges), reply) : reply();
    // Told twice, it is as true as the first time: once the disk has it.
    if (!swapped) return this.#whenDurable(then);
    this.#changes += 1;
    this.#append({ guard: { assign } }, then);
  }

  #feed(input: Input<Message>): void {
    for (const effect of this.#inner.step(input, this.#clock)) {
      if (effect.kind === 'append') {
        this.#appended += 1;
        const { record } = effect;
        const ranges = this.#ownership.image();
        const taken: GuardRecord = { guard: { inner: record, ranges, directory: this.#directory } };
        this.#out.push(effect.checkpoint === true ? { ...effect, record: taken as unknown as Json } : effect);
      } else if (effect.kind === 'reply')
        this.#drain.answered(effect.id, effect.reply, (reply) => this.#reply(effect.id, reply));
      else this.#out.push(effect);
    }
  }

  #reply(id: number, reply: Reply): void {
    this.#out.push({ kind: 'reply', id, reply });
  }
}

/** A scan (null) concerns every range. */
function concerns(token: string | null, ranges: readonly TokenRange[]): boolean {
  return (
    token === null || ranges.some((range) => overlap(range, { lo: token, hi: `${token}\u0000` }) !== null)
  );
}
