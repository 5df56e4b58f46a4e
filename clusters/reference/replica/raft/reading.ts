import type { BugName } from '../../bugs.ts';
import type { MarkName } from '../../marks.ts';
import { WaitingReads, hasReached } from '../positions.ts';
import type { RefusalCode, Reply } from '../types.ts';
import type { Leadership } from './leadership.ts';
import type { Moment } from './lease.ts';
import type { RaftMessage } from './messages.ts';
import { FollowerReads, LeaderReads, type Query, type Reader } from './reads.ts';
import type { StateMachine } from './state-machine.ts';

/** How whoever answers a read makes sure that it is not behind: a round of heartbeats, a lease, or not at all. */
export type Confirmation = 'read-index' | 'lease' | 'none';

export interface ReadingParts {
  readonly confirm: Confirmation;
  readonly bug: BugName | 'none';
  readonly machine: StateMachine;
  readonly send: (to: string, message: RaftMessage) => void;
  readonly sometimes: (mark: MarkName) => void;
  readonly reply: (id: number, reply: Reply) => void;
  readonly refuse: (id: number, code: RefusalCode, message: string) => void;
  /** The random number that tells this process from earlier ones of the node. */
  readonly life: number;
}

/** How a node answers reads: as the leader, or as a follower that asks the leader (thesis §6.4). */
export class Reading {
  readonly #parts: ReadingParts;
  readonly #reads = new LeaderReads();
  readonly #asked: FollowerReads;
  /** Reads at this replica until it has come as far as their sessions. */
  readonly #waiting: WaitingReads;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
    this.#asked = new FollowerReads(parts.life);
    const { machine, reply, refuse } = parts;
    this.#waiting = new WaitingReads(hasReached, {
      answer: (id, request) => reply(id, machine.answer(request)),
      behind: (id, { epoch, lsn }) => refuse(id, 'behind', `has not come to ${epoch}:${lsn} in time`),
      arm: () => undefined,
    });
  }

  /** As this replica stands, once that is far enough. */
  atReplica(id: number, query: Query): void {
    const { machine, reply } = this.#parts;
    if (query.op === 'read' || query.op === 'scan') this.#waiting.take(id, query, machine.position);
    else reply(id, machine.answer(query));
  }

  /** A tick has passed: whoever waited for one before is sent to the leader. */
  giveUpOld(): void {
    this.#waiting.tick();
  }

  /** A read has come to the leader. */
  atLeader(leading: Leadership, reader: Reader, now: Moment): void {
    const { confirm, bug, sometimes } = this.#parts;
    const sure = confirm === 'none' || bug === 'read-index-without-heartbeat-round';
    if (sure || (confirm === 'lease' && leading.lease.holds(now)))
      this.#reads.addSure(reader, leading.readIndex);
    else {
      if (confirm === 'lease') sometimes('lease-run-out');
      this.#reads.add(reader);
    }
    this.answer(leading, now);
  }

  /** A read has come to a follower. */
  atFollower(id: number, query: Query, leader: string | null, term: number): void {
    const { bug, machine, reply, refuse } = this.#parts;
    if (leader === null) return refuse(id, 'not-ready', 'knows no leader to ask');
    if (bug === 'follower-read-without-read-index') return reply(id, machine.answer(query));
    this.#ask(leader, term, this.#asked.add(id, query));
  }

  /** The leader has said how far a read's replica must have come. */
  indexed(ask: number, index: number): void {
    this.#asked.answered(ask, index);
    this.applied();
  }

  /** More has been applied: answers what may be answered here. */
  applied(): void {
    const { machine, reply } = this.#parts;
    for (const { id, request } of this.#asked.applied(machine.applied)) reply(id, machine.answer(request));
    this.#waiting.serve(machine.position);
  }

  /** Begins to lead: what waits for another leader's word waits for this one's. */
  lead(): void {
    for (const { id, request } of this.#asked.drain()) this.#reads.add({ kind: 'client', id, request });
  }

  /** A round of heartbeats has begun: it counts for every read that waits. */
  roundBegan(leading: Leadership): void {
    this.#reads.asked(leading.round, leading.readIndex);
  }

  /** Answers reads that a majority's confirmation allows; then asks for the next, for all that wait by then. */
  answer(leading: Leadership, now: Moment): void {
    const { machine, reply, send } = this.#parts;
    const { confirmedRound, term } = leading;
    for (const { reader, index } of this.#reads.confirmed(confirmedRound, machine.applied))
      if (reader.kind === 'client') reply(reader.id, machine.answer(reader.request));
      else {
        send(reader.name, { type: 'read-indexed', term, ask: reader.ask, index });
        leading.tell(reader.name);
      }
    if (!this.#reads.unasked || confirmedRound < leading.round) return;
    leading.startRound(now);
    this.roundBegan(leading);
    if (leading.confirmedRound === leading.round) this.answer(leading, now);
  }

  /** A follower asks again what got no answer, and gives up what never does. */
  tick(leader: string | null, term: number): void {
    const { again, lost } = this.#asked.tick();
    if (leader !== null) for (const ask of again) this.#ask(leader, term, ask);
    for (const { id } of lost) this.#parts.refuse(id, 'not-ready', 'got no read index from a leader');
  }

  stopLeading(why: string): void {
    for (const reader of this.#reads.drain())
      if (reader.kind === 'client') this.#parts.refuse(reader.id, 'not-leader', why);
  }

  #ask(leader: string, term: number, ask: number): void {
    this.#parts.send(leader, { type: 'read-index', term, ask });
  }
}
