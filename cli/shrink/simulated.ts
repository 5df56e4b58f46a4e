import { canonicalJson } from '../../harness/history/dictionary.ts';
import { MemorySink } from '../../harness/history/writer.ts';
import { MILLISECOND, SECOND } from '../../harness/runtime/types.ts';
import type { History } from '../../harness/history/history.ts';
import { makeTrial, operationsOf, shows, type TrialResult } from '../lab/trial.ts';
import { simulateRun } from '../run/simulate.ts';
import type { ResolvedRun, RunConfig } from '../run/config.ts';
import { scriptOf } from '../scenario/record.ts';
import type { Script } from '../scenario/scenario.ts';
import { UsageError } from '../usage.ts';
import { heldFaults, namedBy, scheduleOfHeld, type Held } from './held.ts';
import { minimise } from './minimise.ts';

/** What is being shrunk: a run by name. */
export interface Candidate {
  readonly config: RunConfig;
  readonly script: Script;
}

export interface Size {
  readonly operations: number;
  readonly faults: number;
  readonly keys: number;
  readonly processes: number;
  readonly nodes: number;
  /** From the first operation to the last operation or fault, s. */
  readonly seconds: number;
}

export interface ShrunkRun extends Candidate {
  readonly anomaly: string;
  readonly explanation: string;
  readonly before: Size;
  readonly after: Size;
  /** Runs made, those refused as impossible included. */
  readonly runs: number;
  /** Operations of the whole history, final reads included, before and after. */
  readonly history: { readonly before: number; readonly after: number };
}

/** Other draws of network and disk that a candidate gets when its own do not show the anomaly: more where they are cheap. */
function otherSeeds(operations: number): number {
  if (operations > 4000) return 0;
  return operations > 500 ? 2 : 5;
}
const FIRST_SEEDS = 20;
/** Operations from which on a run is a long one. */
const LONG = 20_000;
/** How far from a fault, ms, and with how many draws each. */
const WINDOWS = [60, 300, 1000];
const WINDOW_SEEDS = 12;
/** What a run costs besides its operations, counted in operations; and what a node costs in a second, though nobody asks it. */
const OVERHEAD = 300;
const IDLE = 40;

/**
 * Makes a simulated run small, as long as the anomaly stays: fewer nodes, faults, keys, processes, operations, and
 * shorter intervals. Everything is decided by runs in a fixed order, so the same run shrinks to the same scenario.
 * @param budget operations that may be simulated in all, a run costing some besides its own, by the time it takes.
 * @throws UsageError when the anomaly does not come back by the run's operations at their times.
 */
export async function shrinkSimulated(run: ResolvedRun, anomaly: string, budget: number): Promise<ShrunkRun> {
  const shrinking = new Shrinking(anomaly, budget);
  const memory = new MemorySink();
  await simulateRun(run, memory);
  const history: History = memory.history();
  await shrinking.begin({ config: run.config, script: scriptOf(run, history) });
  await shrinking.all();
  const { best, shown } = shrinking;
  const { explanation } = shown.anomalies.find((one) => one.name === anomaly)!;
  return {
    ...best,
    anomaly,
    explanation,
    before: sizeOf({ config: run.config, script: shrinking.original }),
    after: sizeOf(best),
    runs: shrinking.runs,
    history: { before: operationsOf(history), after: shown.operations },
  };
}

class Shrinking {
  readonly #anomaly: string;
  #budget: number;
  readonly #known = new Map<string, boolean>();
  #best: Candidate | null = null;
  #shown: TrialResult | null = null;
  original: Script = { operations: [], faults: [] };
  runs = 0;

  constructor(anomaly: string, budget: number) {
    this.#anomaly = anomaly;
    this.#budget = budget;
  }

  get best(): Candidate {
    return this.#best!;
  }

  get shown(): TrialResult {
    return this.#shown!;
  }

  async begin(candidate: Candidate): Promise<void> {
    this.original = candidate.script;
    if (await this.#shows(candidate, FIRST_SEEDS)) return;
    throw new UsageError(
      `the run's operations at their times do not show ${this.#anomaly} again, with its seed or ${FIRST_SEEDS} others: ` +
        'shrink its history instead (alibi shrink RUN/history.jsonl)',
    );
  }

  async all(): Promise<void> {
    await this.#keyOfWitness();
    // Long runs are dear to make again and again, so that luck is tried first.
    if (this.best.script.operations.length >= LONG) await this.#aroundFault();
    await this.#nodes();
    await this.#faults();
    await this.#grouped((operation) => JSON.stringify(operation.key ?? null));
    await this.#grouped((operation) => String(operation.thread));
    await this.#operations();
    await this.#faults();
    await this.#intervals();
    await this.#concurrency();
    await this.#operations();
  }

  #over = (): boolean => this.#budget <= 0;

  /** Does it show the anomaly? Then it is the best so far. */
  async #shows(
    candidate: Candidate,
    others = otherSeeds(candidate.script.operations.length),
  ): Promise<boolean> {
    const { script, config } = candidate;
    const identity = canonicalJson({ config: JSON.stringify(config), script: JSON.stringify(script) });
    const known = this.#known.get(identity);
    if (known === false) return false;
    const [seed] = config.seed.split('~');
    const seeds = [config.seed, ...Array.from({ length: others }, (_, i) => `${seed}~${i + 1}`)];
    for (const other of new Set(seeds)) {
      if (this.#over()) return false;
      this.runs += 1;
      this.#budget -= costOf(candidate);
      const tried = { config: { ...config, seed: other }, script };
      const result = await makeTrial(tried).catch((error: unknown) => {
        if (error instanceof UsageError) return null;
        throw error;
      });
      if (result === null) break;
      if (!shows(result, this.#anomaly)) continue;
      this.#best = tried;
      this.#shown = result;
      return true;
    }
    this.#known.set(identity, false);
    return false;
  }

  /** Most anomalies are about one key. */
  async #keyOfWitness(): Promise<void> {
    const key = this.shown.anomalies.find(({ name }) => name === this.#anomaly)?.key;
    if (key === undefined) return;
    const same = JSON.stringify(key);
    await this.#withOperations(this.best.script.operations.filter((one) => JSON.stringify(one.key) === same));
  }

  /** One fault, and what was asked shortly before and after it came and went. */
  async #aroundFault(): Promise<void> {
    const { config, script } = this.best;
    for (const ms of WINDOWS)
      for (const held of heldFaults(script.faults)) {
        const times = held.map(({ at }) => at);
        const near = ({ at }: { readonly at: number }): boolean =>
          times.some((time) => Math.abs(at / MILLISECOND - time) <= ms);
        const faults = script.faults.filter(
          (fault) => held.includes(fault) || near({ at: fault.at * MILLISECOND }),
        );
        const operations = script.operations.filter(near);
        const candidate = {
          config: { ...config, nemesis: namedBy(config.nemesis, faults) },
          script: { operations, faults },
        };
        if (await this.#shows(candidate, WINDOW_SEEDS)) return;
      }
  }

  async #nodes(): Promise<void> {
    for (let nodes = this.best.config.nodes - 1; nodes >= 1; nodes--)
      if (!(await this.#shows({ ...this.best, config: { ...this.best.config, nodes } }))) return;
  }

  async #faults(): Promise<void> {
    await minimise(heldFaults(this.best.script.faults), (kept) => this.#withFaults(kept), this.#over);
  }

  #withFaults(kept: readonly Held[]): Promise<boolean> {
    const faults = scheduleOfHeld(kept);
    const { config, script } = this.best;
    const nemesis = namedBy(config.nemesis, faults);
    return this.#shows({ config: { ...config, nemesis }, script: { ...script, faults } });
  }

  /** Leaves out all operations of a group at once. */
  async #grouped(groupOf: (operation: Script['operations'][number]) => string): Promise<void> {
    const groups = [...new Set(this.best.script.operations.map(groupOf))];
    if (groups.length < 2) return;
    await minimise(
      groups,
      (kept) => {
        const named = new Set(kept);
        return this.#withOperations(this.best.script.operations.filter((one) => named.has(groupOf(one))));
      },
      this.#over,
    );
  }

  async #operations(): Promise<void> {
    await minimise(this.best.script.operations, (kept) => this.#withOperations(kept), this.#over);
  }

  #withOperations(operations: Script['operations']): Promise<boolean> {
    const { config, script } = this.best;
    return this.#shows({ config, script: { ...script, operations } });
  }

  /** Everything earlier, and then everything closer together. */
  async #intervals(): Promise<void> {
    const { operations, faults } = this.best.script;
    const first = Math.min(...operations.map(({ at }) => at), ...faults.map(({ at }) => at * MILLISECOND));
    if (Number.isFinite(first) && first > 0) await this.#timed((at) => at - first);
    for (let divisor = 2; divisor <= 16; divisor *= 2) if (!(await this.#timed((at) => at / 2))) return;
  }

  #timed(moved: (ns: number) => number): Promise<boolean> {
    const { config, script } = this.best;
    return this.#shows({
      config,
      script: {
        operations: script.operations.map((one) => ({ ...one, at: Math.floor(moved(one.at)) })),
        faults: script.faults.map((one) => ({
          ...one,
          at: Math.floor(moved(one.at * MILLISECOND) / MILLISECOND),
        })),
      },
    });
  }

  /** As many clients as are used, numbered from 0. */
  async #concurrency(): Promise<void> {
    const { config, script } = this.best;
    const used = [...new Set(script.operations.map(({ thread }) => thread))].sort((a, b) => a - b);
    const concurrency = Math.max(1, used.length);
    if (concurrency === config.concurrency) return;
    const operations = script.operations.map((one) => ({ ...one, thread: used.indexOf(one.thread) }));
    await this.#shows({ config: { ...config, concurrency }, script: { ...script, operations } });
  }
}

function costOf({ config, script: { operations, faults } }: Candidate): number {
  const last = Math.max(
    operations.reduce((latest, { at }) => Math.max(latest, at), 0),
    faults.reduce((latest, { at }) => Math.max(latest, at * MILLISECOND), 0),
  );
  return operations.length + OVERHEAD + Math.floor(last / SECOND) * config.nodes * IDLE;
}

function sizeOf({ config, script }: Candidate): Size {
  const { operations, faults } = script;
  const times = [...operations.map(({ at }) => at), ...faults.map(({ at }) => at * MILLISECOND)];
  const span =
    times.reduce((most, at) => Math.max(most, at), 0) - times.reduce((a, b) => Math.min(a, b), Infinity);
  return {
    operations: operations.length,
    faults: faults.filter(({ f }) => f === 'fault').length,
    keys: new Set(operations.map(({ key }) => JSON.stringify(key ?? null))).size,
    processes: new Set(operations.map(({ thread }) => thread)).size,
    nodes: config.nodes,
    seconds: times.length === 0 ? 0 : Math.round(span / 1e6) / 1000,
  };
}
