import type { StoreOperator } from './operator.ts';
import type { StoreSettings } from './settings.ts';

/** Who leads a store, as far as its clients and its operator know, and who decides that. */
export class Leading {
  /** Is there one log, which one leader ships? */
  readonly logged: boolean;
  /** Do the nodes choose their leader? */
  readonly elects: boolean;
  /** Does an operator choose it? */
  readonly operated: boolean;
  readonly raft: boolean;
  readonly #operator: StoreOperator;
  /** Where the leader was last seen, by any client. */
  #seen: string;

  constructor(settings: StoreSettings, operator: StoreOperator, first: string) {
    const single = settings.strategy === 'single-leader';
    this.raft = settings.strategy === 'raft';
    this.logged = this.raft || single;
    this.elects = this.raft || (single && settings.failover === 'automatic');
    this.operated = single && !this.elects;
    this.#operator = operator;
    this.#seen = first;
  }

  /** Where clients are pointed, of a store with one leader. */
  get primary(): string {
    return this.elects ? this.#seen : this.#operator.primary;
  }

  /** A client was answered, or sent on. */
  sawAt(leader: string): void {
    this.#seen = leader;
  }

  /** Nobody leads where a client looked: the next one looks elsewhere. */
  lostAt(node: string | null, other: () => string): void {
    if (this.elects && this.#seen === node) this.#seen = other();
  }
}
