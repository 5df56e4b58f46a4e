import type { BugName } from '../../bugs.ts';
import type { MarkName } from '../../marks.ts';
import type { Fields, Reply } from '../../replica/types.ts';
import type { TwoPhaseMessage } from './messages.ts';
import type { Part, RowOperation, SpreadTransaction, TwoPhaseChange, TwoPhaseQuery } from './requests.ts';

/** Votes are waited for so many ticks; then the transaction is given up. */
const PATIENCE = 16;
/** Every so many ticks a leader looks for what it has to finish. */
const LOOK = 6;
/** A transaction that was prepared at so many looks in a row is in doubt. */
const DOUBTFUL = 2;

type Refusal = Extract<Reply, { ok: false }>;

/** A transaction that this node coordinates, until it is decided. */
interface Running {
  readonly id: number;
  readonly parts: readonly Part[];
  readonly votes: Map<string, readonly (Fields | null)[]>;
  ticks: number;
  /** The decision is on its way into the log: from here on it is not for this node alone to say. */
  deciding: boolean;
}

export interface ManagerParts {
  readonly name: string;
  readonly shard: string;
  readonly bug: BugName | 'none';
  /** Tells this life of the node from others: transactions are named by it. */
  readonly life: number;
  readonly nodesOf: (shard: string) => readonly string[];
  /** Asks this node's own replica; what only a leader may answer is refused elsewhere. */
  readonly ask: (request: TwoPhaseChange | TwoPhaseQuery, then: (reply: Reply) => void) => void;
  readonly send: (to: string, message: TwoPhaseMessage) => void;
  readonly reply: (id: number, reply: Reply) => void;
  readonly sometimes: (mark: MarkName) => void;
  /** Hears of the rows that this shard, led by this node, was asked for. */
  readonly watch: (operations: readonly RowOperation[]) => void;
}

/**
 * Two-phase commit between shards, without I/O: what is lost when the node dies. All that matters is in the logs of the
 * shards (see `Transactions`): whoever leads a shard next finds there which transactions are prepared, and asks their
 * coordinator's shard, and which were decided, and tells the others. A decision that nobody has written down is abort:
 * asking writes it down, so that no coordinator can decide otherwise later.
 */
export class TransactionManager {
  readonly #parts: ManagerParts;
  readonly #running = new Map<string, Running>();
  /** Decided here to commit: the shards that have not finished yet. */
  readonly #finishing = new Map<string, Set<string>>();
  /** How many looks each prepared transaction was seen at. */
  #doubts = new Map<string, number>();
  #count = 0;
  #ticks = 0;

  constructor(parts: ManagerParts) {
    this.#parts = parts;
  }

  /** The coordinator's own part is prepared first: a node that does not lead is refused there, and nobody else is bothered. */
  begin(id: number, { parts }: SpreadTransaction): void {
    const { name, shard, life, ask, reply } = this.#parts;
    const own = parts.find((part) => part.shard === shard);
    if (own === undefined)
      return reply(id, { ok: false, code: 'bad-request', message: `${name} has no part in the transaction` });
    const txn = `${name}.${life}.${++this.#count}`;
    const alone = parts.length === 1;
    if (!alone) this.#running.set(txn, { id, parts, votes: new Map(), ticks: 0, deciding: false });
    ask(
      { op: 'prepare', txn, coordinator: shard, operations: own.operations, alone, since: this.#since },
      (answer) => {
        if (isVote(answer)) this.#parts.watch(own.operations);
        if (alone)
          reply(
            id,
            answer.ok ? withResults(parts, new Map([[shard, answer.transaction?.results ?? []]])) : answer,
          );
        else if (this.#voted(txn, shard, answer)) this.#prepareOthers(txn);
      },
    );
  }

  onMessage(from: string, message: TwoPhaseMessage): void {
    const { shard, ask, send } = this.#parts;
    const { txn } = message;
    switch (message.type) {
      case '2pc-prepare': {
        const { coordinator, operations, since } = message;
        return ask({ op: 'prepare', txn, coordinator, operations, alone: false, since }, (reply) => {
          if (!isVote(reply)) return;
          this.#parts.watch(operations);
          send(from, { type: '2pc-vote', txn, shard, reply });
        });
      }
      case '2pc-vote':
        this.#voted(txn, message.shard, message.reply);
        return;
      case '2pc-finish':
        return ask({ op: 'finish', txn, commit: message.commit }, (reply) => {
          if (reply.ok) send(from, { type: '2pc-finished', txn, shard });
        });
      case '2pc-finished':
        return this.#finished(txn, message.shard);
      case '2pc-ask':
        return this.#tellOutcome(txn, message.shard, from);
    }
  }

  /** Now and then: sends again what may have been lost, gives up what takes too long, finishes what a dead node left. */
  tick(): void {
    for (const [txn, running] of [...this.#running]) {
      if (running.deciding) continue;
      running.ticks += 1;
      if (running.ticks > PATIENCE) this.#abort(txn, running, tooLate(running));
      else if (running.votes.size > 0) this.#prepareOthers(txn);
    }
    for (const [txn, shards] of this.#finishing) this.#tell(txn, true, shards);
    if (++this.#ticks % LOOK === 0)
      this.#parts.ask({ op: 'unfinished', at: 'leader' }, (reply) => this.#look(reply));
  }

  /** The least number of this life's transactions that are not over: they are begun in order, so that it comes first. */
  get #since(): number {
    const own = `${this.#parts.name}.${this.#parts.life}.`;
    let least = this.#count;
    for (const txn of [...this.#running.keys(), ...this.#finishing.keys()])
      if (txn.startsWith(own)) least = Math.min(least, Number(txn.slice(own.length)));
    return least;
  }

  #prepareOthers(txn: string): void {
    const running = this.#running.get(txn);
    const { shard: coordinator, nodesOf, send } = this.#parts;
    const since = this.#since;
    for (const { shard, operations } of running?.parts ?? [])
      if (!running?.votes.has(shard))
        for (const node of nodesOf(shard))
          send(node, { type: '2pc-prepare', txn, coordinator, operations, since });
  }

  /** Takes a vote; says whether the transaction goes on. */
  #voted(txn: string, shard: string, reply: Reply): boolean {
    const running = this.#running.get(txn);
    if (running === undefined || running.deciding) return false;
    if (!reply.ok) {
      this.#abort(txn, running, reply);
      return false;
    }
    running.votes.set(shard, reply.transaction?.results ?? []);
    if (running.votes.size === running.parts.length) this.#decide(txn, running);
    return true;
  }

  #decide(txn: string, running: Running): void {
    const { ask, reply } = this.#parts;
    running.deciding = true;
    const shards = running.parts.map((part) => part.shard);
    ask({ op: 'decide', txn, commit: true, shards }, (answer) => {
      this.#running.delete(txn);
      if (!answer.ok) return reply(running.id, answer);
      if (answer.transaction?.commit !== true) {
        this.#tell(txn, false, shards);
        return reply(running.id, conflict('it was given up, since a shard asked for its outcome'));
      }
      reply(running.id, withResults(running.parts, running.votes));
      this.#finishing.set(txn, new Set(shards));
      this.#tell(txn, true, shards);
    });
  }

  /** Nothing is written down: whoever asks will hear that it has not committed. */
  #abort(txn: string, running: Running, why: Refusal): void {
    this.#running.delete(txn);
    this.#parts.reply(running.id, why);
    this.#tell(
      txn,
      false,
      running.parts.map(({ shard }) => shard),
    );
  }

  #tell(txn: string, commit: boolean, shards: Iterable<string>): void {
    const { shard: own, ask, nodesOf, send } = this.#parts;
    for (const shard of [...shards])
      if (shard === own) ask({ op: 'finish', txn, commit }, (reply) => reply.ok && this.#finished(txn, own));
      else for (const node of nodesOf(shard)) send(node, { type: '2pc-finish', txn, commit });
  }

  #finished(txn: string, shard: string): void {
    const left = this.#finishing.get(txn);
    if (left === undefined) return;
    left.delete(shard);
    if (left.size > 0) return;
    this.#finishing.delete(txn);
    this.#parts.ask({ op: 'forget', txn }, () => undefined);
  }

  /** Somebody is in doubt. While votes are still coming in, there is nothing to tell. */
  #tellOutcome(txn: string, shard: string, to: string): void {
    if (this.#running.has(txn)) return;
    const { ask, send, name } = this.#parts;
    ask({ op: 'decide', txn, commit: false, shards: [shard] }, (reply) => {
      if (!reply.ok) return;
      this.#parts.sometimes('outcome-told-to-a-shard-in-doubt');
      const commit = reply.transaction?.commit === true;
      if (to === name) ask({ op: 'finish', txn, commit }, () => undefined);
      else send(to, { type: '2pc-finish', txn, commit });
    });
  }

  /** What the log says is unfinished: decisions that others have not carried out, and transactions in doubt. */
  #look(reply: Reply): void {
    if (!reply.ok) {
      // Whoever leads now will find it all in the log.
      this.#finishing.clear();
      this.#doubts.clear();
      return;
    }
    const { prepared = [], decided = [] } = reply.transaction ?? {};
    for (const { txn, shards } of decided)
      if (!this.#finishing.has(txn)) this.#finishing.set(txn, new Set(shards));
    const doubts = new Map<string, number>();
    for (const { txn, coordinator } of prepared) {
      if (this.#running.has(txn) || this.#finishing.has(txn)) continue;
      const looks = (this.#doubts.get(txn) ?? 0) + 1;
      doubts.set(txn, looks);
      if (looks >= DOUBTFUL) this.#resolve(txn, coordinator);
    }
    this.#doubts = doubts;
  }

  #resolve(txn: string, coordinator: string): void {
    const { shard, bug, nodesOf, send, ask, name } = this.#parts;
    if (bug === 'in-doubt-transaction-forgotten')
      return ask({ op: 'finish', txn, commit: false }, () => undefined);
    if (coordinator === shard) return this.#tellOutcome(txn, shard, name);
    for (const node of nodesOf(coordinator)) send(node, { type: '2pc-ask', txn, shard });
  }
}

/** Is this what the shard says, rather than one node that does not lead it? */
function isVote(reply: Reply): boolean {
  return reply.ok || reply.code === 'conflict' || reply.code === 'moved' || reply.code === 'moving';
}

function conflict(message: string): Refusal {
  return { ok: false, code: 'conflict', message };
}

function tooLate({ parts, votes }: Running): Refusal {
  const silent = parts.filter(({ shard }) => !votes.has(shard)).map(({ shard }) => shard);
  return conflict(`${silent.join(', ')} did not answer in time`);
}

/** What was read, part after part. */
function withResults(parts: readonly Part[], votes: ReadonlyMap<string, readonly (Fields | null)[]>): Reply {
  return { ok: true, transaction: { results: parts.flatMap(({ shard }) => votes.get(shard) ?? []) } };
}
