import { join } from 'node:path';
import { readHistory } from '../../harness/history/reader.ts';
import type { World } from '../../harness/hosts/types.ts';
import { rateOf, type Rate } from '../../results/statistics/rates.ts';
import type { Outcome } from '../../results/outcome.ts';
import type { StoredRun } from '../../results/run-directory.ts';
import { judged } from '../check/finish.ts';
import { executeRun, type ExecuteOptions } from '../run/execute.ts';
import { scriptOf } from '../scenario/record.ts';
import { scriptedRun } from '../scenario/scenario.ts';
import { storedRun } from '../scenario/stored.ts';

/** How often what a real run showed came back. */
export interface Recurrence {
  /** The anomalies that broke the claim then, by name. */
  readonly anomalies: readonly string[];
  /** Runs that showed at least one of them again, with its 95 % interval. */
  readonly again: Rate;
  readonly runs: readonly {
    readonly directory: string;
    readonly outcome: Outcome;
    readonly found: readonly string[];
  }[];
}

export interface Repeat {
  readonly times: number;
  /** Where to make it again, if not where it was made: a simulated failure on real processes, for one. */
  readonly world?: World;
  readonly out: string;
  readonly execute: Omit<ExecuteOptions, 'directory' | 'id' | 'latest' | 'report'>;
  readonly progress: (text: string) => void;
}

/**
 * Makes a run again on real servers: the operations that it recorded, by the same clients at the same moments, and the
 * faults of its schedule. What the servers, the network and the machine add is not ours to repeat, so that it is counted.
 * @throws UsageError when the run cannot be had in that world.
 */
export async function replayReal(stored: StoredRun, repeat: Repeat): Promise<Recurrence> {
  const run = storedRun(stored);
  const { history } = await readHistory(stored.historyPath);
  const { document } =
    stored.results === null
      ? await judged({ meta: stored.meta, history, directory: stored.paths.path })
      : { document: stored.results };
  const anomalies = violationsOf(document);
  const script = run.script ?? scriptOf(run, history);
  const world = repeat.world ?? run.config.world;
  const scripted = { ...scriptedRun({ ...run.config, world }, script), claim: run.claim };
  const runs: Recurrence['runs'][number][] = [];
  for (let i = 1; i <= repeat.times && !repeat.execute.interrupt.aborted; i++) {
    const directory = join(repeat.out, `replay-${i}`);
    const id = `${stored.meta.id}-replay-${i}`;
    const made = await executeRun(scripted, {
      ...repeat.execute,
      directory,
      id,
      latest: false,
      report: 'unless-valid',
    });
    const found = violationsOf(made.document);
    runs.push({ directory, outcome: made.document.outcome, found });
    repeat.progress(`replay ${i} of ${repeat.times}: ${found.join(', ') || made.document.outcome}`);
  }
  const hits = runs.filter(({ found }) => found.some((name) => anomalies.includes(name))).length;
  return { anomalies, again: rateOf(hits, runs.length), runs };
}

function violationsOf(document: {
  readonly anomalies: readonly { readonly name: string; readonly status: string }[];
}): string[] {
  return document.anomalies.filter(({ status }) => status === 'violation').map(({ name }) => name);
}
