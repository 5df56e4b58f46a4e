import type { BugName } from '../../bugs.ts';
import { Lease, type Moment } from './lease.ts';
import type { RaftLog } from './log.ts';
import type { Appended, RaftMessage } from './messages.ts';
import { majority, reachedBy } from './quorum.ts';
import { ELECTION_TICKS, HEARTBEAT_TICKS } from './timing.ts';

const BATCH = 512;

/** What the leader knows of one other node. */
interface Peer {
  /** The first entry that was not sent yet. */
  next: number;
  /** Durable there, and equal to ours, up to here. */
  match: number;
  /** The end of the last batch: while it is unanswered, entries gather for the next. */
  sent: number;
  round: number;
  /** {@link match} when the last heartbeat looked: no progress since means that something was lost. */
  before: number;
  /** Answered since the last look at who is there. */
  heard: boolean;
}

interface Options {
  readonly name: string;
  readonly peers: readonly string[];
  readonly bug: BugName | 'none';
}

/** One node's leadership of one term: ships the log, counts acknowledgements, says what is committed. */
export class Leadership {
  readonly term: number;
  commit: number;
  /** The first entry of this term; with the bug that adds none, whatever was there before. */
  readonly first: number;
  readonly lease: Lease;
  /** Gets the log, but has no vote yet: to be a member once it has caught up (thesis §4.2.1). */
  learner: string | null = null;
  /** Whom this leader hands over to, and how many ticks it still waits for that. */
  transfer: { readonly to: string; ticks: number } | null = null;
  #round = 0;
  #confirmed = 0;
  #ticks = 0;
  /** Who gets the log, and of which members and learner that follows. */
  #targets: readonly (readonly [string, Peer])[] = [];
  #voters: readonly Peer[] = [];
  #of: readonly string[] = [];
  #with: string | null = null;
  readonly #options: Options;
  readonly #log: RaftLog;
  readonly #peers: ReadonlyMap<string, Peer>;
  readonly #send: (to: string, message: RaftMessage) => void;

  /** The log has entered the term, and holds its first entry unless a bug leaves that out. */
  constructor(
    options: Options,
    log: RaftLog,
    commit: number,
    send: (to: string, message: RaftMessage) => void,
  ) {
    this.term = log.term;
    this.commit = commit;
    this.first = log.last;
    this.lease = new Lease(options.bug === 'stale-lease-under-clock-drift');
    this.#options = options;
    this.#log = log;
    this.#send = send;
    const next = Math.max(1, this.first);
    const fresh = () => ({ next, match: 0, sent: 0, round: 0, before: 0, heard: false });
    this.#peers = new Map(options.peers.map((peer) => [peer, fresh()]));
  }

  get established(): boolean {
    return this.commit >= this.first;
  }

  /** What a read that arrives now must see. */
  get readIndex(): number {
    return Math.max(this.commit, this.first);
  }

  get round(): number {
    return this.#round;
  }

  /** The highest round that a majority has answered: it still followed this leader when it was asked. */
  get confirmedRound(): number {
    return this.#alone ? this.#round : this.#confirmed;
  }

  /** Asks everyone whether they still follow. */
  startRound(now: Moment): void {
    this.lease.asked(++this.#round, now);
    for (const [name, peer] of this.#receivers()) this.#ship(name, peer);
  }

  /** Sends new entries to whoever has answered the last ones. */
  shipNew(): void {
    for (const [name, peer] of this.#receivers())
      if (peer.match >= peer.sent && peer.next <= this.#log.last) this.#ship(name, peer);
  }

  /** Tells one node how far the log is committed. */
  tell(name: string): void {
    const peer = this.#peers.get(name);
    if (peer) this.#ship(name, peer);
  }

  /** Sends heartbeats, and again what was lost. False once no majority has answered for long: nobody follows. */
  tick(now: Moment): boolean {
    this.#ticks += 1;
    if (this.transfer && --this.transfer.ticks <= 0) this.transfer = null;
    if (this.#ticks % HEARTBEAT_TICKS === 0) {
      for (const [, peer] of this.#receivers()) {
        if (peer.match === peer.before) peer.next = Math.min(peer.next, peer.match + 1);
        peer.before = peer.match;
      }
      this.startRound(now);
    }
    return this.#ticks % ELECTION_TICKS !== 0 || this.#followed() || this.lease.holds(now);
  }

  /** Says whether the follower has more than was known. */
  onAppended(from: string, answer: Appended): boolean {
    const peer = this.#peers.get(from);
    if (!peer) return false;
    const known = peer.match;
    peer.heard = true;
    if (answer.round > peer.round) {
      peer.round = answer.round;
      this.#confirmed = this.#reachedByMajority(this.#round, (voter) => voter.round);
      this.lease.confirmed(this.#confirmed);
    }
    if (answer.match > peer.match) {
      peer.match = answer.match;
      if (peer.next <= peer.match) peer.next = peer.match + 1;
    }
    const { retryFrom } = answer;
    if (retryFrom !== null && retryFrom < peer.next) {
      peer.next = retryFrom;
      this.#ship(from, peer);
    } else if (peer.match >= peer.sent && peer.next <= this.#log.last) this.#ship(from, peer);
    if (this.transfer?.to === from && peer.match === this.#log.last) this.#handOver(from);
    return peer.match > known;
  }

  /**
   * Moves {@link commit} as far as a majority's disks allow; says whether it moved. Only an entry of this leader's
   * own term counts, and takes all before it along (Raft, §5.4.2).
   */
  advance(): boolean {
    const target = this.#reachedByMajority(this.#log.durable, (voter) => voter.match);
    if (target <= this.commit) return false;
    const { bug } = this.#options;
    if (this.#log.termAt(target) !== this.term && bug !== 'commit-older-term-by-counting') return false;
    this.commit = target;
    return true;
  }

  /** Is there a member that lacks entries up to this one? */
  leavesBehind(index: number): boolean {
    this.#receivers();
    return this.#voters.some((voter) => voter.match < index);
  }

  /** Has the learner everything that was committed? */
  get learned(): boolean {
    return this.learner !== null && (this.#peers.get(this.learner)?.match ?? 0) >= this.commit;
  }

  /** The member that is furthest. */
  successor(): string | null {
    let best: string | null = null;
    for (const name of this.#log.members) {
      const peer = this.#peers.get(name);
      if (peer && (best === null || peer.match > this.#match(best))) best = name;
    }
    return best;
  }

  /** Hands over as soon as `to` has the whole log (thesis §3.10). */
  handOverTo(to: string): void {
    this.transfer = { to, ticks: ELECTION_TICKS };
    if (this.#match(to) === this.#log.last) this.#handOver(to);
  }

  #handOver(to: string): void {
    this.lease.giveUp();
    this.#send(to, { type: 'timeout-now', term: this.term });
  }

  #match(name: string): number {
    return this.#peers.get(name)?.match ?? 0;
  }

  #followed(): boolean {
    const { members } = this.#log;
    const { name, bug } = this.#options;
    const here = members.filter((member) => member === name || this.#peers.get(member)?.heard).length;
    for (const peer of this.#peers.values()) peer.heard = false;
    return here >= majority(members.length, bug) || bug === 'read-index-without-heartbeat-round';
  }

  /** What so many members have reached that they are a majority, this node among them if it is one. */
  #reachedByMajority(own: number, of: (peer: Peer) => number): number {
    const { name, bug } = this.#options;
    const { members } = this.#log;
    this.#receivers();
    const values = this.#voters.map(of);
    if (members.includes(name)) values.push(own);
    return reachedBy(values, majority(members.length, bug));
  }

  /** Is this node the only member? Then it needs nobody's answer. */
  get #alone(): boolean {
    const { members } = this.#log;
    return members.length === 1 && members[0] === this.#options.name;
  }

  #receivers(): readonly (readonly [string, Peer])[] {
    const { members } = this.#log;
    if (members !== this.#of || this.learner !== this.#with) {
      [this.#of, this.#with] = [members, this.learner];
      this.#targets = [...this.#peers].filter(([name]) => members.includes(name) || name === this.learner);
      this.#voters = this.#targets.flatMap(([name, peer]) => (members.includes(name) ? [peer] : []));
    }
    return this.#targets;
  }

  #ship(to: string, peer: Peer): void {
    const { snapshot, last } = this.#log;
    const { term, commit } = this;
    const round = this.#round;
    if (peer.next <= snapshot.index) {
      peer.next = snapshot.index + 1;
      peer.sent = snapshot.index;
      return this.#send(to, { type: 'snapshot', term, snapshot, round });
    }
    const previous = peer.next - 1;
    const entries = this.#log.slice(peer.next, Math.min(last, previous + BATCH));
    peer.next += entries.length;
    if (entries.length > 0) peer.sent = previous + entries.length;
    const previousTerm = this.#log.termAt(previous);
    this.#send(to, { type: 'append', term, previous, previousTerm, entries, commit, round });
  }
}
