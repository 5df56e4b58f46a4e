// Raft without a clock: in any order that asynchrony allows, messages arrive, are lost or doubled, timers fire, disks
// sync and nodes crash, by lot. What takes several accidents in the right half second of a simulated run (figure 8 of
// the paper, two votes of one node in one term) comes up here by itself; Raft's own promises say whether it was borne.
import { randomStream } from '../../../harness/runtime/random.ts';
import type { Json } from '../../../harness/history/event.ts';
import type { Random } from '../../../harness/runtime/types.ts';
import type { BugName } from '../bugs.ts';
import type { RaftMessage } from '../replica/raft/messages.ts';
import { Raft } from '../replica/raft/raft.ts';
import { ELECTION_TICKS } from '../replica/raft/timing.ts';
import type { Input, Reply } from '../replica/types.ts';
import { RaftInvariants } from './raft-invariants.ts';

export interface WalkOptions {
  readonly nodes: number;
  readonly steps: number;
  readonly preVote: boolean;
  readonly snapshotEvery: number;
  readonly bug: BugName | 'none';
  /** One in three requests is a read by read-index, which must see all that any node had applied when it was asked. */
  readonly reads?: boolean;
}

export interface Walked {
  /** The promise that was broken, and by what; null if none was. */
  readonly broken: string | null;
  /** Steps until then, or all. */
  readonly steps: number;
  /** Terms that had a leader, and entries that were applied somewhere. */
  readonly terms: number;
  readonly committed: number;
}

interface Node {
  raft: Raft;
  readonly disk: Json[];
  /** Appended and not synced yet. */
  pending: Json[];
  /** Synced since the start. */
  synced: number;
}

/** What happens next, and how often of so many: crashes are rare, deliveries are not. */
const CHANCES = [
  ['deliver', 560],
  ['tick', 180],
  ['sync', 160],
  ['write', 50],
  ['lose', 20],
  ['cut', 16],
  ['join', 24],
  ['hurry', 10],
  ['crash', 10],
] as const;
const ALL = CHANCES.reduce((sum, [, chance]) => sum + chance, 0);
/** Timer ticks of a node in a hurry: as many as it ever waits for a leader. */
const HURRY = 2 * ELECTION_TICKS;
/** One in so many messages arrives again later. */
const DOUBLED = 20;
/** No network holds more: the oldest are lost. */
const IN_FLIGHT = 60;

/** One walk of a cluster, by its seed. */
export function walkRaft(seed: string, options: WalkOptions): Walked {
  const invariants = new RaftInvariants();
  const walk = new Walk(randomStream(seed, 'raft-walk'), options, invariants);
  let [steps, broken]: [number, string | null] = [0, null];
  try {
    for (; steps < options.steps; steps++) walk.step();
  } catch (error) {
    broken = (error as Error).message;
  }
  return { broken, steps, terms: invariants.leaders.size, committed: invariants.committed.length };
}

class Walk {
  readonly #random: Random;
  readonly #options: WalkOptions;
  readonly #invariants: RaftInvariants;
  readonly #nodes = new Map<string, Node>();
  readonly #names: readonly string[];
  /** Whoever is cut off hears nobody, and nobody hears it. */
  readonly #cut = new Set<string>();
  #inFlight: { readonly from: string; readonly to: string; readonly message: RaftMessage }[] = [];
  #requests = 0;
  /** What reads that are not answered yet must see. */
  readonly #reads = new Map<number, number>();

  constructor(random: Random, options: WalkOptions, invariants: RaftInvariants) {
    this.#random = random;
    this.#options = options;
    this.#invariants = invariants;
    this.#names = Array.from({ length: options.nodes }, (_, i) => `n${i + 1}`);
    for (const name of this.#names) this.#start(name, []);
  }

  step(): void {
    let lot = this.#random.below(ALL);
    const [what] = CHANCES.find(([, chance]) => (lot -= chance) < 0) ?? CHANCES[0];
    const name = this.#random.pick(this.#names);
    switch (what) {
      case 'deliver':
        return this.#deliver();
      case 'lose':
        return void this.#takeMessage();
      case 'tick':
        return this.#take(name, { kind: 'timer' });
      case 'sync':
        return this.#sync(name);
      case 'write': {
        const id = ++this.#requests;
        if (this.#options.reads && this.#random.below(3) === 0) return this.#read(name, id);
        const request = { op: 'write', table: 't', key: 'k', fields: { value: id } } as const;
        return this.#take(name, { kind: 'request', id, request });
      }
      case 'cut':
        return void this.#cut.add(name);
      case 'join':
        return void this.#cut.delete(name);
      case 'hurry':
        for (let i = 0; i < HURRY; i++) this.#take(name, { kind: 'timer' });
        return;
      case 'crash':
        return this.#crash(name);
    }
  }

  #read(name: string, id: number): void {
    this.#reads.set(id, this.#invariants.committed.length - 1);
    const request = { op: 'read', table: 't', key: 'k', at: 'confirmed' } as const;
    this.#take(name, { kind: 'request', id, request });
  }

  /** Linearizable: not older than what anybody could have read before it was asked. */
  #answered(name: string, id: number, reply: Reply): void {
    const least = this.#reads.get(id);
    this.#reads.delete(id);
    if (least === undefined || !reply.ok || reply.position === undefined || reply.position.lsn >= least)
      return;
    throw new Error(
      `linearizable reads: ${name} answers from entry ${reply.position.lsn}, and ${least} was applied before`,
    );
  }

  #deliver(): void {
    const sent = this.#takeMessage();
    if (!sent || this.#cut.has(sent.to)) return;
    if (this.#random.below(DOUBLED) === 0) this.#inFlight.push(sent);
    this.#take(sent.to, { kind: 'message', from: sent.from, message: sent.message });
  }

  #takeMessage() {
    if (this.#inFlight.length === 0) return undefined;
    return this.#inFlight.splice(this.#random.below(this.#inFlight.length), 1)[0];
  }

  /** Of what waits for the disk some beginning is on it now. */
  #sync(name: string): void {
    const node = this.#node(name);
    if (node.pending.length === 0) return;
    const count = 1 + this.#random.below(node.pending.length);
    node.disk.push(...node.pending.splice(0, count));
    node.synced += count;
    this.#take(name, { kind: 'durable', count: node.synced });
  }

  /** Some beginning of what was not synced may survive; it starts again at once. */
  #crash(name: string): void {
    const { disk, pending } = this.#node(name);
    this.#start(name, [...disk, ...pending.slice(0, this.#random.below(pending.length + 1))]);
  }

  #start(name: string, disk: Json[]): void {
    const { preVote, snapshotEvery, bug } = this.#options;
    const raft = new Raft({
      name,
      peers: this.#names.filter((peer) => peer !== name),
      random: this.#random,
      confirm: 'read-index',
      isolation: 'strict-serializable',
      ...{ preVote, snapshotEvery, bug },
    });
    this.#nodes.set(name, { raft, disk, pending: [], synced: 0 });
    this.#take(name, { kind: 'start', records: [...disk], standby: false });
  }

  #take(name: string, input: Input<RaftMessage>): void {
    const node = this.#node(name);
    const effects = node.raft.step(input, 0);
    this.#invariants.observe(name, input, effects, node.raft.status);
    for (const effect of effects)
      if (effect.kind === 'append') node.pending.push(effect.record);
      else if (effect.kind === 'reply') this.#answered(name, effect.id, effect.reply);
      else if (effect.kind === 'send' && !this.#cut.has(name) && !this.#cut.has(effect.to))
        this.#inFlight.push({ from: name, to: effect.to, message: effect.message });
    if (this.#inFlight.length > IN_FLIGHT) this.#inFlight = this.#inFlight.slice(-IN_FLIGHT);
  }

  #node(name: string): Node {
    return this.#nodes.get(name) as Node;
  }
}
