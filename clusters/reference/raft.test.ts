import { describe, expect, it } from 'vitest';
import { judgeRun } from '../../cli/check/judge-run.ts';
import { resolveRun } from '../../cli/run/config.ts';
import { describeRun } from '../../cli/run/describe.ts';
import { simulateRun } from '../../cli/run/simulate.ts';
import { MemorySink } from '../../harness/history/writer.ts';
import type { RunMeta } from '../../results/run-meta.ts';
import type { Setting } from '../types.ts';
import { ReferenceCluster } from './cluster.ts';
import { storeSettings } from './settings.ts';
import { strategyOf } from './strategy.ts';
import { SimFleet } from './sim/fleet.ts';
import { RaftInvariants } from './sim/raft-invariants.ts';

const SEEDS = Array.from({ length: Number(process.env.ALIBI_SEEDS ?? 8) }, (_, i) => String(i + 1));

interface Request {
  readonly configuration: string;
  readonly workload: string;
  readonly nemesis: string;
  readonly seed: string;
  readonly nodes?: number;
  readonly settings?: Readonly<Record<string, Setting>>;
}

/** A run whose replicas are held to Raft's own invariants after every step, judged as any run is. */
async function watched(request: Request) {
  const invariants = new RaftInvariants();
  const plain = resolveRun({
    cluster: 'reference',
    world: 'sim',
    time: 8,
    faultFor: 2,
    rate: 150,
    ...request,
  });
  const run = {
    ...plain,
    cluster: {
      ...plain.cluster,
      simulate: (context: ConstructorParameters<typeof ReferenceCluster>[0]) => {
        const strategy = strategyOf(storeSettings(context.settings), context.nodes[0]);
        return new ReferenceCluster(context, new SimFleet(context, strategy, invariants.watched));
      },
    },
  };
  const sink = new MemorySink();
  const { error } = await simulateRun(run, sink);
  const meta = { ...describeRun(run), ...(error === null ? {} : { error: error.message }) } as RunMeta;
  return { invariants, judged: await judgeRun(meta, sink.history(), null) };
}

const FAULTS = [
  'partition:primary',
  'kill:primary',
  'pause:primary',
  'partition:halves,kill:one',
  'failover',
  'kill:all',
  'partition:one:in,pause:one',
  'partition:primary,kill:minority',
  'restart-then-promote',
  'clock:one:-5s,partition:primary',
  'kill:majority,partition:one:out',
  'failover,partition:primary',
  'pause:minority,kill:primary',
  'membership:one',
  'membership:primary,loss:all:5%',
];
/** Few seeds, too, see all kinds of faults. */
const STEP = 4;
const WORKLOADS = ['register', 'session', 'set'];

describe('Raft', () => {
  for (const [configuration, seeds] of [
    ['raft', SEEDS],
    ['raft-lease-reads', SEEDS.slice(0, 13)],
    ['raft-follower-reads', SEEDS.slice(0, 13)],
    ['raft-stale-reads', SEEDS.slice(0, 13)],
    ['raft-token', SEEDS.slice(0, 4)],
    ['raft-own', SEEDS.slice(0, 4)],
  ] as const)
    it(`${configuration} keeps its claim, and Raft's invariants, under every fault it tolerates`, async () => {
      let [steps, elections] = [0, 0];
      for (const [i, seed] of seeds.entries()) {
        const [nemesis, workload] = [FAULTS[(i * STEP) % FAULTS.length], WORKLOADS[i % WORKLOADS.length]];
        const nodes = i % 2 === 0 ? 3 : 5;
        const request = { configuration, workload, nemesis, nodes, seed, settings: { snapshotEvery: 50 } };
        const { invariants, judged } = await watched(request);
        const { outcome, reasons } = judged;
        expect({ outcome, reasons, ...request }).toEqual({ outcome: 'valid', reasons: [], ...request });
        steps += invariants.steps;
        elections += invariants.leaders.size;
      }
      expect(steps).toBeGreaterThan(seeds.length * 5000);
      expect(elections).toBeGreaterThan(seeds.length);
    }, 180_000);
});
