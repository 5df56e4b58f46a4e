import { updatesOf } from '../../partition/merging/held-rows.ts';
import type { MergingReplica } from '../../partition/merging/guard.ts';
import { NO_PARTITIONS, type PartitionRequest } from '../../partition/requests.ts';
import { NO_PARTS, NO_TRANSACTIONS } from '../transaction.ts';
import type { Json } from '../../../../harness/history/event.ts';
import type { MarkName } from '../../marks.ts';
import { isLater, isLaterOrArrived } from '../../crdt/stamp.ts';
import { hash32 } from '../hash.ts';
import { Journal } from '../journal.ts';
import { CONFLICT_LOG, ConflictLog } from '../rows/conflict-log.ts';
import { latestStamp, versionsOf } from '../rows/row-state.ts';
import { Rows, type Update } from '../rows/rows.ts';
import { isChange, isListChange } from '../tables.ts';
import {
  HEARTBEAT_MS,
  type Effect,
  type Input,
  type Reply,
  type Request,
  type RowChange,
  type Status,
} from '../types.ts';
import { Handovers } from './handovers.ts';
import { Logs } from './logs.ts';
import type { Gossip, Handover, MultiLeaderMessage } from './messages.ts';
import type { MultiLeaderOptions } from './options.ts';
import { streamsFrom } from './topology.ts';

/** A record of the write-ahead log: the `count`-th update of node `origin`; `asked`: the idempotence key it came with. */
type LogRecord =
  | { readonly life: number }
  | { readonly origin: string; readonly count: number; readonly update: Update; readonly asked?: string };

/**
 * Asynchronous replication with a leader on every node: each takes writes, acknowledges them once its own disk has
 * them, and sends them on as the topology says, until the receivers have them on disk. Each node's updates arrive
 * everywhere in the order in which it made them; merging makes the same of them in whatever order nodes' updates mix.
 */
export class MultiLeader implements MergingReplica<MultiLeaderMessage> {
  readonly #options: MultiLeaderOptions;
  readonly #names: readonly string[];
  readonly #rows: Rows;
  #conflicts = new ConflictLog();
  readonly #journal: Journal;
  readonly #logs: Logs;
  readonly #handovers: Handovers;
  /** What was made of others' handovers: by idempotence key, the number of the update and the reply. */
  readonly #made = new Map<string, { readonly count: number; readonly reply: Reply }>();
  #out: Effect<MultiLeaderMessage>[] = [];
  #clock = 0;
  #latest = 0;

  constructor(options: MultiLeaderOptions) {
    const { name, peers, topology, bug } = options;
    this.#options = options;
    this.#names = [name, ...peers].sort();
    this.#rows = new Rows(options, bug === 'lww-tie-by-arrival' ? isLaterOrArrived : isLater, bug);
    this.#journal = new Journal((effect) => this.#out.push(effect));
    const send = (to: string, message: MultiLeaderMessage) => this.#send(to, message);
    this.#logs = new Logs(this.#names, streamsFrom(name, peers, topology), send);
    this.#handovers = new Handovers(name, send, (id, reply) => this.#reply(id, reply));
  }

  step(input: Input<MultiLeaderMessage>, clock: number): readonly Effect<MultiLeaderMessage>[] {
    this.#out = [];
    this.#clock = clock;
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
        this.#handovers.answer((origin) => this.#logs.durable(origin));
        this.#logs.sendNew();
        break;
      case 'request':
        this.#onRequest(input.id, input.request);
        break;
      case 'part':
        this.#out.push({ kind: 'reply', id: input.id, reply: NO_PARTS });
        break;
      case 'transaction':
        this.#out.push({ kind: 'reply', id: input.id, reply: NO_TRANSACTIONS });
        break;
      case 'partition':
        this.#onPartition(input.id, input.request);
        break;
      case 'command':
        this.#out.push({ kind: 'status', id: input.id, status: this.#status() });
        break;
    }
    return this.#out;
  }

  held(): Iterable<Update> {
    return this.#rows.all();
  }

  /** Rows that come from another shard are updates of this node like any other, with the stamps that they have. */
  #onPartition(id: number, request: PartitionRequest): void {
    if (request.op !== 'import') return this.#reply(id, NO_PARTITIONS);
    const { name } = this.#options;
    for (const update of updatesOf(request.rows)) this.#take(name, this.#logs.taken(name) + 1, update);
    this.#journal.whenDurable(this.#replier(id, { ok: true }));
  }

  #start(records: readonly Json[]): void {
    let life = 1;
    for (const record of records as unknown as readonly LogRecord[]) {
      if ('life' in record) {
        life = record.life + 1;
        continue;
      }
      const { origin, count, update, asked } = record;
      this.#see(update);
      this.#logs.push(origin, update);
      this.#logs.onDurable(origin, count);
      if (asked !== undefined) this.#made.set(asked, { count, reply: { ok: true } });
    }
    if (this.#options.bug === 'conflict-log-lost-at-restart') this.#conflicts = new ConflictLog();
    if (this.#options.home)
      this.#journal.append({ life } satisfies LogRecord, () => this.#handovers.begin(life));
    this.#beat();
  }

  #onRequest(id: number, request: Request): void {
    if (!isChange(request)) {
      const store = request.table.startsWith(CONFLICT_LOG) ? this.#conflicts : this.#rows;
      return this.#journal.whenDurable(this.#replier(id, store.answer(request)));
    }
    if (isListChange(request)) {
      const message = 'a store of several leaders has no lists: they take one order of changes';
      return this.#journal.whenDurable(this.#replier(id, { ok: false, code: 'bad-request', message }));
    }
    const home = this.#homeOf(request);
    if (home !== this.#options.name) return this.#handovers.hand(home, id, request);
    const { reply } = this.#change(request);
    this.#journal.whenDurable(this.#replier(id, reply));
  }

  /** Who changes the row: with homes, the node that its hash names. */
  #homeOf({ table, key }: RowChange): string {
    if (!this.#options.home || table === 'alibi-marker') return this.#options.name;
    return this.#names[hash32(`${table}\u0000${key}`) % this.#names.length];
  }

  /** Makes the change here. A reply waits until a crash can no longer undo it. */
  #change(change: RowChange, asked?: string): { readonly count: number; readonly reply: Reply } {
    const { name } = this.#options;
    const count = this.#logs.taken(name) + 1;
    const author = { actor: name, stamp: { time: this.#time(), node: name, count } };
    const update = this.#rows.prepare(change, author);
    const reply: Reply = {
      ok: true,
      ...(change.op === 'cas' ? { swapped: update !== null } : {}),
      ...(change.op === 'write' && change.context !== undefined && update?.state.kind === 'versions'
        ? { context: update.state.versions.context }
        : {}),
    };
    if (update) this.#take(name, count, update, asked);
    if (change.op === 'write' && !this.#shows(change)) this.#sometimes('write-stamped-behind-the-winner');
    return { count: update ? count : 0, reply };
  }

  /** Does the row hold what was just written to it? */
  #shows({ table, key, fields }: Extract<RowChange, { op: 'write' }>): boolean {
    const answer = this.#rows.answer({ op: 'read', table, key, at: 'replica' });
    const row = answer.ok ? answer.fields : null;
    return !row || Object.entries(fields).every(([name, value]) => row[name] === value);
  }

  #time(): number {
    if (this.#options.bug === 'lww-tie-by-arrival') return Math.floor(this.#clock / 1000) * 1000;
    const { stamps, bug } = this.#options;
    const minds = stamps === 'hybrid' && bug !== 'skewed-clock-believed';
    return minds ? Math.max(this.#clock, this.#latest + 1) : this.#clock;
  }

  #onMessage(from: string, message: MultiLeaderMessage): void {
    switch (message.type) {
      case 'gossip':
        return this.#onGossip(from, message);
      case 'received':
        return this.#logs.acknowledged(from, message.origin, message.count);
      case 'handover':
        return this.#onHandover(from, message);
      case 'made':
        this.#handovers.made(message);
        return this.#handovers.answer((origin) => this.#logs.durable(origin));
    }
  }

  #onGossip(from: string, { origin, previous, updates }: Gossip): void {
    const taken = this.#logs.taken(origin);
    const acknowledge = () => {
      const count = this.#logs.durable(origin);
      this.#send(from, { type: 'received', origin, count });
    };
    // What we have already is skipped; a gap is left to the sender, who hears how far we are.
    if (previous > taken) this.#sometimes('updates-beyond-a-gap');
    const fresh = previous <= taken ? updates.slice(taken - previous) : [];
    for (const [i, update] of fresh.entries()) this.#take(origin, taken + 1 + i, update);
    this.#journal.whenDurable(acknowledge);
  }

  /** A handover that was sent again, or doubled on the way, is one change: its key tells. */
  #onHandover(from: string, { id, change }: Handover): void {
    let made = this.#options.bug === 'duplicate-request-applied-twice' ? undefined : this.#made.get(id);
    if (made) this.#sometimes('change-handed-over-again');
    else this.#made.set(id, (made = this.#change(change, id)));
    const { count, reply } = made;
    this.#journal.whenDurable(() => this.#send(from, { type: 'made', id, count, reply }));
  }

  #take(origin: string, count: number, update: Update, asked?: string): void {
    this.#see(update);
    this.#logs.push(origin, update);
    const record: LogRecord = { origin, count, update, ...(asked === undefined ? {} : { asked }) };
    this.#journal.append(record, () => this.#logs.onDurable(origin, count));
  }

  #see(update: Update): void {
    const { table, key } = update;
    const before = this.#rows.get(table, key);
    const after = this.#rows.merge(update);
    this.#conflicts.note(table, key, before, after);
    if (after.kind === 'versions' && versionsOf(after).length > 1) this.#sometimes('versions-side-by-side');
    this.#latest = Math.max(this.#latest, latestStamp(update.state).time);
  }

  #beat(): void {
    this.#handovers.beat();
    this.#logs.beat(this.#options.name);
    this.#out.push({ kind: 'timer', ms: HEARTBEAT_MS });
  }

  #send(to: string, message: MultiLeaderMessage): void {
    this.#out.push({ kind: 'send', to, message });
  }

  #sometimes(mark: MarkName): void {
    this.#out.push({ kind: 'sometimes', mark });
  }

  #reply(id: number, reply: Reply): void {
    this.#out.push({ kind: 'reply', id, reply });
  }

  #replier(id: number, reply: Reply): () => void {
    return () => this.#reply(id, reply);
  }

  #status(): Status {
    const { name } = this.#options;
    const durable = this.#logs.durable(name);
    return {
      name,
      role: 'leader',
      epoch: 0,
      leader: name,
      serving: true,
      last: this.#logs.taken(name),
      lastEpoch: 0,
      durable,
      applied: durable,
      members: this.#names,
      positions: this.#logs.positions(),
    };
  }
}
