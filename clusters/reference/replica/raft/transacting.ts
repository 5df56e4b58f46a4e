import { onlyReads, type Isolation, type Transaction } from '../transaction.ts';
import type { ReadAt, RefusalCode, Reply } from '../types.ts';
import type { Query } from './reads.ts';
import type { StateMachine } from './state-machine.ts';
import { OpenTransactions, type CommitEntry } from './transactions.ts';

export interface TransactingParts {
  readonly isolation: Isolation;
  readonly machine: StateMachine;
  /** Answers what only reads. */
  readonly answer: (id: number, query: Query, at: ReadAt) => void;
  /** Puts a commit into the leader's log; refuses where nobody leads. */
  readonly propose: (id: number, commit: CommitEntry) => void;
  readonly refuse: (id: number, code: RefusalCode, message: string) => void;
  readonly reply: (id: number, reply: Reply) => void;
}

/** How a node takes transactions: those that write at the leader, by its log; those that only read wherever they are asked. */
export class Transacting {
  readonly #parts: TransactingParts;
  readonly #open = new OpenTransactions();

  constructor(parts: TransactingParts) {
    this.#parts = parts;
  }

  take(id: number, transaction: Transaction): void {
    const { isolation, machine, answer, propose } = this.#parts;
    const { operations, at } = transaction;
    if (isolation === 'read-committed') return this.#open.begin(id, operations);
    if (!onlyReads(transaction)) return propose(id, machine.commitOf(operations, isolation));
    // A prefix of the log is a snapshot, and serial, however old; only real time asks for a confirmation.
    answer(id, transaction, isolation === 'strict-serializable' ? at : 'replica');
  }

  /** At read committed, every step of this node is one of each transaction. */
  step(): void {
    const { machine, propose, reply } = this.#parts;
    for (const { id, done } of machine.takeOn(this.#open))
      if (onlyReads({ operations: done })) reply(id, { ok: true, operations: done });
      else propose(id, { op: 'commit', operations: done, seen: [] });
  }

  stopLeading(why: string): void {
    for (const { id } of this.#open.drain()) this.#parts.refuse(id, 'not-leader', why);
  }
}
