// The replicas of a cluster in a world of whole milliseconds: a message takes one, a sync of a disk takes one, work takes
// none, and timers are exact. What an operation costs can be counted here: delays one after another, messages, records.
// In a rough world each takes some more by lot, and messages are lost and doubled.
import type { Json } from '../../../harness/history/event.ts';
import { randomStream } from '../../../harness/runtime/random.ts';
import type { Random } from '../../../harness/runtime/types.ts';
import type { MarkName } from '../marks.ts';
import type { Command, Discarded, Effect, Input, Replica, Reply, Request, Status } from '../replica/types.ts';
import { createReplica, type AnyMessage } from '../server/config.ts';
import { storeSettings, type StoreSettings } from '../settings.ts';
import { strategyOn } from '../strategy.ts';
import type { Setting } from '../../types.ts';

interface Node {
  readonly name: string;
  readonly random: Random;
  replica: Replica<AnyMessage> | null;
  /** What would be found after a crash. */
  disk: string[];
  /** Appended and not synced yet, and when. */
  unsynced: { readonly record: Json; readonly at: number }[];
  /** Records synced since the start. */
  synced: number;
  syncing: boolean;
  /** Counts its processes: what was meant for an earlier one is void. */
  life: number;
  timer: number;
  /** The tokens (see {@link tokenOf}) in all that its disk has ever held. */
  readonly tokens: Set<string>;
}

export interface Answer {
  readonly at: number;
  readonly reply: Reply;
  /** So many disks held the token of the request when it was answered. */
  readonly disks: number;
}

const ROUGH = { message: 12, sync: 8, late: 80, oneIn: 24 };

/** What a write puts into its row, for the disks to be searched for. */
export function tokenOf(id: number): string {
  return `<${id}>`;
}

export class Lockstep {
  /** ms. */
  now = 0;
  /** Messages and records until now. */
  sent = 0;
  appended = 0;
  /** Lots decide how long things take, and what gets lost. */
  rough = false;
  readonly names: readonly string[];
  readonly settings: StoreSettings;
  readonly answers = new Map<number, Answer>();
  readonly obeyed = new Map<number, Status>();
  /** What deposed leaders gave up. */
  readonly discarded: Discarded[] = [];
  /** Rare states that were said to be reached. */
  readonly marks = new Set<MarkName>();
  readonly #random: Random;
  readonly #nodes = new Map<string, Node>();
  readonly #make: (node: Node) => Replica<AnyMessage>;
  readonly #dress: (name: string, replica: Replica<AnyMessage>) => Replica<AnyMessage>;
  readonly #due = new Map<number, (() => void)[]>();
  readonly #cut = new Set<string>();
  /** By node: how much later, in ms, everything reaches it. */
  readonly #slow = new Map<string, number>();
  /** By node: how many ms its clock is ahead. */
  readonly #clocks = new Map<string, number>();
  #ids = 0;

  /** `dress`: what is put around every replica, to look at what it does. */
  constructor(
    seed: string,
    nodes: number,
    settings: Readonly<Record<string, Setting>>,
    dress: (name: string, replica: Replica<AnyMessage>) => Replica<AnyMessage> = (_name, replica) => replica,
  ) {
    this.names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
    this.settings = storeSettings(settings);
    this.#random = randomStream(seed, 'lockstep');
    this.#dress = dress;
    const strategy = strategyOn(this.settings, this.names);
    this.#make = ({ name, random }) =>
      createReplica(
        name,
        this.names.filter((peer) => peer !== name),
        strategy,
        random,
      );
    for (const name of this.names) {
      const empty = { replica: null, disk: [], unsynced: [], synced: 0, syncing: false };
      const random = this.#random.fork(name);
      this.#nodes.set(name, { name, random, ...empty, life: 0, timer: 0, tokens: new Set() });
    }
    for (const name of this.names) this.start(name);
  }

  /** Nodes that run. */
  get running(): readonly string[] {
    return this.names.filter((name) => this.#node(name).replica !== null);
  }

  start(name: string, standby = false): void {
    const node = this.#node(name);
    if (node.replica !== null) return;
    node.replica = this.#dress(name, this.#make(node));
    this.#take(node, { kind: 'start', records: node.disk.map((text) => JSON.parse(text) as Json), standby });
  }

  /** A power cut: of what was not synced, nothing is left; in a rough world some of the beginning may be. */
  crash(name: string): void {
    const node = this.#node(name);
    const kept = this.rough ? this.#random.below(node.unsynced.length + 1) : 0;
    this.#keep(node, kept);
    Object.assign(node, { replica: null, unsynced: [], synced: 0, syncing: false, life: node.life + 1 });
  }

  /** Nobody hears this node any more, and it hears nobody. */
  cut(name: string): void {
    this.#cut.add(name);
  }

  join(name: string): void {
    this.#cut.delete(name);
  }

  /** Everything that is sent to this node from now on reaches it so many ms later. */
  slow(name: string, ms: number): void {
    this.#slow.set(name, ms);
  }

  /** Sets a node's clock wrong by so many ms. */
  setClock(name: string, ms: number): void {
    this.#clocks.set(name, ms);
  }

  /** Asks a node something; the answer will be found under the number. */
  ask(name: string, request: Request | ((id: number) => Request)): number {
    const id = ++this.#ids;
    const asked = typeof request === 'function' ? request(id) : request;
    this.#take(this.#node(name), { kind: 'request', id, request: asked });
    return id;
  }

  /** A write of its own row, which the disks can be searched for. */
  write(name: string): number {
    return this.ask(name, (id) => ({
      op: 'write',
      table: 't',
      key: `k${id}`,
      fields: { value: tokenOf(id) },
    }));
  }

  /** Gives a node an order; how it stands when it has obeyed will be found under the number. */
  command(name: string, command: Command): number {
    const id = ++this.#ids;
    this.#take(this.#node(name), { kind: 'command', id, command });
    return id;
  }

  /** How the nodes that run stand. */
  statuses(): ReadonlyMap<string, Status> {
    const asked = this.running.map((name) => [name, this.command(name, { command: 'status' })] as const);
    return new Map(asked.map(([name, id]) => [name, this.obeyed.get(id) as Status]));
  }

  /** Goes on for so many ms. */
  run(ms: number): void {
    for (const end = this.now + ms; this.now < end;) {
      this.now += 1;
      const due = this.#due.get(this.now) ?? [];
      this.#due.delete(this.now);
      for (const happen of due) happen();
    }
  }

  /** Goes on until it holds: so many ms, or null if it does not within `most`. */
  until(holds: () => boolean, most: number): number | null {
    const began = this.now;
    while (!holds()) {
      if (this.now - began >= most) return null;
      this.run(1);
    }
    return this.now - began;
  }

  #take(node: Node, input: Input<AnyMessage>): void {
    if (node.replica === null) return;
    const clock = 1_000_000_000 + (this.now + (this.#clocks.get(node.name) ?? 0)) * 1000;
    for (const effect of node.replica.step(input, clock)) this.#carryOut(node, effect);
  }

  #carryOut(node: Node, effect: Effect<AnyMessage>): void {
    const { name } = node;
    switch (effect.kind) {
      case 'send':
        this.sent += 1;
        return this.#send(name, effect.to, effect.message);
      case 'append':
        this.appended += 1;
        node.unsynced.push({ record: effect.record, at: this.now });
        return this.#sync(node);
      case 'reply': {
        const { id, reply } = effect;
        if (this.answers.has(id)) throw new Error(`${name} answers request ${id} twice`);
        const disks = [...this.#nodes.values()].filter(({ tokens }) => tokens.has(tokenOf(id))).length;
        this.answers.set(id, { at: this.now, reply, disks });
        return;
      }
      case 'status':
        this.obeyed.set(effect.id, effect.status);
        return;
      case 'sometimes':
        this.marks.add(effect.mark);
        return;
      case 'discarded':
        this.discarded.push(...effect.changes);
        return;
      case 'note':
        return;
      case 'timer': {
        const timer = ++node.timer;
        const { life } = node;
        return this.#later(effect.ms, () => {
          if (node.life === life && node.timer === timer) this.#take(node, { kind: 'timer' });
        });
      }
    }
  }

  #send(from: string, to: string, message: AnyMessage): void {
    if (this.#cut.has(from) || this.#cut.has(to)) return;
    const lot = this.rough ? this.#random.below(ROUGH.oneIn) : ROUGH.oneIn;
    if (lot === 0) return;
    // As on a wire: no two nodes share an object.
    const text = JSON.stringify(message);
    const arrive = (): void => {
      if (this.#cut.has(to)) return;
      this.#take(this.#node(to), { kind: 'message', from, message: JSON.parse(text) as AnyMessage });
    };
    const slow = this.#slow.get(to) ?? 0;
    this.#later(slow + this.#takes(ROUGH.message) + (lot === 1 ? this.#random.below(ROUGH.late) : 0), arrive);
    if (lot === 2) this.#later(this.#takes(ROUGH.late), arrive);
  }

  /** What is appended while the disk is at work waits for the next time. */
  #sync(node: Node): void {
    if (node.syncing || node.unsynced.length === 0) return;
    node.syncing = true;
    const { life } = node;
    const began = this.now;
    this.#later(this.#takes(ROUGH.sync), () => {
      if (node.life !== life) return;
      node.syncing = false;
      node.synced += this.#keep(node, node.unsynced.filter(({ at }) => at <= began).length);
      this.#take(node, { kind: 'durable', count: node.synced });
      this.#sync(node);
    });
  }

  #keep(node: Node, count: number): number {
    for (const { record } of node.unsynced.splice(0, count)) {
      const text = JSON.stringify(record);
      node.disk.push(text);
      for (const [token] of text.matchAll(/<\d+>/g)) node.tokens.add(token);
    }
    return count;
  }

  #takes(most: number): number {
    return this.rough ? 1 + this.#random.below(most) : 1;
  }

  #later(ms: number, happen: () => void): void {
    const at = this.now + ms;
    const due = this.#due.get(at);
    if (due) due.push(happen);
    else this.#due.set(at, [happen]);
  }

  #node(name: string): Node {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`no node named ${name}`);
    return node;
  }
}
