import type { Settled } from '../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { PostgresNode } from './node.ts';
import type { PostgresOperator } from './operator.ts';
import type { PostgresProcesses } from './processes.ts';
import type { Topology } from './topology.ts';

const STANDSTILL_MS = 5_000;
const POLL_MS = 100;

/**
 * Brings every node back and proves that all hold the same log: a marker row is written on the primary and then read
 * on each node. Never rejects: what is missing at the deadline is told.
 */
export class Settling {
  readonly #topology: Topology;
  readonly #operator: PostgresOperator;
  readonly #processes: PostgresProcesses;
  readonly #clock: Clock;
  #marker = 0;

  constructor(topology: Topology, operator: PostgresOperator, processes: PostgresProcesses, clock: Clock) {
    this.#topology = topology;
    this.#operator = operator;
    this.#processes = processes;
    this.#clock = clock;
  }

  async settle(deadlineMs: number): Promise<Settled> {
    const end = this.#clock.now() + deadlineMs * MILLISECOND;
    const left = () => Math.max(0, (end - this.#clock.now()) / MILLISECOND);
    const told: string[] = [];
    const primary = this.#topology.node(this.#topology.primary);
    try {
      await this.#revive(primary, left());
      await primary.until('a write to the primary', left(), () => this.#mark(primary));
      const standbys = this.#topology.nodes.filter((node) => node !== primary);
      await Promise.all(standbys.map((node) => this.#bringBack(node, left, told)));
      await this.#operator.listStandbys();
      await this.prove(left());
    } catch (error) {
      told.push(error instanceof Error ? error.message : String(error));
      return { settled: false, evidence: told.join('; '), unrecovered: await this.#silent() };
    }
    const names = this.#topology.nodes.map((node) => node.name).join(', ');
    told.unshift(`marker ${this.#marker}, written on ${primary.name}, was read on ${names}`);
    return { settled: true, evidence: told.join('; '), unrecovered: [] };
  }

  /** Writes the next marker and waits until every node shows it. @throws Error naming the node that does not */
  async prove(deadlineMs: number): Promise<void> {
    const { nodes, primary } = this.#topology;
    const writer = this.#topology.node(primary);
    await writer.until('a write to the primary', deadlineMs, () => this.#mark(writer));
    const shown = (node: PostgresNode) => this.#shows(node);
    await Promise.all(
      nodes.map((node) => node.until(`marker ${this.#marker}`, deadlineMs, () => shown(node))),
    );
  }

  async #revive(node: PostgresNode, ms: number): Promise<void> {
    await this.#processes.resume(node.name);
    if (!(await node.alive())) await node.start();
    await node.untilAnswering(ms);
  }

  /** By its own data if that still follows the primary's, else by a new copy. */
  async #bringBack(node: PostgresNode, left: () => number, told: string[]): Promise<void> {
    if (!this.#topology.deposed.has(node.name)) {
      await this.#revive(node, left()).catch(() => undefined);
      if ((await this.#follows(node, left())) || left() === 0) return;
    }
    await this.#operator.rejoin(node.name);
    told.push(`${node.name} was re-seeded from ${this.#topology.primary}`);
  }

  /**
   * Does it come to show the marker? A standby that had received more from an old primary than the new one kept seems
   * to stream, again and again, but never moves: no progress for {@link STANDSTILL_MS} is the end of patience.
   */
  async #follows(node: PostgresNode, ms: number): Promise<boolean> {
    const end = this.#clock.now() + ms * MILLISECOND;
    let moved = this.#clock.now();
    let position = '';
    while (this.#clock.now() < end && this.#clock.now() - moved < STANDSTILL_MS * MILLISECOND) {
      if (await this.#shows(node)) return true;
      const answer = await node.ask('SELECT pg_last_wal_replay_lsn()::text AS position');
      if (typeof answer?.position === 'string' && answer.position !== position) {
        position = answer.position;
        moved = this.#clock.now();
      }
      await this.#clock.sleep(POLL_MS * MILLISECOND);
    }
    return false;
  }

  /** Writes the next marker, without waiting for a standby: reading it there is the proof. */
  async #mark(primary: PostgresNode): Promise<boolean> {
    const next = this.#marker + 1;
    const text = 'INSERT INTO marker VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET n = excluded.n';
    return primary.query(text, [next]).then(
      () => {
        this.#marker = next;
        return true;
      },
      () => false,
    );
  }

  async #shows(node: PostgresNode): Promise<boolean> {
    const answer = await node.ask('SELECT n::int FROM marker WHERE id = 1');
    return answer?.n === this.#marker;
  }

  async #silent(): Promise<string[]> {
    const answers = await Promise.all(this.#topology.nodes.map((node) => node.ask('SELECT 1 AS one')));
    return this.#topology.nodes.filter((_, i) => answers[i] === null).map((node) => node.name);
  }
}
