import type { Settled } from '../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';

const STANDSTILL_MS = 5_000;
const POLL_MS = 100;

/** What settling asks of a node. */
export interface SettlingNode {
  readonly name: string;
  alive(): Promise<boolean>;
  start(): Promise<void>;
  until(what: string, deadlineMs: number, probe: () => Promise<boolean>): Promise<void>;
  untilAnswering(deadlineMs: number): Promise<void>;
  answers(): Promise<boolean>;
  /** Writes the marker `n`, without waiting for a standby: reading it there is the proof. */
  mark(n: number): Promise<void>;
  /** The marker that it shows, null for none or when it does not answer. */
  marker(): Promise<number | null>;
  /** How far it has got, in words that change whenever it moves; null when it does not answer. */
  position(): Promise<string | null>;
}

/** What settling may do to a cluster. */
export interface Mending {
  readonly nodes: readonly SettlingNode[];
  readonly primary: string;
  readonly deposed: ReadonlySet<string>;
  resume(name: string): Promise<void>;
  /** Makes it a standby of the primary by a new copy. */
  rejoin(name: string): Promise<void>;
  /** Before the proof: what else has to be put right on a node that kept its data, and on the primary at the end. */
  standbyRevived(name: string): Promise<void>;
  standbysBack(): Promise<void>;
}

/**
 * Brings every node back and proves that all hold the same log: a marker row is written on the primary and then read
 * on each node. Never rejects: what is missing at the deadline is told.
 */
export class Settling {
  readonly #mending: Mending;
  readonly #clock: Clock;
  #marker = 0;

  constructor(mending: Mending, clock: Clock) {
    this.#mending = mending;
    this.#clock = clock;
  }

  async settle(deadlineMs: number): Promise<Settled> {
    const end = this.#clock.now() + deadlineMs * MILLISECOND;
    const left = () => Math.max(0, (end - this.#clock.now()) / MILLISECOND);
    const told: string[] = [];
    const primary = this.#primary();
    const { nodes } = this.#mending;
    try {
      await this.#revive(primary, left());
      await primary.until('a write to the primary', left(), () => this.#mark(primary));
      const standbys = nodes.filter((node) => node !== primary);
      await Promise.all(standbys.map((node) => this.#bringBack(node, left, told)));
      await this.#mending.standbysBack();
      // Who is late because the machine is must not be named beside who does not come.
      await this.prove(Math.max(STANDSTILL_MS, left()));
    } catch (error) {
      told.push(error instanceof Error ? error.message : String(error));
      const answers = await Promise.all(nodes.map((node) => node.answers()));
      const unrecovered = nodes.filter((_, i) => !answers[i]).map((node) => node.name);
      return { settled: false, evidence: told.join('; '), unrecovered };
    }
    const names = nodes.map((node) => node.name).join(', ');
    told.unshift(`marker ${this.#marker}, written on ${primary.name}, was read on ${names}`);
    return { settled: true, evidence: told.join('; '), unrecovered: [] };
  }

  /** Writes the next marker and waits until every node shows it. @throws Error naming the node that does not */
  async prove(deadlineMs: number): Promise<void> {
    const writer = this.#primary();
    await writer.until('a write to the primary', deadlineMs, () => this.#mark(writer));
    const shown = (node: SettlingNode) =>
      node.until(`marker ${this.#marker}`, deadlineMs, () => this.#shows(node));
    await Promise.all(this.#mending.nodes.map(shown));
  }

  #primary(): SettlingNode {
    const { nodes, primary } = this.#mending;
    return nodes.find((node) => node.name === primary)!;
  }

  async #revive(node: SettlingNode, ms: number): Promise<void> {
    await this.#mending.resume(node.name);
    if (!(await node.alive())) await node.start();
    await node.untilAnswering(ms);
  }

  /** By its own data if that still follows the primary's, else by a new copy. */
  async #bringBack(node: SettlingNode, left: () => number, told: string[]): Promise<void> {
    if (!this.#mending.deposed.has(node.name)) {
      await this.#revive(node, left())
        .then(() => this.#mending.standbyRevived(node.name))
        .catch(() => undefined);
      if ((await this.#follows(node, left())) || left() === 0) return;
    }
    await this.#mending.rejoin(node.name);
    told.push(`${node.name} was re-seeded from ${this.#mending.primary}`);
  }

  /**
   * Does it come to show the marker? A standby that had received more from an old primary than the new one kept seems
   * to stream, again and again, but never moves: no progress for {@link STANDSTILL_MS} is the end of patience.
   */
  async #follows(node: SettlingNode, ms: number): Promise<boolean> {
    const end = this.#clock.now() + ms * MILLISECOND;
    let moved = this.#clock.now();
    let known = '';
    while (this.#clock.now() < end && this.#clock.now() - moved < STANDSTILL_MS * MILLISECOND) {
      if (await this.#shows(node)) return true;
      const position = await node.position();
      if (position !== null && position !== known) {
        known = position;
        moved = this.#clock.now();
      }
      await this.#clock.sleep(POLL_MS * MILLISECOND);
    }
    return false;
  }

  async #mark(primary: SettlingNode): Promise<boolean> {
    const next = this.#marker + 1;
    return primary.mark(next).then(
      () => {
        this.#marker = next;
        return true;
      },
      () => false,
    );
  }

  async #shows(node: SettlingNode): Promise<boolean> {
    return (await node.marker()) === this.#marker;
  }
}
