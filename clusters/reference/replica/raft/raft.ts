import type { MarkName } from '../../marks.ts';
import { isPartitionChange } from '../../partition/requests.ts';
import { isChange } from '../tables.ts';
import { NO_PARTS, onlyReads, type Transaction } from '../transaction.ts';
import type { Effect, Input, ReadAt, RefusalCode, Replica, Reply, Request, Status } from '../types.ts';
import { Elections } from './elections.ts';
import { Follower } from './follower.ts';
import { Leadership } from './leadership.ts';
import type { Moment } from './lease.ts';
import { RaftLog } from './log.ts';
import type { Entry } from './entry.ts';
import type { AppendEntries, Appended, InstallSnapshot, RaftMessage } from './messages.ts';
import type { Query, Reader } from './reads.ts';
import { admit, obey } from './membership.ts';
import type { RaftOptions } from './options.ts';
import { Reading } from './reading.ts';
import { Transacting } from './transacting.ts';
import { StateMachine } from './state-machine.ts';
import { statusOf } from './status.ts';
import { TICK_MS } from './timing.ts';
import { Writes } from './writes.ts';

/** So many different processes of one node, as far as its questions to the leader go. */
const LIVES = 0x7fffffff;

/**
 * Raft (Ongaro & Ousterhout, In search of an understandable consensus algorithm, 2014; Ongaro's thesis, 2014):
 * pre-vote, election, log replication, snapshots, change of one member at a time, transfer of leadership.
 * A node applies only what its own disk holds, so that a restart never takes its readers back.
 */
export class Raft implements Replica<RaftMessage> {
  readonly #options: RaftOptions;
  readonly #log: RaftLog;
  readonly #machine: StateMachine;
  readonly #follower: Follower;
  readonly #elections: Elections;
  readonly #reading: Reading;
  readonly #transacting: Transacting;
  readonly #writes = new Writes((id, reply) => this.#reply(id, reply));
  #out: Effect<RaftMessage>[] = [];
  #now: Moment = { clock: 0, tick: 0 };
  /** Committed, as far as this node was told. */
  #commit = 0;
  #leader: string | null = null;
  #leading: Leadership | null = null;
  /** What may have been read here before a restart: nothing older is served after it. */
  #readableFrom = 0;

  constructor(options: RaftOptions) {
    const { name, peers, bug, preVote, snapshotEvery, random } = options;
    this.#options = options;
    this.#log = new RaftLog([name, ...peers].sort(), bug === 'vote-twice-after-restart', (effect) =>
      this.#out.push(effect),
    );
    this.#machine = new StateMachine(this.#log, snapshotEvery, options);
    this.#follower = new Follower(this.#log, bug);
    const answers = { ...options, machine: this.#machine, reply: this.#reply, refuse: this.#refuse };
    const sometimes = this.#sometimes;
    this.#reading = new Reading({ ...answers, sometimes, send: this.#send, life: random.below(LIVES) });
    this.#transacting = new Transacting({
      ...answers,
      answer: (id, query, at) => this.#answer(id, query, at),
      propose: (id, commit) => this.#propose(id, commit),
    });
    this.#elections = new Elections({
      name,
      random,
      bug,
      preVote,
      log: this.#log,
      send: this.#send,
      sometimes,
      entered: (why) => this.#entered(why),
      won: () => this.#lead(),
    });
  }

  step(input: Input<RaftMessage>, clock: number): readonly Effect<RaftMessage>[] {
    this.#out = [];
    this.#now = { clock, tick: this.#now.tick + (input.kind === 'timer' ? 1 : 0) };
    switch (input.kind) {
      case 'start':
        this.#log.recover(input.records);
        this.#machine.restore();
        this.#commit = this.#machine.applied;
        this.#readableFrom = this.#log.last;
        this.#out.push({ kind: 'timer', ms: TICK_MS });
        break;
      case 'message':
        this.#onMessage(input.from, input.message);
        break;
      case 'timer':
        this.#tick();
        break;
      case 'durable':
        this.#onDurable(input.count);
        break;
      case 'request':
        this.#onRequest(input.id, input.request);
        break;
      case 'transaction':
        this.#onTransaction(input.id, input.transaction);
        break;
      case 'part':
        this.#reply(input.id, NO_PARTS);
        break;
      case 'partition':
        if (isPartitionChange(input.request)) this.#propose(input.id, input.request);
        else this.#answer(input.id, input.request, input.request.at);
        break;
      case 'command':
        if (this.#leading) obey(input.command, this.#leading, this.#log, this.#options.peers);
        this.#out.push({ kind: 'status', id: input.id, status: this.status });
        break;
    }
    this.#transacting.step();
    return this.#out;
  }

  #tick(): void {
    this.#out.push({ kind: 'timer', ms: TICK_MS });
    this.#reading.giveUpOld();
    const leading = this.#leading;
    if (leading) {
      this.#elections.heardLeader();
      const { round } = leading;
      if (!leading.tick(this.#now)) return this.#stopLeading('is no longer followed by a majority');
      if (leading.round > round) this.#reading.roundBegan(leading);
      return this.#reading.answer(leading, this.#now);
    }
    this.#elections.tick();
    this.#reading.tick(this.#leader, this.#log.term);
  }

  #onMessage(from: string, message: RaftMessage): void {
    switch (message.type) {
      case 'request-vote':
        return this.#elections.onRequestVote(from, message, this.#leading !== null);
      case 'voted':
        return this.#elections.onVoted(from, message);
      case 'append':
      case 'snapshot':
        return this.#onEntries(from, message);
      case 'appended':
        return this.#onAppended(from, message);
      case 'timeout-now':
        if (message.term === this.#log.term && !this.#leading) this.#elections.takeOver();
        return;
      case 'read-index':
        return this.#readFor({ kind: 'follower', name: from, ask: message.ask });
      case 'read-indexed':
        return this.#reading.indexed(message.ask, message.index);
    }
  }

  // Leading

  #readFor(reader: Reader): void {
    if (this.#leading) this.#reading.atLeader(this.#leading, reader, this.#now);
  }

  #lead(): void {
    const { name, bug } = this.#options;
    this.#leader = name;
    if (this.#commit < this.#log.last) this.#sometimes('promoted-behind-its-own-log');
    if (bug !== 'commit-older-term-by-counting')
      this.#log.push({ term: this.#log.term, change: { op: 'none' } });
    this.#leading = new Leadership(this.#options, this.#log, this.#commit, this.#send);
    this.#note(`leads term ${this.#log.term} with ${this.#log.members.join(', ')}`);
    this.#elections.heardLeader();
    this.#reading.lead();
    this.#leading.startRound(this.#now);
    this.#reading.roundBegan(this.#leading);
  }

  #onAppended(from: string, answer: Appended): void {
    if (answer.term > this.#log.term)
      return this.#elections.enter(answer.term, `deposed by term ${answer.term}`);
    const leading = this.#leading;
    if (!leading || answer.term < this.#log.term) return;
    if (leading.onAppended(from, answer)) return this.#advance(leading);
    this.#reading.answer(leading, this.#now);
  }

  #advance(leading: Leadership): void {
    if (leading.advance()) {
      this.#commit = leading.commit;
      this.#apply();
      const { members } = this.#log;
      if (this.#log.membersAt <= this.#commit && !members.includes(this.#options.name))
        return this.#stopLeading('is no longer a member');
    }
    admit(leading, this.#log);
    this.#reading.answer(leading, this.#now);
  }

  /** Another term has begun, or this node has stood for it. */
  #entered(why: string): void {
    this.#leader = null;
    this.#follower.matched = 0;
    this.#stopLeading(why);
  }

  /** What it had not answered yet may or may not survive. */
  #stopLeading(why: string): void {
    if (!this.#leading) return;
    this.#note(why);
    if (this.#leading.commit < this.#log.last) this.#sometimes('deposed-leader-with-uncommitted-tail');
    this.#leading = null;
    this.#leader = null;
    for (const id of this.#writes.drain())
      this.#refuse(id, 'deposed', `${why} before the write was committed`);
    this.#reading.stopLeading(why);
    this.#transacting.stopLeading(why);
  }

  // Following

  /** The leader's entries, or its snapshot; whoever speaks for an older term hears of this one. */
  #onEntries(from: string, message: AppendEntries | InstallSnapshot): void {
    const { term, round } = message;
    if (term > this.#log.term) this.#elections.enter(term, `deposed by ${from} in term ${term}`);
    if (term < this.#log.term) return this.#acknowledge(from, round, null, 0);
    if (this.#leading) return;
    this.#leader = from;
    this.#elections.heardLeader();
    const isAppend = message.type === 'append';
    const taken = isAppend ? this.#follower.append(message) : this.#follower.install(message);
    if (taken.retryFrom !== null) this.#sometimes('logs-disagree');
    if (!isAppend && taken.fresh) this.#sometimes('snapshot-installed');
    if (taken.cut !== null) this.#dropped(taken.cut);
    const commit = isAppend ? message.commit : message.snapshot.index;
    this.#commit = Math.max(this.#commit, Math.min(commit, this.#follower.matched));
    this.#apply();
    if (!taken.fresh) this.#acknowledge(from, round, taken.retryFrom);
  }

  /** The end of the log is gone: it never counted (unless a bug says otherwise). */
  #dropped(after: number): void {
    this.#sometimes('tail-discarded');
    this.#note(`discards what follows index ${after}: the leader does not have it`);
    this.#readableFrom = Math.min(this.#readableFrom, after);
    this.#commit = Math.min(this.#commit, after);
    if (this.#machine.applied > after) this.#machine.restore();
  }

  #acknowledge(
    to: string,
    round: number,
    retryFrom: number | null,
    match = this.#follower.acknowledged,
  ): void {
    this.#send(to, { type: 'appended', term: this.#log.term, round, match, retryFrom });
  }

  // Both

  #onDurable(count: number): void {
    const { durable } = this.#log;
    this.#log.onDurable(count);
    const leading = this.#leading;
    if (leading) {
      if (this.#options.bug === 'raft-ack-before-commit') this.#writes.acknowledge(this.#log.durable);
      this.#apply();
      return this.#advance(leading);
    }
    this.#apply();
    if (this.#leader !== null && this.#log.durable > durable) this.#acknowledge(this.#leader, 0, null);
  }

  #apply(): void {
    const compacted = this.#log.snapshot.index;
    this.#machine.apply(this.#commit, this.#writes.applied);
    const { index } = this.#log.snapshot;
    if (index > compacted && this.#leading?.leavesBehind(index))
      this.#sometimes('snapshot-while-a-member-lags');
    this.#reading.applied();
  }

  #onRequest(id: number, request: Request): void {
    if (isChange(request)) this.#propose(id, request);
    else this.#answer(id, request, request.at);
  }

  /** Puts a change into the log: it is answered once it is applied. */
  #propose(id: number, change: Entry['change']): void {
    const leading = this.#leading;
    if (!leading) return this.#refuseToLead(id);
    if (leading.transfer) return this.#refuse(id, 'not-leader', `is handing over to ${leading.transfer.to}`);
    this.#writes.put(this.#log.push({ term: leading.term, change }), id);
    leading.shipNew();
  }

  #answer(id: number, query: Query, at: ReadAt): void {
    if (at === 'replica') {
      if (!this.#readable) {
        this.#sometimes('read-refused-after-restart');
        return this.#refuse(id, 'not-ready', 'has not caught up since it started');
      }
      return this.#reading.atReplica(id, query);
    }
    if (this.#leading) return this.#readFor({ kind: 'client', id, request: query });
    if (at === 'leader') return this.#refuseToLead(id);
    this.#reading.atFollower(id, query, this.#leader, this.#log.term);
  }

  #onTransaction(id: number, transaction: Transaction): void {
    const elsewhere = transaction.at !== 'leader' && onlyReads(transaction);
    if (this.#leading || elsewhere) this.#transacting.take(id, transaction);
    else this.#refuseToLead(id);
  }

  #refuseToLead(id: number): void {
    this.#refuse(id, 'not-leader', `follows ${this.#leader ?? 'nobody yet'}`);
  }

  get #readable(): boolean {
    return this.#machine.applied >= this.#readableFrom && this.#log.term > 0;
  }

  get status(): Status {
    const { applied } = this.#machine;
    const state = { leader: this.#leader, leading: this.#leading, readable: this.#readable, applied };
    return statusOf(this.#options.name, this.#log, state);
  }

  readonly #send = (to: string, message: RaftMessage): void => {
    this.#out.push({ kind: 'send', to, message });
  };

  readonly #refuse = (id: number, code: RefusalCode, message: string): void => {
    const leader =
      this.#leader === null || this.#leader === this.#options.name ? {} : { leader: this.#leader };
    this.#reply(id, { ok: false, code, message: `${this.#options.name} ${message}`, ...leader });
  };

  readonly #reply = (id: number, reply: Reply): void => {
    this.#out.push({ kind: 'reply', id, reply });
  };

  readonly #sometimes = (mark: MarkName): void => {
    this.#out.push({ kind: 'sometimes', mark });
  };

  #note(text: string): void {
    this.#out.push({ kind: 'note', text });
  }
}
