import type { ProcessControl, Settled } from '../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { StoreClient } from './client.ts';
import type { Coordinating } from './coordinating-client.ts';
import type { Fleet } from './fleet.ts';
import type { Leading } from './leading.ts';
import type { StoreOperator } from './operator.ts';
import { MARKER } from './partition/partitioning.ts';
import type { RaftMembership } from './raft-membership.ts';
import { leaderOf } from './raft-operator.ts';
import { pinned } from './routing.ts';
import { missing, settled } from './settle.ts';

export interface SettlingParts {
  readonly nodes: readonly string[];
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly leading: Leading;
  readonly operator: StoreOperator;
  readonly membership: RaftMembership | undefined;
  readonly coordinating: Coordinating;
  readonly processes: ProcessControl;
}

/** Brings every node back, ends what a fault has left open, and proves by a marker that all hold the same. */
export class StoreSettling {
  readonly #parts: SettlingParts;
  #markers = 0;

  constructor(parts: SettlingParts) {
    this.#parts = parts;
  }

  async settle(deadlineMs: number): Promise<Settled> {
    const { nodes, fleet, clock, leading, operator, membership } = this.#parts;
    const deadline = clock.now() + deadlineMs * MILLISECOND;
    const remaining = () => Math.max(0, (deadline - clock.now()) / MILLISECOND);
    for (const node of nodes) await this.#revive(node);
    const marker = ++this.#markers;
    let through: readonly string[] = leading.logged ? [leading.primary] : nodes;
    let unmarked = new Set(through);
    await fleet.until(remaining(), async () => {
      if (leading.operated) {
        await operator.reassert();
        await this.#demoteOthers();
      }
      // Who leads may change while we try.
      if (leading.elects) {
        const statuses = await fleet.statuses();
        const leader = leaderOf(statuses) ?? leading.primary;
        await membership?.readmit(nodes, statuses.get(leader));
        unmarked = new Set((through = [leader]));
      }
      for (const node of unmarked) if (await this.#mark(node, marker, remaining())) unmarked.delete(node);
      return unmarked.size === 0;
    });
    let left: readonly string[] = [];
    await fleet.until(remaining(), async () => (left = await this.missing()).length === 0);
    const answering = await fleet.statuses();
    const unrecovered = nodes.filter((node) => !answering.has(node) || unmarked.has(node));
    const evidence = `marker ${marker}, written through ${through.join(', ')}, has reached ${nodes.join(', ')}`;
    // As it was when it was looked at last: asked once more, a late message may have added an entry to somebody's log.
    return settled(evidence, left, unrecovered);
  }

  /** What keeps the nodes from being alike and at rest; nothing when they are. */
  async missing(): Promise<string[]> {
    const { nodes, fleet, leading, operator, coordinating } = this.#parts;
    const statuses = await fleet.statuses();
    const { underWay } = coordinating;
    if (underWay > 0) return [`${underWay} parts of clients’ operations are still under way`];
    if (!leading.elects) return missing(nodes, statuses, leading.operated ? operator.primary : null);
    const leader = leaderOf(statuses);
    return leader === null ? ['no node leads'] : missing(nodes, statuses, leader);
  }

  async #revive(node: string): Promise<void> {
    const { processes } = this.#parts;
    const state = await processes.state(node);
    if (state === 'stopped') await processes.resume(node);
    if (state === 'gone') await processes.restart(node);
  }

  /** Ends a split brain: whoever leads beside the primary is rewound by it. */
  async #demoteOthers(): Promise<void> {
    const { fleet, operator } = this.#parts;
    for (const { name, role } of [...(await fleet.statuses()).values()])
      if (role === 'leader' && name !== operator.primary)
        await fleet.ask(name, { command: 'demote' }).catch(() => undefined);
  }

  /** Writes the marker through this node; says whether it was acknowledged. */
  async #mark(node: string, marker: number, withinMs: number): Promise<boolean> {
    const { fleet, clock } = this.#parts;
    const late = new AbortController();
    const cancel = clock.after(Math.min(1000, withinMs) * MILLISECOND, () => late.abort());
    const client = new StoreClient(
      () => ({
        request: { op: 'write', table: MARKER, key: node, fields: { marker } },
        value: () => undefined,
      }),
      pinned(node),
      fleet,
    );
    try {
      return (await client.invoke({ f: 'write' }, late.signal)).type === 'ok';
    } finally {
      cancel();
      await client.close();
    }
  }
}
