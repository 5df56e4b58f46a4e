import type { ConfigEntry, ReplicaLog } from './log.ts';
import type { Ack, Ship } from './messages.ts';
import { reachedBy, required } from './quorum.ts';
import type { SingleLeaderOptions } from './single-leader-parts.ts';
import { HEARTBEAT_MS, type Acknowledging } from './types.ts';

const BATCH = 256;

/** `first`: a follower that was not heard for so many beats is passed over. */
const SILENT_BEATS = 20;

/** How long the bug `semi-sync-silent-fallback` waits, ms. */
const SILENT_FALLBACK_MS = 200;

/** What the leader knows of one peer. */
interface Progress {
  /** The first entry that was not sent yet. */
  next: number;
  acked: number;
  round: number;
  /** Acknowledged when the last heartbeat looked: no progress since means that something was lost. */
  before: number;
  /** The beat in which it was last heard. */
  heard: number;
}

/**
 * One node's leadership of one epoch: ships the log, counts acknowledgements, says what is committed.
 * The commit rule is Raft's (Ongaro & Ousterhout 2014, §5.4.2): nothing counts before an entry of the leader's own
 * epoch does, so a log tail inherited from an older leader is never acknowledged by counting alone.
 */
export class Leadership {
  readonly epoch: number;
  /** Entries up to here are acknowledged as the mode asks. */
  commit = 0;
  members: readonly string[] = [];
  #round = 0;
  readonly #name: string;
  readonly #mode: Acknowledging;
  /** So many beats without an acknowledgement, and nobody waits for one any more. */
  readonly #patience: number;
  readonly #log: ReplicaLog;
  readonly #peers = new Map<string, Progress>();
  /** Of the peers, those that are members; and how many of them must acknowledge. */
  #followers: readonly Progress[] = [];
  #needed = 0;
  readonly #send: (to: string, message: Ship) => void;
  /** The LSN of this epoch's first entry. */
  readonly #first: number;
  #beats = 0;
  /** Beats since something durable here was left unacknowledged, and how far the log was acknowledged then. */
  #waited = 0;
  #stuckAt = 0;
  /** Fallen back to asynchronous replication, until enough followers have caught up. */
  #alone = false;

  /** The log must hold this epoch's promotion already: it is found there. */
  constructor(
    options: Pick<SingleLeaderOptions, 'name' | 'peers' | 'bug' | 'ack' | 'k' | 'fallbackMs'>,
    log: ReplicaLog,
    send: (to: string, message: Ship) => void,
  ) {
    this.epoch = log.epoch;
    this.#name = options.name;
    const { bug, ack, k } = options;
    this.#mode = { ack: bug === 'ack-before-quorum' ? 'async' : ack, k };
    const fallbackMs = bug === 'semi-sync-silent-fallback' ? SILENT_FALLBACK_MS : options.fallbackMs;
    this.#patience = fallbackMs === 0 ? Infinity : Math.ceil(fallbackMs / HEARTBEAT_MS);
    this.#log = log;
    this.#send = send;
    this.#first = promotionOf(log);
    for (const peer of options.peers)
      this.#peers.set(peer, { next: log.last + 1, acked: 0, round: 0, before: 0, heard: 0 });
    this.#admit((log.at(this.#first).change as ConfigEntry).members);
  }

  /** Does it acknowledge without its followers, since they have been silent for too long? */
  get alone(): boolean {
    return this.#alone;
  }

  /** The highest round that enough members have answered: they still followed this leader when it was asked. */
  get confirmedRound(): number {
    if (this.#needed === 0 || this.#alone) return this.#round;
    const rounds = this.#followers.map((peer) => peer.round);
    return Math.min(this.#round, reachedBy(rounds, this.#needed));
  }

  /** Has this epoch taken hold? Before that, neither reads nor writes are answered. */
  get established(): boolean {
    return this.commit >= this.#first;
  }

  /** Asks all peers whether they still follow. */
  startRound(): number {
    this.#round += 1;
    this.tell();
    return this.#round;
  }

  /**
   * Sends what was not sent yet to whoever lacks it: only what our own disk holds. A leader that crashed and came
   * back in its epoch would else give other entries the places of those that a follower already has from it.
   */
  shipNew(): void {
    for (const [peer, progress] of this.#peers) while (progress.next <= this.#log.durable) this.#ship(peer);
  }

  /**
   * Tells everyone where we are, and sends again what a peer has not acknowledged for a whole beat. Says whether it has
   * fallen back to asynchronous replication, or come back from it.
   */
  heartbeat(): boolean {
    this.#beats += 1;
    const before = this.#alone;
    this.#lookForFollowers();
    for (const [peer, progress] of this.#peers) {
      if (progress.acked === progress.before) progress.next = progress.acked + 1;
      progress.before = progress.acked;
      this.#ship(peer);
    }
    return this.#alone !== before;
  }

  /** Tells everyone how far the log is committed. */
  tell(): void {
    for (const peer of this.#peers.keys()) this.#ship(peer);
  }

  onAck(from: string, ack: Ack): void {
    const progress = this.#peers.get(from);
    if (!progress) return;
    progress.heard = this.#beats;
    progress.round = Math.max(progress.round, ack.round);
    progress.acked = Math.max(progress.acked, ack.lsn);
    progress.next = Math.max(progress.next, progress.acked + 1);
    if (ack.retryFrom !== null && ack.retryFrom <= progress.next) {
      progress.next = Math.max(ack.retryFrom, progress.acked + 1);
      this.#ship(from);
    }
  }

  /** Moves {@link commit} as far as the acknowledgements allow; says whether it moved. */
  advance(): boolean {
    const before = this.commit;
    for (;;) {
      const acked = this.#synchronous().map((peer) => peer.acked);
      const target = Math.min(this.#log.durable, this.#alone ? Infinity : reachedBy(acked, this.#needed));
      if (target < this.#first || target <= this.commit) return this.commit > before;
      // A new member counts only once the members before it have agreed to that.
      const config = this.#nextConfig(target);
      this.commit = config?.lsn ?? target;
      if (config) this.#admit(config.members);
    }
  }

  /** Is something acknowledged of which a member among the followers is `entries` short? */
  leavesBehind(entries: number): boolean {
    return this.#followers.some((peer) => this.commit - peer.acked >= entries);
  }

  /** A peer outside the members that has caught up, while no other change of members is under way. */
  newcomer(): string | null {
    if (!this.established || this.#nextConfig(this.#log.last)) return null;
    for (const [peer, progress] of this.#peers)
      if (!this.members.includes(peer) && progress.acked >= this.commit) return peer;
    return null;
  }

  /** Whose acknowledgements count now. */
  #synchronous(): readonly Progress[] {
    if (this.#mode.ack !== 'first') return this.#followers;
    const answers = ({ heard }: Progress) => this.#beats - heard <= SILENT_BEATS;
    const silent = this.#followers.filter((peer) => !answers(peer));
    return [...this.#followers.filter(answers), ...silent].slice(0, this.#needed);
  }

  /** Falls back when nothing was acknowledged for too long, and goes back once enough followers have it all. */
  #lookForFollowers(): void {
    const { durable } = this.#log;
    if (this.#alone)
      this.#alone =
        reachedBy(
          this.#followers.map((peer) => peer.acked),
          this.#needed,
        ) < durable;
    const stuck = !this.#alone && this.commit < durable && this.commit === this.#stuckAt;
    this.#waited = stuck ? this.#waited + 1 : 0;
    this.#stuckAt = this.commit;
    if (this.#waited >= this.#patience) this.#alone = true;
  }

  #ship(peer: string): void {
    const progress = this.#peers.get(peer) as Progress;
    const previous = Math.min(progress.next - 1, this.#log.last);
    const entries = this.#log.slice(previous + 1, Math.min(previous + BATCH, this.#log.durable));
    progress.next = previous + entries.length + 1;
    this.#send(peer, {
      type: 'ship',
      epoch: this.epoch,
      previous,
      previousEpoch: this.#log.epochAt(previous),
      entries,
      commit: this.commit,
      round: this.#round,
    });
  }

  #admit(members: readonly string[]): void {
    this.members = members;
    this.#followers = [...this.#peers].flatMap(([peer, progress]) =>
      members.includes(peer) ? [progress] : [],
    );
    this.#needed = required(this.#mode, members.filter((member) => member !== this.#name).length);
  }

  /** The first change of members after the commit position, up to `to`. */
  #nextConfig(to: number): { readonly lsn: number; readonly members: readonly string[] } | null {
    const from = Math.max(this.commit, this.#first);
    const lsn = this.#log.configs.find((config) => config > from && config <= to);
    return lsn === undefined ? null : { lsn, members: (this.#log.at(lsn).change as ConfigEntry).members };
  }
}

/** Where the log's own epoch began. */
function promotionOf(log: ReplicaLog): number {
  const lsn = log.configs.findLast((config) => {
    const { epoch, change } = log.at(config);
    return epoch === log.epoch && (change as ConfigEntry).promotion;
  });
  if (lsn === undefined) throw new Error(`no promotion of epoch ${log.epoch} in the log`);
  return lsn;
}

/** The members by the latest change in the log, committed or not; none in an empty log. */
export function latestMembers(log: ReplicaLog): readonly string[] {
  const lsn = log.configs.at(-1);
  return lsn === undefined ? [] : (log.at(lsn).change as ConfigEntry).members;
}
