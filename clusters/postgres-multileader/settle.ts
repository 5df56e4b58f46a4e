import type { Settled } from '../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { PostgresNode } from '../postgres/node.ts';
import { Skipping } from './subscriptions.ts';

const BETWEEN_LOOKS_MS = 50;

/**
 * Brings every leader back and proves that each has what was written at the others: a marker of each is read on all.
 * Never rejects: what is missing at the deadline is told.
 */
export class LeadersSettling {
  readonly #nodes: readonly PostgresNode[];
  readonly #clock: Clock;
  readonly #skipping: readonly Skipping[];
  #marker = 0;

  /** `skips`: may an apply worker that fails for ever be helped past what it fails at? */
  constructor(nodes: readonly PostgresNode[], skips: boolean, clock: Clock) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#skipping = skips ? nodes.map((node) => new Skipping(node, nodes)) : [];
  }

  async settle(
    revive: (node: PostgresNode, deadlineMs: number) => Promise<void>,
    deadlineMs: number,
  ): Promise<Settled> {
    const end = this.#clock.now() + deadlineMs * MILLISECOND;
    const left = () => Math.max(0, (end - this.#clock.now()) / MILLISECOND);
    try {
      await Promise.all(this.#nodes.map((node) => revive(node, left())));
      await this.prove(left());
    } catch (error) {
      const answers = await Promise.all(this.#nodes.map((node) => node.answers()));
      return {
        settled: false,
        evidence: `${error instanceof Error ? error.message : String(error)}${this.#passedOver()}`,
        unrecovered: this.#nodes.filter((_, i) => !answers[i]).map((node) => node.name),
      };
    }
    const names = this.#nodes.map((node) => node.name).join(', ');
    const evidence = `marker ${this.#marker} of each of ${names} was read on all of them${this.#passedOver()}`;
    return { settled: true, evidence, unrecovered: [] };
  }

  /** @throws Error naming the leader that lacks another one's marker */
  async prove(deadlineMs: number): Promise<void> {
    const end = this.#clock.now() + deadlineMs * MILLISECOND;
    const n = ++this.#marker;
    for (const [i, node] of this.#nodes.entries())
      await node.until('a write', deadlineMs, () => this.#mark(node, i, n));
    for (;;) {
      const lacking = await Promise.all(this.#nodes.map((node) => this.#lacks(node, n)));
      if (lacking.every((names) => names.length === 0)) return;
      if (this.#clock.now() >= end) {
        const told = this.#nodes.flatMap(({ name }, i) =>
          lacking[i].length === 0 ? [] : [`${name} lacks what ${lacking[i].join(' and ')} wrote last`],
        );
        const tails = await Promise.all(this.#nodes.map((node) => node.logTail(6)));
        throw new Error(`${told.join('; ')}; logs end:\n${tails.join('\n')}`);
      }
      if (this.#skipping.length > 0) {
        await Promise.all(this.#skipping.map((each) => each.skip().catch(() => undefined)));
        // A marker may have been among what was passed over.
        await Promise.all(this.#nodes.map((node, i) => this.#mark(node, i, n)));
      }
      await this.#clock.sleep(BETWEEN_LOOKS_MS * MILLISECOND);
    }
  }

  #mark(node: PostgresNode, i: number, n: number): Promise<boolean> {
    const text = 'INSERT INTO marker VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = excluded.n';
    return node.query(text, [i, n]).then(
      () => true,
      () => false,
    );
  }

  /** Whose marker `n` it does not show. */
  async #lacks(node: PostgresNode, n: number): Promise<string[]> {
    const { rows } = await node.query('SELECT id, n::int FROM marker').catch(() => ({ rows: [] }));
    const shown = new Map(rows.map((row) => [Number(row.id), Number(row.n)]));
    return this.#nodes.filter((_, i) => shown.get(i) !== n).map(({ name }) => name);
  }

  #passedOver(): string {
    const told = this.#skipping.map((each) => each.told).filter((text) => text !== '');
    return told.length === 0 ? '' : `; ${told.join('; ')}`;
  }
}
