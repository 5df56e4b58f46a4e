import type { BugName } from '../../bugs.ts';
import type { MarkName } from '../../marks.ts';
import type { Random } from '../../../../harness/runtime/types.ts';
import { Campaign } from './campaign.ts';
import type { RaftLog } from './log.ts';
import type { RaftMessage, RequestVote, Voted } from './messages.ts';
import { ELECTION_TICKS, HEARTBEAT_TICKS } from './timing.ts';

export interface ElectionParts {
  readonly name: string;
  readonly random: Random;
  readonly bug: BugName | 'none';
  readonly preVote: boolean;
  readonly log: RaftLog;
  readonly send: (to: string, message: RaftMessage) => void;
  readonly sometimes: (mark: MarkName) => void;
  /** Stops whatever belonged to the term before; the term itself is the log's already. */
  readonly entered: (why: string) => void;
  readonly won: () => void;
}

/** When a node stands for election, and whom it votes for (Raft, §5.2, §5.4.1; thesis §4.2.3, §9.6). */
export class Elections {
  readonly #parts: ElectionParts;
  #campaign: Campaign | null = null;
  /** Ticks since a leader was heard. A process that has just begun may have heard one in its last life. */
  #sinceLeader = 0;
  /** Ticks since anything happened that is worth waiting for. */
  #waited = 0;
  #patience = ELECTION_TICKS;

  constructor(parts: ElectionParts) {
    this.#parts = parts;
    this.#wait();
  }

  /** A leader of this term was heard, or this node leads. */
  heardLeader(): void {
    this.#sinceLeader = 0;
    this.#waited = 0;
    this.#campaign = null;
  }

  /** Of a node that does not lead. */
  tick(): void {
    const { log, name } = this.#parts;
    this.#sinceLeader += 1;
    this.#waited += 1;
    if (this.#waited >= this.#patience && log.members.includes(name)) {
      if (this.#campaign?.pre === false) this.#parts.sometimes('election-without-a-winner');
      this.#stand(this.#parts.preVote, false);
    } else if (this.#campaign && this.#waited % HEARTBEAT_TICKS === 0) this.#ask(this.#campaign);
  }

  /** The leader asks this node to take over. */
  takeOver(): void {
    this.#stand(false, true);
  }

  /** Enters a higher term. */
  enter(term: number, why: string): void {
    this.#parts.log.promise(term, null);
    this.#campaign = null;
    this.#parts.entered(why);
  }

  /** `leads`: this node does, and a majority has confirmed that lately. */
  onRequestVote(from: string, request: RequestVote, leads: boolean): void {
    const { log, preVote } = this.#parts;
    const { term, pre, transfer } = request;
    const content = preVote && (leads || this.#sinceLeader < ELECTION_TICKS);
    if (content && !transfer) return;
    if (pre) return this.#answer(from, request, term > log.term && this.#isUpToDate(request));
    if (term > log.term) this.enter(term, `${from} stands for election in term ${term}`);
    const free = log.vote === null || log.vote === from;
    if (term < log.term || !free || !this.#isUpToDate(request)) return this.#answer(from, request, false);
    this.#wait();
    // The vote must outlive this process: else it votes twice.
    log.promise(term, from, () => this.#answer(from, request, true));
  }

  onVoted(from: string, { term, pre, granted }: Voted): void {
    const { log } = this.#parts;
    if (!granted) {
      if (term > log.term) this.enter(term, `${from} is in term ${term}`);
      return;
    }
    const campaign = this.#campaign;
    if (campaign?.term !== term || campaign.pre !== pre) return;
    campaign.count(from);
    this.#consider(campaign);
  }

  /** Stands for the next term, or asks first whether that has any chance. */
  #stand(pre: boolean, transfer: boolean): void {
    const { log, name, bug } = this.#parts;
    this.#wait();
    const campaign = new Campaign({ term: log.term + 1, pre, transfer }, log.members, bug);
    this.#campaign = campaign;
    if (pre) return this.#open(campaign);
    // Nobody hears of it before it is durable: a process that forgot this candidacy could stand again with less.
    log.promise(campaign.term, name, () => this.#open(campaign));
    this.#parts.entered(`stands for election in term ${campaign.term}`);
  }

  #open(campaign: Campaign): void {
    if (this.#campaign !== campaign) return;
    campaign.open = true;
    campaign.count(this.#parts.name);
    this.#ask(campaign);
    this.#consider(campaign);
  }

  #consider(campaign: Campaign): void {
    if (!campaign.won) return;
    if (campaign.pre) return this.#stand(false, false);
    this.#campaign = null;
    this.#parts.won();
  }

  #ask({ term, pre, transfer, open }: Campaign): void {
    const { log, name, send } = this.#parts;
    if (!open) return;
    const request = {
      type: 'request-vote',
      term,
      pre,
      transfer,
      lastIndex: log.last,
      lastTerm: log.lastTerm,
    } as const;
    for (const member of log.members) if (member !== name) send(member, request);
  }

  #answer(to: string, { term, pre }: RequestVote, granted: boolean): void {
    const { log, send } = this.#parts;
    send(to, { type: 'voted', term: granted ? term : log.term, pre, granted });
  }

  /** Is the candidate's log at least as far as ours? Then no committed entry can be lost by electing it. */
  #isUpToDate({ lastIndex, lastTerm }: RequestVote): boolean {
    const { log, bug } = this.#parts;
    if (bug === 'vote-for-stale-log') return true;
    return lastTerm > log.lastTerm || (lastTerm === log.lastTerm && lastIndex >= log.last);
  }

  #wait(): void {
    this.#waited = 0;
    this.#patience = ELECTION_TICKS + this.#parts.random.below(ELECTION_TICKS);
  }
}
