import { createHash } from 'node:crypto';
import { reference } from '../../clusters/reference/definition.ts';
import { storeSettings } from '../../clusters/reference/settings.ts';
import { COSTS, otherwise, measure } from '../../clusters/reference/sim/costs.ts';
import type { Lockstep } from '../../clusters/reference/sim/lockstep.ts';
import { SCENARIOS } from '../../clusters/reference/sim/promptness.ts';
import { walkRaft } from '../../clusters/reference/sim/raft-walk.ts';
import { walkStore } from '../../clusters/reference/sim/store-walk.ts';
import { strategyOf } from '../../clusters/reference/strategy.ts';

/** What a check came to: all that is of interest, for a digest, and what the replicas were asked, sent and recorded. */
export interface Checked {
  readonly seen: unknown;
  readonly operations: number;
  readonly messages: number;
  readonly records: number;
}

/** Something that the store is held to which takes hundredths of a second, and no run. */
export interface Check {
  readonly name: string;
  /** @throws Error that says what it is held to, and does not do. */
  readonly check: () => Checked | Promise<Checked>;
}

/** Walks of one configuration in one check. */
const SEEDS = 2;
/** Of Raft, which has promises of its own: `steps` each. */
const RAFT_SEEDS = 6;
const STEPS = 30_000;

function counted(world: Lockstep, seen: unknown = null): Checked {
  const { answers, sent, appended, now } = world;
  return {
    seen: [seen, now, sent, appended, [...answers]],
    operations: answers.size,
    messages: sent,
    records: appended,
  };
}

const costs: readonly Check[] = COSTS.map((cost) => ({
  name: `what ${cost.asked[1]} at ${cost.asked[0]} of ${cost.configuration} costs`,
  check: () => {
    const measured = measure(cost);
    const problem = otherwise(cost, measured);
    if (problem !== null) throw new Error(problem);
    return { seen: measured, operations: 1, messages: measured.messages, records: measured.records };
  },
}));

const scenarios: readonly Check[] = SCENARIOS.map(({ name, play }) => ({
  name: `how soon ${name}`,
  check: async () => counted(await play()),
}));

/** What its nodes are told: clients that route their reads otherwise make no other replicas. */
function toldOf({ settings, nodes }: (typeof reference.configurations)[number]): string {
  return JSON.stringify([nodes, strategyOf(storeSettings(settings), 'n1')]);
}

const walks: readonly Check[] = reference.configurations
  .filter(({ settings }) => {
    const { partitioning, coordinator } = storeSettings(settings);
    return partitioning === 'none' && coordinator === 'node';
  })
  .filter((one, i, all) => all.findIndex((other) => toldOf(other) === toldOf(one)) === i)
  .map(({ name, nodes = 3 }) => ({
    name: `walks of ${name}`,
    check: () => {
      const all = Array.from({ length: SEEDS }, (_, i) => walkStore(name, nodes, String(i + 1)));
      const checked = all.map(({ world, digest }) => counted(world, digest));
      const sum = (of: 'operations' | 'messages' | 'records') =>
        checked.reduce((total, one) => total + one[of], 0);
      return {
        seen: checked,
        operations: sum('operations'),
        messages: sum('messages'),
        records: sum('records'),
      };
    },
  }));

const raftWalks: readonly Check[] = [3, 5].flatMap((nodes) =>
  [true, false].flatMap((preVote) =>
    [8, 50].map((snapshotEvery) => ({
      name: `walks of Raft without a clock: ${nodes} nodes, ${preVote ? 'pre-vote' : 'no pre-vote'}, snapshots every ${snapshotEvery}`,
      check: () => {
        const options = { nodes, preVote, snapshotEvery, steps: STEPS, bug: 'none', reads: true } as const;
        const walked = Array.from({ length: RAFT_SEEDS }, (_, i) => walkRaft(String(i + 1), options));
        const broken = walked.find((one) => one.broken !== null)?.broken;
        if (broken !== undefined && broken !== null) throw new Error(broken);
        const idle = walked.find(({ terms, committed }) => terms < 5 || committed < 5);
        if (idle)
          throw new Error(
            `progress: ${idle.terms} terms had a leader, ${idle.committed} entries were committed`,
          );
        return { seen: walked, operations: 0, messages: 0, records: 0 };
      },
    })),
  ),
);

export const CHECKS: readonly Check[] = [...costs, ...scenarios, ...walks, ...raftWalks];

export function digestOf(seen: unknown): string {
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 16);
}
