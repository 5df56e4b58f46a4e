import { faultSpan, type ResolvedRun } from './config.ts';
import { lazily, type KeysUsed } from './keys-used.ts';
import type { RunWorld } from './open-world.ts';
import { scripted } from '../../harness/generator/scripted.ts';
import type { Generator } from '../../harness/generator/types.ts';
import type { RunInput } from '../../harness/runner/types.ts';
import { FAULTS } from '../../nemesis/registry.ts';
import { FaultNemesis } from '../../nemesis/nemesis.ts';
import type { Random } from '../../harness/runtime/types.ts';
import { planFaults, scheduleOf, type Planned } from '../../nemesis/schedule.ts';
import { parseTimetable, planOfTimetable } from '../../nemesis/timetable.ts';
import type { WorkloadContext } from '../../workloads/types.ts';

/** How long a database may take to come back and catch up after the last heal, ms. */
const SETTLE_MS = 30_000;
const WARM_UP_MS = 1000;

export type Surroundings = Pick<RunInput, 'log' | 'interrupt' | 'progress' | 'logsDirectory' | 'keep'>;

/** All that the runner needs to make this run in this world. */
export function inputOf(
  run: ResolvedRun,
  { cluster, runtime }: Pick<RunWorld, 'cluster' | 'runtime'>,
  keys: KeysUsed,
  surroundings: Surroundings,
): RunInput {
  const { config } = run;
  const context = {
    nodes: run.nodeNames,
    copies: run.cluster.split?.(run.settings) === true ? [] : run.nodeNames,
    concurrency: config.concurrency,
    rate: config.rate === 0 ? null : config.rate,
    keys: config.keys,
    transactionSize: config.transactionSize,
  };
  return {
    cluster,
    port: run.workload.port,
    concurrency: config.concurrency,
    operationTimeoutMs: config.operationTimeout * 1000,
    warmUpMs: WARM_UP_MS,
    mainMs: config.time * 1000,
    settleMs: SETTLE_MS,
    clients: run.script ? scripted(run.script.operations) : run.workload.main(context),
    faults:
      run.faults.length === 0
        ? null
        : {
            nemesis: new FaultNemesis(run.faults, FAULTS, cluster, runtime, surroundings.log),
            schedule: scheduleOf(planOf(run, runtime.random)),
          },
    final: finalReads(run, context, keys),
    sink: keys,
    runtime,
    ...surroundings,
  };
}

/** When which fault begins and ends: by its script, or as its options and its seed say. */
export function planOf(run: ResolvedRun, random: (stream: string) => Random): readonly Planned[] {
  const { timetable } = run.config;
  if (run.script) return run.script.faults;
  if (timetable !== undefined) return planOfTimetable(parseTimetable(timetable));
  return planFaults(run.faults, schedule(run), random);
}

function finalReads(run: ResolvedRun, context: WorkloadContext, keys: KeysUsed): Generator | null {
  const final = run.workload.final;
  return final === undefined ? null : lazily(() => final(context, keys.used()));
}

function schedule({ config }: ResolvedRun) {
  return { everyMs: config.faultEvery * 1000, forMs: config.faultFor * 1000, ...faultSpan(config) };
}
