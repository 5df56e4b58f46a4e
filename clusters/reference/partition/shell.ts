import type { BugName } from '../bugs.ts';
import type { Effect, Input, Replica, Reply, TokenOf } from '../replica/types.ts';
import { Load } from './load.ts';
import type { PartitionRequest } from './requests.ts';
import { INDEXED, type IndexOptions } from './secondary/requests.ts';
import { IndexShipper, isIndexMessage, type IndexMessage } from './secondary/shipper.ts';
import { TransactionManager } from './two-phase/manager.ts';
import { isTwoPhase, type TwoPhaseMessage } from './two-phase/messages.ts';

/** Between shards; a shard's own replication has messages of its own. */
export type ShardMessage = TwoPhaseMessage | IndexMessage;

export interface ShellOptions {
  readonly name: string;
  readonly groups: readonly { readonly shard: string; readonly nodes: readonly string[] }[];
  readonly tokenOf: TokenOf;
  readonly index: IndexOptions;
  readonly bug: BugName | 'none';
  /** Tells this life of the node from others. */
  readonly life: number;
}

/**
 * Around a replica of any strategy that applies one log. Who owns what is in that log, where it is decided (`Partitions`,
 * beside the rows), and so is how far transactions over several shards have come; the shell talks to the other shards,
 * asks its own replica on their behalf, and watches how what this node serves is used.
 */
export class PartitionedReplica<Message extends { readonly type: string }> implements Replica<
  Message | ShardMessage
> {
  readonly #inner: Replica<Message>;
  readonly #tokenOf: TokenOf;
  readonly #load = new Load();
  readonly #manager: TransactionManager;
  readonly #shipper: IndexShipper | null;
  readonly #early: boolean;
  #out: Effect<Message | ShardMessage>[] = [];
  /** Questions of the shell's own have negative numbers. */
  readonly #asked = new Map<number, (reply: Reply) => void>();
  #questions = 0;
  /** Answers to such questions, which are heard when the step that gave them is over: effects keep their order. */
  #answers: (() => void)[] = [];
  #clock = 0;

  constructor(inner: Replica<Message>, { name, groups, tokenOf, index, bug, life }: ShellOptions) {
    this.#inner = inner;
    this.#tokenOf = tokenOf;
    const shard = groups.find(({ nodes }) => nodes.includes(name))?.shard ?? '';
    const parts = {
      name,
      shard,
      bug,
      life,
      nodesOf: (of: string) => groups.find((group) => group.shard === of)?.nodes ?? [],
      ask: (request: PartitionRequest, then: (reply: Reply) => void) => this.#ask(request, then),
      send: (to: string, message: ShardMessage) => this.#out.push({ kind: 'send', to, message }),
      reply: (id: number, reply: Reply) => this.#out.push({ kind: 'reply', id, reply }),
      sometimes: (mark: Extract<Effect<never>, { kind: 'sometimes' }>['mark']) =>
        this.#out.push({ kind: 'sometimes', mark }),
    };
    this.#manager = new TransactionManager({
      ...parts,
      watch: (operations) => operations.forEach(({ table, key }) => this.#count(table, key)),
    });
    const shards = groups.map((group) => group.shard);
    this.#shipper =
      index.mode === 'asynchronous' ? new IndexShipper({ ...parts, shards, field: index.field }) : null;
    this.#early = bug === 'index-before-base-durable';
  }

  step(input: Input<Message | ShardMessage>, clock: number): readonly Effect<Message | ShardMessage>[] {
    this.#out = [];
    this.#clock = clock;
    this.#take(input);
    for (let next = this.#answers.shift(); next !== undefined; next = this.#answers.shift()) next();
    return this.#out;
  }

  #take(input: Input<Message | ShardMessage>): void {
    if (input.kind === 'partition' && input.request.op === 'spread')
      return this.#manager.begin(input.id, input.request);
    if (input.kind === 'message') {
      const { from, message } = input;
      if (isTwoPhase(message)) return this.#manager.onMessage(from, message);
      if (isIndexMessage(message)) return this.#shipper?.onMessage(from, message);
      return this.#feed({ kind: 'message', from, message });
    }
    if (input.kind === 'request') this.#watch(input.request);
    this.#feed(input);
    if (input.kind !== 'timer') return;
    this.#manager.tick();
    this.#shipper?.tick();
  }

  #watch(request: Extract<Input<never>, { kind: 'request' }>['request']): void {
    if (request.op === 'scan') return;
    const { table, key } = request;
    this.#count(table, key);
    if (this.#early && table === INDEXED && request.op === 'write')
      this.#shipper?.sendEarly(key, request.fields);
  }

  #count(table: string, key: string): void {
    const token = this.#tokenOf(table, key);
    if (token !== null) this.#load.add(token, key);
  }

  #ask(request: PartitionRequest, then: (reply: Reply) => void): void {
    const id = -++this.#questions;
    this.#asked.set(id, then);
    this.#feed({ kind: 'partition', id, request });
  }

  #feed(input: Input<Message>): void {
    for (const effect of this.#inner.step(input, this.#clock)) {
      if (effect.kind === 'reply' && effect.id < 0) {
        const then = this.#asked.get(effect.id);
        this.#asked.delete(effect.id);
        if (then !== undefined) this.#answers.push(() => then(effect.reply));
      } else if (effect.kind === 'status')
        this.#out.push({ ...effect, status: { ...effect.status, partitions: this.#load.status } });
      else this.#out.push(effect);
    }
  }
}
