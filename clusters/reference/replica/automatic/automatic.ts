import type { Json } from '../../../../harness/history/event.ts';
import type { Random } from '../../../../harness/runtime/types.ts';
import type { SingleLeaderMessage } from '../messages.ts';
import { Raft } from '../raft/raft.ts';
import type { RaftMessage } from '../raft/messages.ts';
import type { SingleLeaderOptions } from '../single-leader-parts.ts';
import { SingleLeader } from '../single-leader.ts';
import {
  HEARTBEAT_MS,
  type Command,
  type Effect,
  type Input,
  type Replica,
  type Reply,
  type Status,
} from '../types.ts';
import { Agent, type AgentOptions } from './agent.ts';
import type { AutomaticMessage } from './messages.ts';

export type AutomaticOptions = SingleLeaderOptions &
  Pick<AgentOptions, 'ttlMs' | 'maxLag'> & { readonly random: Random };

/** The two state machines of a node, which share its disk: a record says whose it is. */
type Part = 'store' | 'coordinator';

interface Kept {
  readonly part: Part;
  readonly record: Json;
}

/**
 * A single leader that is chosen by leases: on every node a store, an agent that decides whether it leads, and a
 * coordinator, a small Raft group that keeps one row, the lock (as Patroni beside etcd on the same machines).
 */
export class AutomaticFailover implements Replica<AutomaticMessage> {
  readonly #name: string;
  readonly #store: SingleLeader;
  readonly #coordinator: Raft;
  readonly #agent: Agent;
  #out: Effect<AutomaticMessage>[] = [];
  #clock = 0;
  /** Whose the records are that the disk has not confirmed yet, and how many of each it has. */
  readonly #pending: Part[] = [];
  #confirmed = 0;
  readonly #durable: Record<Part, number> = { store: 0, coordinator: 0 };
  #storeTimer = false;
  /** Our own questions have numbers below zero. */
  #questions = 0;
  readonly #asked = new Map<number, (answer: Reply) => void>();
  readonly #fenced = new Map<number, (status: Status) => void>();
  /** What follows from an answer: done once all that came with the answer has been carried out, in its order. */
  readonly #next: (() => void)[] = [];

  constructor(options: AutomaticOptions) {
    const { name, peers, random } = options;
    this.#name = name;
    this.#store = new SingleLeader(options);
    this.#coordinator = new Raft({
      name,
      peers,
      random,
      bug: 'none',
      confirm: 'read-index',
      isolation: 'strict-serializable',
      preVote: true,
      // A snapshot would take the store's records with it.
      snapshotEvery: Infinity,
    });
    this.#agent = new Agent(options, {
      status: () => this.#status(),
      promote: (epoch, members) => this.#command({ command: 'promote', epoch, members }),
      demote: () => this.#command({ command: 'demote' }),
      fence: (epoch, then) => this.#fence(epoch, then),
      readLock: (request, then) => this.#feedCoordinator({ kind: 'request', id: this.#ask(then), request }),
      swap: (change, then) => this.#swap(this.#ask(then), change),
      ask: (to, term, fence) => this.#send(to, { type: 'candidate', term, fence }),
      note: (text) => this.#out.push({ kind: 'note', text }),
    });
  }

  step(input: Input<AutomaticMessage>, clock: number): readonly Effect<AutomaticMessage>[] {
    this.#out = [];
    this.#clock = clock;
    switch (input.kind) {
      case 'start':
        this.#start(input.records);
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
      case 'command':
        if (input.command.command === 'transfer') this.#agent.giveUp();
        this.#feedStore({ kind: 'command', id: input.id, command: { command: 'status' } });
        break;
      case 'request':
      case 'part':
      case 'transaction':
      case 'partition':
        this.#feedStore(input);
        break;
    }
    for (let next = this.#next.shift(); next; next = this.#next.shift()) next();
    return this.#out;
  }

  #start(records: readonly Json[]): void {
    const of = (part: Part) =>
      (records as unknown as readonly Kept[]).flatMap((kept) => (kept.part === part ? [kept.record] : []));
    // Who leads is for the agent to say, whatever the log remembers.
    this.#feedStore({ kind: 'start', records: of('store'), standby: true });
    this.#feedCoordinator({ kind: 'start', records: of('coordinator'), standby: false });
    this.#out.push({ kind: 'timer', ms: HEARTBEAT_MS });
  }

  #tick(): void {
    this.#out.push({ kind: 'timer', ms: HEARTBEAT_MS });
    this.#feedCoordinator({ kind: 'timer' });
    this.#agent.tick();
    if (!this.#storeTimer) return;
    this.#storeTimer = false;
    this.#feedStore({ kind: 'timer' });
  }

  #onDurable(count: number): void {
    for (const part of this.#pending.splice(0, count - this.#confirmed)) this.#durable[part] += 1;
    this.#confirmed = count;
    this.#feedStore({ kind: 'durable', count: this.#durable.store });
    this.#feedCoordinator({ kind: 'durable', count: this.#durable.coordinator });
  }

  #onMessage(from: string, message: AutomaticMessage): void {
    switch (message.type) {
      case 'store':
        return this.#feedStore({ kind: 'message', from, message: message.message });
      case 'coordinator':
        return this.#feedCoordinator({ kind: 'message', from, message: message.message });
      case 'swap': {
        const id = this.#ask((reply) => this.#send(from, { type: 'swapped', id: message.id, reply }));
        return this.#feedCoordinator({ kind: 'request', id, request: message.change });
      }
      case 'swapped':
        return this.#answered(message.id, message.reply);
      case 'candidate': {
        const { term } = message;
        const answer = (status: Status) => this.#send(from, { type: 'standing', term, status });
        return message.fence ? this.#fence(term, answer) : answer(this.#status());
      }
      case 'standing':
        return this.#agent.standing(message.term, message.status);
    }
  }

  /** Swaps the lock at whoever leads the coordinator, as far as our part of it knows. */
  #swap(id: number, change: Extract<AutomaticMessage, { type: 'swap' }>['change']): void {
    const leader = this.#coordinator.status.leader ?? this.#name;
    if (leader === this.#name) this.#feedCoordinator({ kind: 'request', id, request: change });
    else this.#send(leader, { type: 'swap', id, change });
  }

  #ask(then: (reply: Reply) => void): number {
    const id = --this.#questions;
    this.#asked.set(id, then);
    return id;
  }

  #answered(id: number, reply: Reply): void {
    const then = this.#asked.get(id);
    if (!then) return;
    this.#asked.delete(id);
    this.#next.push(() => then(reply));
  }

  #fence(epoch: number, then: (status: Status) => void): void {
    const id = --this.#questions;
    this.#fenced.set(id, then);
    this.#feedStore({ kind: 'command', id, command: { command: 'fence', epoch } });
  }

  #command(command: Command): void {
    this.#feedStore({ kind: 'command', id: 0, command });
  }

  #status(): Status {
    const [effect] = this.#store.step({ kind: 'command', id: 0, command: { command: 'status' } });
    if (effect.kind !== 'status') throw new Error(`asked for its status, the store gave ${effect.kind}`);
    return effect.status;
  }

  #feedStore(input: Input<never> | Input<SingleLeaderMessage>): void {
    for (const effect of this.#store.step(input))
      if (effect.kind === 'timer') this.#storeTimer = true;
      else
        this.#carryOut('store', effect, (message) => ({
          type: 'store',
          message: message as SingleLeaderMessage,
        }));
  }

  #feedCoordinator(input: Input<never> | Input<RaftMessage>): void {
    for (const effect of this.#coordinator.step(input, this.#clock))
      if (effect.kind !== 'timer' && effect.kind !== 'sometimes')
        this.#carryOut('coordinator', effect, (message) => ({
          type: 'coordinator',
          message: message as RaftMessage,
        }));
  }

  #carryOut(
    part: Part,
    effect: Effect<SingleLeaderMessage | RaftMessage>,
    wrap: (message: SingleLeaderMessage | RaftMessage) => AutomaticMessage,
  ): void {
    switch (effect.kind) {
      case 'send':
        return this.#send(effect.to, wrap(effect.message));
      case 'append':
        this.#pending.push(part);
        this.#out.push({ kind: 'append', record: { part, record: effect.record } });
        return;
      case 'reply':
        if (effect.id < 0) return this.#answered(effect.id, effect.reply);
        this.#out.push(effect);
        return;
      case 'status': {
        const then = this.#fenced.get(effect.id);
        this.#fenced.delete(effect.id);
        if (then) this.#next.push(() => then(effect.status));
        else if (effect.id > 0) this.#out.push(effect);
        return;
      }
      case 'note':
        this.#out.push(part === 'store' ? effect : { kind: 'note', text: `coordinator: ${effect.text}` });
        return;
      case 'timer':
      case 'sometimes':
      case 'discarded':
        this.#out.push(effect);
    }
  }

  #send(to: string, message: AutomaticMessage): void {
    this.#out.push({ kind: 'send', to, message });
  }
}
