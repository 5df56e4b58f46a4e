// Makes runs of the suite with the sources beside it, which a mutation may have changed. The question comes as an
// argument, a JSON document; each run's answer goes to stdout as a line, so that what breaks the process breaks one run.
import { createHash } from 'node:crypto';
import { clusterOn } from '../../clusters/reference/partition/cluster.ts';
import type { Replica } from '../../clusters/reference/replica/types.ts';
import type { AnyMessage } from '../../clusters/reference/server/config.ts';
import { storeSettings } from '../../clusters/reference/settings.ts';
import { SimFleet } from '../../clusters/reference/sim/fleet.ts';
import { RaftInvariants } from '../../clusters/reference/sim/raft-invariants.ts';
import { strategyOn } from '../../clusters/reference/strategy.ts';
import type { SimulatedContext } from '../../clusters/types.ts';
import { eventLine, MemorySink } from '../../harness/history/writer.ts';
import type { Outcome } from '../../results/outcome.ts';
import { judgeRun } from '../check/judge-run.ts';
import { operationsOf } from '../lab/trial.ts';
import { resolveRun } from '../run/config.ts';
import { endOf, metaOf } from '../run/describe.ts';
import { simulateRun } from '../run/simulate.ts';
import { REACHED } from './mutants.ts';
import { digestOf, type Check } from './checks.ts';
import { suiteOf, type SuiteRun } from './suite.ts';

/** These runs of the suite of so many seeds, by number; all the same if none is named. */
export interface Question {
  readonly seeds: number;
  readonly runs: readonly number[] | null;
  /**
   * Digests of these runs with the sound sources: then not beyond the first run that is found out, nor beyond
   * {@link CONVINCED} that all came out the same.
   */
  readonly sound: readonly string[] | null;
  /** How many mutants there are, if the sources note which of them they come to. */
  readonly mutants: number;
}

/** A change that did not show in any check, nor in the first so many runs which came to it, will hardly show in the next. */
const CONVINCED = 12;

/** What became of one run. */
export interface Probed {
  readonly run: number;
  readonly name: string;
  readonly bug: string | null;
  /** A check, which takes next to nothing, not a run. */
  readonly check: boolean;
  readonly outcome: Outcome;
  readonly reason: string | null;
  /** Of the history, byte by byte; of a check, of all that was answered. */
  readonly digest: string;
  readonly operations: number;
  /** What the replicas sent and recorded. */
  readonly messages: number;
  readonly records: number;
  readonly reached: readonly number[];
  /** Of this process until then, user and system together. */
  readonly cpuMs: number;
}

/** The last line: the probe was not ended from outside, nor by a promise that nobody keeps. */
export const END = 'end';

/** Is this what a defect looks like? */
export function isCaught({ outcome }: Pick<Probed, 'outcome'>): boolean {
  return outcome === 'violation' || outcome === 'error' || outcome === 'unknown';
}

class HashedSink extends MemorySink {
  readonly #hash = createHash('sha256');

  override append(event: Parameters<MemorySink['append']>[0]): number {
    this.#hash.update(eventLine(event));
    return super.append(event);
  }

  digest(): string {
    return this.#hash.digest('hex').slice(0, 16);
  }
}

function cpuMs(): number {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return Math.round((userCPUTime + systemCPUTime) / 1000);
}

async function probe(one: Check | SuiteRun, run: number, mutants: number): Promise<Probed> {
  const reached = new Uint8Array(mutants);
  (globalThis as unknown as Record<string, Uint8Array>)[REACHED] = reached;
  const made = await ('check' in one ? checked(one) : simulated(one)).catch((error: unknown) =>
    broken(error),
  );
  const what = { run, name: one.name, bug: 'bug' in one ? one.bug : null, check: 'check' in one };
  return { ...what, ...made, reached: [...reached.keys()].filter((id) => reached[id] === 1), cpuMs: cpuMs() };
}

type Made = Omit<Probed, 'run' | 'name' | 'bug' | 'check' | 'reached' | 'cpuMs'>;

async function checked({ check }: Check): Promise<Made> {
  const { seen, ...counts } = await check();
  return { outcome: 'valid', reason: null, digest: digestOf(seen), ...counts };
}

/** Makes the run, each replica held to Raft's own promises where it is one of Raft. */
async function simulated({ config }: SuiteRun): Promise<Made> {
  const counted = { send: 0, append: 0 };
  const plain = resolveRun(config);
  const invariants = plain.settings.strategy === 'raft' ? new RaftInvariants() : null;
  const watched = (node: string, replica: Replica<AnyMessage>): Replica<AnyMessage> => {
    const held = invariants ? invariants.watched(node, replica) : replica;
    return {
      step: (input, clock) => {
        const effects = held.step(input, clock);
        for (const { kind } of effects) if (kind === 'send' || kind === 'append') counted[kind]++;
        return effects;
      },
    };
  };
  const simulate = (context: SimulatedContext) =>
    clusterOn(
      context,
      new SimFleet(context, strategyOn(storeSettings(context.settings), context.nodes), watched),
    );
  const resolved = { ...plain, cluster: { ...plain.cluster, simulate } };
  const sink = new HashedSink();
  const summary = await simulateRun(resolved, sink);
  const history = sink.history();
  const judged = await judgeRun({ ...metaOf(resolved, 'probe'), ...endOf(summary) }, history, null);
  return {
    outcome: judged.outcome,
    reason: judged.reasons[0] ?? null,
    digest: sink.digest(),
    operations: operationsOf(history),
    messages: counted.send,
    records: counted.append,
  };
}

/** A replica that throws, or breaks a promise of Raft's, ends its run; what fails a check says so. */
function broken(error: unknown): Made {
  return { outcome: 'error', reason: String(error), digest: '', operations: 0, messages: 0, records: 0 };
}

async function answer({ seeds, runs, sound, mutants }: Question): Promise<void> {
  const suite = suiteOf(seeds);
  const numbers = runs ?? [...suite.keys()];
  let [differs, made] = [false, 0];
  for (const [i, run] of numbers.entries()) {
    const probed = await probe(suite[run], run, mutants);
    process.stdout.write(`${JSON.stringify(probed)}\n`);
    if (sound === null) continue;
    differs ||= probed.digest !== sound[i];
    if (!probed.check) made += 1;
    if (isCaught(probed) || (made >= CONVINCED && !differs)) break;
  }
  process.stdout.write(`${END}\n`);
}

const [, path, question] = process.argv;
if (path.endsWith('probe.js') && question !== undefined)
  answer(JSON.parse(question) as Question).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
