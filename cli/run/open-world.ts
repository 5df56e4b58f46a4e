import type { ResolvedRun } from './config.ts';
import type { Cluster } from '../../harness/cluster.ts';
import type { Timer } from '../../harness/history/writer.ts';
import type { Log } from '../../harness/hosts/types.ts';
import { realRuntime } from '../../harness/runtime/real.ts';
import type { Runtime } from '../../harness/runtime/types.ts';
import { virtualRuntime } from '../../harness/runtime/virtual.ts';
import { UsageError } from '../usage.ts';
import { hostFor } from './world.ts';

/** Where a run takes place: its time, its randomness and its cluster. */
export interface RunWorld {
  readonly runtime: Runtime;
  readonly cluster: Cluster;
  /** What the history's first line says, besides the format. */
  readonly header: { readonly run?: string };
  /** When the history's lines go to the file, at the latest. */
  readonly historyTimer: Timer;
  /** Makes time pass until `main` is done. */
  drive<T>(main: () => Promise<T>): Promise<T>;
  /** Where its nodes can be dialled, a line a port: none in memory. */
  addresses(): readonly string[];
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly runId: string;
  /** Where the nodes' directories go. */
  readonly directory: string;
  readonly log: Log;
}

export async function openWorld(run: ResolvedRun, options: WorldOptions): Promise<RunWorld> {
  return run.config.world === 'sim' ? simulatedWorld(run, options.log) : hostedWorld(run, options);
}

async function hostedWorld(run: ResolvedRun, { runId, directory, log }: WorldOptions): Promise<RunWorld> {
  const { world, seed } = run.config;
  const runtime = realRuntime(seed);
  const host = await hostFor(run, { runId, directory, runtime, log });
  const { nodeNames: nodes, settings } = run;
  try {
    return {
      runtime,
      cluster: run.cluster.create({ runId, world, nodes, settings, host, runtime, log }),
      header: { run: runId },
      historyTimer: runtime.clock,
      drive: (main) => main(),
      addresses: () =>
        host
          .addresses()
          .map(({ node, role, endpoint }) => `${node} ${role} ${endpoint.host}:${endpoint.port}`),
      close: () => host.close(),
    };
  } catch (error) {
    await host.close();
    throw error;
  }
}

/**
 * Everything in it hangs on the seed: the history says nothing of this run's name, nor of this machine.
 * @throws UsageError when the cluster has no simulation.
 */
export function simulatedWorld(run: ResolvedRun, log: Log): RunWorld {
  const { simulate, name } = run.cluster;
  if (!simulate) throw new UsageError(`${name} cannot be simulated`);
  const runtime = virtualRuntime(run.config.seed);
  return {
    runtime,
    cluster: simulate({ nodes: run.nodeNames, settings: run.settings, runtime, log }),
    header: {},
    // Virtual time is no reason to write: a batch that is full is.
    historyTimer: { after: () => () => undefined },
    drive: (main) => runtime.run(main),
    addresses: () => [],
    close: () => Promise.resolve(),
  };
}
