import { updatesOf } from '../../partition/merging/held-rows.ts';
import type { MergingReplica } from '../../partition/merging/guard.ts';
import { NO_PARTITIONS, type PartitionRequest } from '../../partition/requests.ts';
import { NO_TRANSACTIONS } from '../transaction.ts';
import type { Json } from '../../../../harness/history/event.ts';
import type { MarkName } from '../../marks.ts';
import { Journal } from '../journal.ts';
import { shown, scanned, type Update } from '../rows/rows.ts';
import { mergeStates } from '../rows/row-state.ts';
import { isChange } from '../tables.ts';
import { HEARTBEAT_MS, type Effect, type Input, type Reply, type Request, type Status } from '../types.ts';
import { AntiEntropy } from './anti-entropy.ts';
import { Coordinator } from './coordinator.ts';
import { Hints, type Hint } from './hints.ts';
import type { LeaderlessMessage, Part, PartAnswer, Put } from './messages.ts';
import type { LeaderlessOptions } from './options.ts';
import { Ring } from './ring.ts';
import { Storage } from './storage.ts';

/** A record of the write-ahead log. */
type LogRecord =
  | { readonly life: number }
  | { readonly update: Update }
  | { readonly replaced: Update }
  | { readonly hint: Hint }
  | { readonly handed: string };

/** After so many beats hints are sent again; the next peer's trees are compared, and old tombstones swept. */
const HANDOFF = 4;
const COMPARE = 8;
/** The grace period of the bug `tombstone-collected-early`. */
const EARLY_MS = 100;

/**
 * Leaderless replication after Dynamo (DeCandia et al., SOSP 2007): a row has `n` nodes; whichever node a client asks
 * sends a write to all of them and answers when `w` have it on disk, and a read to all and answers when `r` have
 * answered. Those that missed a write get it by read repair, by hints that were kept for them, or when hash trees are
 * compared.
 */
export class Leaderless implements MergingReplica<LeaderlessMessage> {
  readonly #options: LeaderlessOptions;
  readonly #ring: Ring;
  readonly #journal: Journal;
  readonly #storage: Storage;
  readonly #hints: Hints;
  readonly #antiEntropy: AntiEntropy;
  /** Null until this life's number is on disk. */
  #coordinator: Coordinator | null = null;
  #out: Effect<LeaderlessMessage>[] = [];
  #beats = 0;

  constructor(options: LeaderlessOptions) {
    this.#options = options;
    this.#ring = new Ring([options.name, ...options.peers], options.n);
    this.#journal = new Journal((effect) => this.#out.push(effect));
    const graceMs = options.bug === 'tombstone-collected-early' ? EARLY_MS : options.graceMs;
    this.#storage = new Storage(options, this.#ring, this.#journal, graceMs);
    this.#hints = new Hints(this.#journal);
    this.#antiEntropy = new AntiEntropy(
      options.name,
      this.#ring,
      this.#storage,
      (to, message) => this.#send(to, message),
      () => this.#sometimes('trees-differ'),
    );
  }

  step(input: Input<LeaderlessMessage>, clock: number): readonly Effect<LeaderlessMessage>[] {
    this.#out = [];
    this.#storage.clock = clock;
    switch (input.kind) {
      case 'start':
        this.#start(input.records);
        break;
      case 'message':
        this.#onMessage(input.from, input.message);
        break;
      case 'timer':
        this.#beat();
        break;
      case 'durable':
        this.#journal.onDurable(input.count);
        break;
      case 'request':
        this.#onRequest(input.id, input.request);
        break;
      case 'part':
        this.#onPart(input.request.part, (part) => this.#reply(input.id, { ok: true, part }));
        break;
      case 'partition':
        this.#onPartition(input.id, input.request);
        break;
      case 'transaction':
        this.#out.push({ kind: 'reply', id: input.id, reply: NO_TRANSACTIONS });
        break;
      case 'command':
        this.#out.push({ kind: 'status', id: input.id, status: this.#status() });
        break;
    }
    return this.#out;
  }

  /** What it keeps for others may be nowhere else. */
  *held(): Generator<Update> {
    yield* this.#storage.all();
    yield* this.#hints.all();
  }

  /** Rows that come from another shard: each node takes those that it is to hold. */
  #onPartition(id: number, request: PartitionRequest): void {
    if (request.op !== 'import') return this.#reply(id, NO_PARTITIONS);
    for (const update of updatesOf(request.rows))
      if (this.#holds(update.table, update.key)) this.#storage.store(update, () => undefined);
    this.#journal.whenDurable(() => this.#reply(id, { ok: true }));
  }

  #holds(table: string, key: string): boolean {
    return this.#ring.holders(this.#ring.rangeOf(table, key)).includes(this.#options.name);
  }

  #start(records: readonly Json[]): void {
    let life = 1;
    for (const record of records as unknown as readonly LogRecord[])
      if ('life' in record) life = record.life + 1;
      else if ('update' in record) this.#storage.recover(record.update);
      else if ('replaced' in record) this.#storage.recoverReplaced(record.replaced);
      else if ('hint' in record) this.#hints.recover(record.hint);
      else this.#hints.recoverHanded(record.handed);
    this.#journal.append({ life } satisfies LogRecord, () => {
      this.#coordinator = new Coordinator(
        {
          options: this.#options,
          ring: this.#ring,
          send: (to, message) => this.#send(to, message),
          reply: (id, reply) => this.#reply(id, reply),
          sometimes: this.#sometimes,
          clock: () => this.#storage.clock,
          latest: () => this.#storage.latest,
        },
        life,
      );
    });
    this.#out.push({ kind: 'timer', ms: HEARTBEAT_MS });
  }

  #onRequest(id: number, request: Request): void {
    if (!this.#coordinator)
      return this.#reply(id, {
        ok: false,
        code: 'not-ready',
        message: `${this.#options.name} has only just started`,
      });
    if (isChange(request) || request.at !== 'replica') return this.#coordinator.request(id, request);
    // As this very node holds it; what it does not hold it asks others for.
    const { n, peers } = this.#options;
    const holds = request.op === 'scan' ? n > peers.length : this.#holds(request.table, request.key);
    if (!holds) return this.#coordinator.request(id, { ...request, at: 'quorum' });
    const reply =
      request.op === 'scan'
        ? scanned(this.#storage.table(request.table), this.#options)
        : shown(this.#storage.get(request.table, request.key), this.#options);
    this.#journal.whenDurable(() => this.#reply(id, reply));
  }

  #onMessage(from: string, message: LeaderlessMessage): void {
    switch (message.type) {
      case 'put':
      case 'get':
      case 'scan':
        return this.#onPart(message, (answer) => this.#send(from, answer));
      case 'stored':
        if (this.#hints.handed(message.id, from)) this.#sometimes('hint-handed-over');
        return this.#coordinator?.take(from, message);
      case 'got':
      case 'scanned':
        return this.#coordinator?.take(from, message);
      case 'roots':
      case 'branch':
      case 'leaf':
        return this.#antiEntropy.take(from, message);
    }
  }

  /** A node or a client that coordinates asks for this node's part. */
  #onPart(part: Part, answer: (answer: PartAnswer) => void): void {
    const { id } = part;
    switch (part.type) {
      case 'put':
        return this.#onPut(part, () => id !== null && answer({ type: 'stored', id }));
      case 'get': {
        const { table, key } = part;
        const held = [this.#storage.get(table, key), ...this.#hints.of(table, key).map((u) => u.state)];
        const state = held.reduce((a, b) => (a && b ? mergeStates(a, b) : (a ?? b)));
        return this.#journal.whenDurable(() => answer({ type: 'got', id: part.id, state }));
      }
      case 'scan': {
        const { table } = part;
        const hinted = this.#hints.of(table).map(({ key, state }) => [key, state] as const);
        const rows = [...this.#storage.table(table), ...hinted];
        return this.#journal.whenDurable(() => answer({ type: 'scanned', id: part.id, rows }));
      }
    }
  }

  #onPut({ id, update, standsFor, force }: Put, stored: () => void): void {
    if (force) return this.#storage.replace(update, stored);
    if (standsFor === null) return this.#storage.store(update, stored);
    if (this.#options.bug === 'hinted-handoff-dropped') return stored();
    this.#sometimes('write-kept-for-another');
    this.#hints.keep({ id: id as string, standsFor, update }, stored);
  }

  #beat(): void {
    this.#beats += 1;
    this.#coordinator?.beat();
    if (this.#beats % HANDOFF === 0)
      for (const { id, standsFor, update } of this.#hints.due())
        this.#send(standsFor, { type: 'put', id, update, standsFor: null });
    if (this.#beats % COMPARE === 0) {
      this.#storage.sweep();
      const { peers } = this.#options;
      if (peers.length > 0) this.#antiEntropy.begin(peers[(this.#beats / COMPARE) % peers.length]);
    }
    this.#out.push({ kind: 'timer', ms: HEARTBEAT_MS });
  }

  /** To this node itself without the network. */
  #send(to: string, message: LeaderlessMessage): void {
    if (to === this.#options.name) this.#onMessage(to, message);
    else this.#out.push({ kind: 'send', to, message });
  }

  readonly #sometimes = (mark: MarkName): void => {
    this.#out.push({ kind: 'sometimes', mark });
  };

  #reply(id: number, reply: Reply): void {
    this.#out.push({ kind: 'reply', id, reply });
  }

  #status(): Status {
    const { name, peers } = this.#options;
    const ranges = this.#ring.shared(name, name);
    return {
      name,
      role: 'leader',
      epoch: 0,
      leader: null,
      serving: this.#coordinator !== null,
      last: 0,
      lastEpoch: 0,
      durable: 0,
      applied: 0,
      members: [name, ...peers].sort(),
      positions: {},
      digests: Object.fromEntries(ranges.map((range) => [String(range), this.#storage.tree(range).root])),
      owed: this.#hints.size + (this.#coordinator?.open ?? 0),
    };
  }
}
