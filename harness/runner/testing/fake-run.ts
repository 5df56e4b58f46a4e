import { fn } from '../../generator/operations.ts';
import type { Generator } from '../../generator/types.ts';
import type { EventInput } from '../../history/event.ts';
import type { HistorySink } from '../../history/sink.ts';
import type { Runtime } from '../../runtime/types.ts';
import { virtualRuntime } from '../../runtime/virtual.ts';
import { runCluster } from '../run.ts';
import type { Nemesis, Progress, RunInput, RunSummary } from '../types.ts';
import { FakeCluster, type Trouble } from './fake-cluster.ts';

export interface FakeRun {
  readonly summary: RunSummary;
  readonly events: readonly EventInput[];
  readonly cluster: FakeCluster;
  readonly progress: readonly Progress[];
}

export interface FakeOptions extends Partial<Omit<RunInput, 'cluster' | 'sink' | 'runtime'>> {
  readonly trouble?: Trouble | ((runtime: Runtime) => Trouble);
  readonly seed?: number;
}

/** Writes and reads of two registers, with values that are unique. */
export const readsAndWrites: Generator = fn(({ n, random }) =>
  random.chance(0.5) ? { f: 'write', key: random.below(2), value: n } : { f: 'read', key: random.below(2) },
);

/** A fake run in virtual time: one second of main, three workers, time-out 100 ms. */
export function virtualRun(options: FakeOptions = {}): Promise<FakeRun> {
  const runtime = virtualRuntime(options.seed ?? 1);
  return runtime.run(() => fakeRun(runtime, options));
}

export async function fakeRun(runtime: Runtime, options: FakeOptions = {}): Promise<FakeRun> {
  const { trouble = {}, ...others } = options;
  const cluster = new FakeCluster(runtime, typeof trouble === 'function' ? trouble(runtime) : trouble);
  const events: EventInput[] = [];
  const sink: HistorySink = {
    append: (event) => events.push(event) - 1,
    flush: async () => {},
    close: async () => {},
  };
  const progress: Progress[] = [];
  const summary = await runCluster({
    cluster,
    port: 'register',
    concurrency: 3,
    operationTimeoutMs: 100,
    warmUpMs: 50,
    mainMs: 1000,
    settleMs: 1000,
    clients: readsAndWrites,
    faults: null,
    final: null,
    log: silent,
    interrupt: new AbortController().signal,
    progress: (now) => progress.push(now),
    logsDirectory: 'logs',
    keep: false,
    ...others,
    sink,
    runtime,
  });
  return { summary, events, cluster, progress };
}

/** A nemesis that breaks nothing and says what it was asked. */
export class FakeNemesis implements Nemesis {
  readonly asked: string[] = [];
  #open = 0;

  async invoke({ f }: { readonly f: string }) {
    this.asked.push(f);
    if (f === 'heal') return this.healAll();
    const id = this.#open++;
    const value = { id, fault: 'kill:one', family: 'kill', targets: ['n2'], reached: true, evidence: 'gone' };
    return [{ f: 'fault', value } as const];
  }

  async healAll() {
    const ids = Array.from({ length: this.#open }, (_, id) => id);
    this.#open = 0;
    return ids.map((id) => ({ f: 'heal', value: { id, bit: true, evidence: 'was gone' } }) as const);
  }
}

const quiet = () => {};
export const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };
