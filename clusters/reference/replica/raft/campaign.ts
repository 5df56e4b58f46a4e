import type { BugName } from '../../bugs.ts';
import { majority } from './quorum.ts';

/** One node's candidacy for one term, or the poll before it: who would vote for it, and whether that is enough. */
export class Campaign {
  readonly term: number;
  readonly pre: boolean;
  /** The leader itself asked for it. */
  readonly transfer: boolean;
  /** Voters may be asked: of an election, once this node's own vote is durable. */
  open = false;
  readonly #members: readonly string[];
  readonly #bug: BugName | 'none';
  readonly #votes: string[] = [];

  constructor(
    about: { readonly term: number; readonly pre: boolean; readonly transfer: boolean },
    members: readonly string[],
    bug: BugName | 'none',
  ) {
    this.term = about.term;
    this.pre = about.pre;
    this.transfer = about.transfer;
    this.#members = members;
    this.#bug = bug;
  }

  /** Counts a member's vote once, however often it arrives. */
  count(voter: string): void {
    if (!this.#members.includes(voter)) return;
    if (!this.#votes.includes(voter) || this.#bug === 'votes-counted-twice') this.#votes.push(voter);
  }

  get won(): boolean {
    return this.#votes.length >= majority(this.#members.length, this.#bug);
  }
}
