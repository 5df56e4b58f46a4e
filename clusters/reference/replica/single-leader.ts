import type { MarkName } from '../marks.ts';
import { isPartitionRequest, type PartitionRequest } from '../partition/requests.ts';
import { Leadership } from './leadership.ts';
import { ReplicaLog, type Entry } from './log.ts';
import type { Ack, Ship, SingleLeaderMessage } from './messages.ts';
import { WaitingReads, hasReached, hasReachedAsText, positioned, type Position } from './positions.ts';
import {
  PendingReads,
  changesAfter,
  confirmsReads,
  footingOf,
  goesIntoLog,
  refusal,
  stepBack,
  statusOf,
  type PendingRead,
  type SingleLeaderOptions,
} from './single-leader-parts.ts';
import { Tables, isChange } from './tables.ts';
import { NO_PARTS } from './transaction.ts';
import {
  HEARTBEAT_MS,
  type Command,
  type Effect,
  type Input,
  type RefusalCode,
  type Replica,
  type Reply,
  type Request,
  type Status,
} from './types.ts';

/** So many entries short, a follower lags. */
const MANY = 16;

/** How many entries the bug `truncate-acknowledged` drops. */
const UNPROVEN = 5;

/**
 * Single-leader replication by log shipping. There is no election: an operator fences and promotes, and epochs make
 * sure that a deposed leader cannot acknowledge (as in Viewstamped Replication and Raft, minus the vote).
 *
 * An entry is applied (visible, acknowledged) once it is durable here and committed: asynchronously as soon as the
 * leader's own disk has it, else when the required followers' disks have it too.
 */
export class SingleLeader implements Replica<SingleLeaderMessage> {
  readonly #options: SingleLeaderOptions;
  readonly #log = new ReplicaLog((record) => this.#out.push({ kind: 'append', record }));
  #out: Effect<SingleLeaderMessage>[] = [];
  #tables: Tables;
  #applied = 0;
  /** Committed, as far as this node was told. */
  #commit = 0;
  #leading: Leadership | null = null;
  /** Follower: our log equals the leader's up to here. */
  #matched = 0;
  /** A deposed leader's log may have a tail of its own: it serves nobody before a new leader has checked it. */
  #inLine = true;
  /** What may have been read here before a restart: nothing older is served after it. */
  #readableFrom = 0;
  readonly #writes = new Map<number, number>();
  readonly #reads = new PendingReads();
  /** Reads at this replica that wait until it has come far enough. */
  readonly #waiting: WaitingReads;

  constructor(options: SingleLeaderOptions) {
    this.#options = options;
    this.#tables = new Tables(options);
    const reached = options.bug === 'token-compared-as-string' ? hasReachedAsText : hasReached;
    this.#waiting = new WaitingReads(reached, {
      answer: (id, request) => this.#answer(id, request),
      behind: (id, { epoch, lsn }) => this.#refuse(id, 'behind', `has not come to ${epoch}:${lsn} in time`),
      arm: () => !this.#leading && this.#out.push({ kind: 'timer', ms: HEARTBEAT_MS }),
    });
  }

  step(input: Input<SingleLeaderMessage>): readonly Effect<SingleLeaderMessage>[] {
    this.#out = [];
    this.#on(input);
    return this.#out;
  }

  #on(input: Input<SingleLeaderMessage>): void {
    switch (input.kind) {
      case 'start':
        return this.#start(input);
      case 'message':
        if (input.message.type === 'ship') this.#onShip(input.from, input.message);
        else this.#onAck(input.from, input.message);
        break;
      case 'timer':
        this.#beat();
        return this.#waiting.tick();
      case 'durable':
        return this.#onDurable(input.count);
      case 'request':
      case 'partition':
        return this.#onRequest(input.id, input.request);
      case 'part':
        return this.#reply(input.id, NO_PARTS);
      case 'transaction':
        return this.#refuse(input.id, 'bad-request', 'takes no transactions');
      case 'command':
        return this.#onCommand(input.id, input.command);
    }
  }

  #start({ records, standby }: Extract<Input<SingleLeaderMessage>, { kind: 'start' }>): void {
    const { name, peers, firstLeader, ack, bug } = this.#options;
    this.#log.recover(records);
    if (bug === 'truncate-acknowledged' && this.#log.leader === name)
      this.#log.truncate(Math.max(this.#log.configs.at(-1) ?? 0, this.#log.last - UNPROVEN));
    if (ack === 'async') this.#commit = this.#log.last;
    this.#readableFrom = this.#log.last;
    this.#apply();
    if (this.#log.epoch === 0 && name === firstLeader && !standby) return this.#promote(1, [name, ...peers]);
    const led = this.#log.leader === name;
    this.#inLine = !led && this.#log.epochAt(this.#log.last) === this.#log.epoch;
    if (led && !standby) this.#lead();
  }

  // Leading

  #promote(epoch: number, members: readonly string[]): void {
    const leader = this.#options.name;
    if (this.#commit < this.#log.last) this.#sometimes('promoted-behind-its-own-log');
    this.#log.push({ epoch, change: { op: 'config', members, promotion: true, leader } });
    this.#lead();
  }

  #lead(): void {
    this.#inLine = true;
    // Everything in the log may have been acknowledged by an earlier leader: no read before it is committed again.
    this.#readableFrom = this.#log.last;
    this.#leading = new Leadership(this.#options, this.#log, (to, message) =>
      this.#out.push({ kind: 'send', to, message }),
    );
    this.#note(`leads epoch ${this.#leading.epoch} with ${this.#leading.members.join(', ')}`);
    this.#beat();
    // After a restart all of the log is durable already, and where nobody need acknowledge it, nothing else would come.
    this.#advance(this.#leading);
  }

  #beat(): void {
    if (!this.#leading) return;
    if (this.#leading.heartbeat()) this.#changeFooting(this.#leading);
    this.#out.push({ kind: 'timer', ms: HEARTBEAT_MS });
  }

  /** Has fallen back to asynchronous replication, or come back from it. */
  #changeFooting(leading: Leadership): void {
    if (this.#options.bug !== 'semi-sync-silent-fallback')
      this.#note(footingOf(leading.alone, this.#options.fallbackMs));
    this.#advance(leading);
  }

  #onAck(from: string, ack: Ack): void {
    const leading = this.#leading;
    if (!leading || ack.epoch < leading.epoch) return;
    if (ack.epoch > leading.epoch) return this.#options.fencing ? this.#follow(ack.epoch, null) : undefined;
    leading.onAck(from, ack);
    this.#advance(leading);
  }

  #advance(leading: Leadership): void {
    if (leading.advance()) {
      if (leading.leavesBehind(MANY)) this.#sometimes('acknowledged-while-a-follower-lags');
      this.#commit = Math.max(this.#commit, leading.commit);
      this.#apply();
      // Followers apply what they know to be committed: tell them, they need not wait for the next beat.
      if (this.#options.ack !== 'async') leading.tell();
    }
    const newcomer = leading.newcomer();
    if (newcomer !== null) {
      const members = [...leading.members, newcomer];
      const change = { op: 'config', members, promotion: false, leader: this.#options.name } as const;
      this.#log.push({ epoch: leading.epoch, change });
      this.#sometimes('member-readmitted');
    }
    this.#answerReads(leading);
  }

  #answerReads(leading: Leadership): void {
    if (!leading.established || this.#applied < this.#readableFrom) return;
    for (const { id, request } of this.#reads.upTo(leading.confirmedRound)) this.#answer(id, request);
  }

  /** Gives way to a higher epoch. What it had not answered yet may or may not survive. */
  #follow(epoch: number, leader: string | null, then?: () => void): void {
    this.#log.enter(epoch, leader, then);
    this.#matched = 0;
    this.#stopLeading(`deposed by epoch ${epoch}`);
  }

  #stopLeading(why: string): void {
    if (!this.#leading) return;
    this.#note(why);
    if (this.#leading.commit < this.#log.last) this.#sometimes('deposed-leader-with-uncommitted-tail');
    this.#leading = null;
    this.#inLine = false;
    for (const id of this.#writes.values())
      this.#refuse(id, 'deposed', `${why} before the write was committed`);
    for (const { id } of this.#reads.upTo(Infinity)) this.#refuse(id, 'not-leader', why);
    this.#writes.clear();
  }

  // Following

  #onShip(from: string, ship: Ship): void {
    const log = this.#log;
    if (ship.epoch < log.epoch) return this.#tell(from, ship.round, false, null);
    if (ship.epoch > log.epoch || log.leader !== from) {
      if (this.#leading && !this.#options.fencing) return;
      this.#follow(ship.epoch, from);
    }
    if (ship.previous > log.last || log.epochAt(ship.previous) !== ship.previousEpoch) {
      this.#sometimes('logs-disagree');
      return this.#tell(from, ship.round, true, stepBack(log, ship));
    }
    this.#take(ship.previous, ship.entries);
    this.#matched = Math.max(this.#matched, ship.previous + ship.entries.length);
    this.#commit = Math.max(this.#commit, Math.min(ship.commit, this.#matched));
    // The leader's first entry of its epoch takes the place of any tail that it does not have.
    if (this.#log.epochAt(this.#matched) === ship.epoch) this.#inLine = true;
    this.#apply();
    this.#tell(from, ship.round, true, null);
  }

  /** Appends what is new; an entry of another epoch in its place starts a tail that never counted: it goes. */
  #take(previous: number, entries: readonly Entry[]): void {
    for (const [i, entry] of entries.entries()) {
      const lsn = previous + 1 + i;
      if (lsn <= this.#log.last && this.#log.epochAt(lsn) === entry.epoch) continue;
      if (lsn <= this.#log.last) this.#truncate(lsn - 1);
      this.#log.push(entry);
    }
  }

  #truncate(lsn: number): void {
    this.#note(
      `discards ${this.#log.last - lsn} entries after LSN ${lsn}: a tail that the leader does not have`,
    );
    this.#sometimes('tail-discarded');
    this.#out.push({ kind: 'discarded', changes: changesAfter(this.#log, lsn) });
    this.#log.truncate(lsn);
    this.#readableFrom = Math.min(this.#readableFrom, lsn);
    this.#commit = Math.min(this.#commit, lsn);
    if (this.#applied <= lsn) return;
    this.#tables = new Tables(this.#options);
    this.#applied = 0;
    this.#apply();
  }

  /** Says how far this log equals that of the leader of its epoch, if that is whom it tells. */
  #tell(to: string, round: number, theirs: boolean, retryFrom: number | null): void {
    const { epoch, durable } = this.#log;
    const lsn = theirs ? Math.min(this.#matched, durable) : 0;
    this.#out.push({ kind: 'send', to, message: { type: 'ack', epoch, round, lsn, retryFrom } });
  }

  // Both

  #onDurable(count: number): void {
    const before = this.#log.durable;
    this.#log.onDurable(count);
    if (this.#leading) {
      this.#advance(this.#leading);
      this.#leading?.shipNew();
      return;
    }
    this.#apply();
    const { leader, durable } = this.#log;
    if (leader !== null && durable > before) this.#tell(leader, 0, true, null);
  }

  #apply(): void {
    const to = Math.min(this.#commit, this.#log.durable);
    while (this.#applied < to) {
      const lsn = ++this.#applied;
      const { change } = this.#log.at(lsn);
      const reply: Reply =
        change.op === 'config' ? { ok: true } : positioned(this.#tables.apply(change), this.#position());
      const id = this.#writes.get(lsn);
      if (id === undefined) continue;
      this.#writes.delete(lsn);
      this.#reply(id, reply);
    }
    if (this.#readable()) this.#waiting.serve(this.#position());
  }

  /** How far this replica shows the log. */
  #position(): Position {
    return { epoch: this.#log.epochAt(this.#applied), lsn: this.#applied };
  }

  #answer(id: number, request: PendingRead['request']): void {
    this.#reply(id, positioned(this.#tables.answer(request), this.#position()));
  }

  #onRequest(id: number, request: Request | PartitionRequest): void {
    if (!isPartitionRequest(request) && !isChange(request) && request.at === 'replica') {
      if (!this.#readable()) {
        this.#sometimes('read-refused-after-restart');
        return this.#refuse(id, 'not-ready', 'has not caught up since it started');
      }
      return this.#waiting.take(id, request, this.#position());
    }
    const leading = this.#leading;
    if (!leading) return this.#refuse(id, 'not-leader', `follows ${this.#log.leader ?? 'nobody yet'}`);
    if (goesIntoLog(request)) {
      this.#writes.set(this.#log.push({ epoch: leading.epoch, change: request }), id);
      return;
    }
    this.#reads.push({ id, request, round: confirmsReads(this.#options) ? leading.startRound() : 0 });
    this.#answerReads(leading);
  }

  #readable(): boolean {
    if (this.#options.bug === 'serve-before-catching-up') return true;
    return this.#inLine && this.#log.epoch > 0 && this.#applied >= this.#readableFrom;
  }

  #onCommand(id: number, command: Command): void {
    const status = () => this.#out.push({ kind: 'status', id, status: this.#status() });
    // Answered once the promise is durable.
    if (command.command === 'fence' && command.epoch > this.#log.epoch)
      return this.#follow(command.epoch, null, status);
    if (command.command === 'promote' && command.epoch >= this.#log.epoch && !this.#leading)
      this.#promote(command.epoch, command.members);
    if (command.command === 'demote') this.#stopLeading('demoted');
    status();
  }

  #status(): Status {
    const leading = this.#leading;
    const serving = leading ? leading.established && this.#applied >= this.#readableFrom : this.#readable();
    return statusOf(this.#options.name, this.#log, {
      leads: leading !== null,
      serving,
      applied: this.#applied,
    });
  }

  #refuse(id: number, code: RefusalCode, message: string): void {
    this.#reply(id, refusal(this.#options.name, code, message, this.#log.leader));
  }

  #reply(id: number, reply: Reply): void {
    this.#out.push({ kind: 'reply', id, reply });
  }

  #sometimes(mark: MarkName): void {
    this.#out.push({ kind: 'sometimes', mark });
  }

  #note(text: string): void {
    this.#out.push({ kind: 'note', text });
  }
}
