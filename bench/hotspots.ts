// Hot spots and what helps: throughput, latency and skew of the reference store in simulation, under three loads and the
// remedies against each. tsx bench/hotspots.ts prints the table of docs/partitioning.md.
import { judgeRun } from '../cli/check/judge-run.ts';
import { resolveRun } from '../cli/run/config.ts';
import { describeRun } from '../cli/run/describe.ts';
import { simulateRun } from '../cli/run/simulate.ts';
import { OK, type History } from '../harness/history/history.ts';
import { MemorySink } from '../harness/history/writer.ts';
import type { RunMeta } from '../results/run-meta.ts';

/** A node works 500 µs on a request, so that a shard of one node answers 2,000 a second at most. */
const COMMON = { serviceTime: 500, partitionKey: 'first' } as const;
const TIME = 12;
/** What happens before is for remedies to take hold. */
const WARM = 6e9;
const CLIENTS = 48;
const SEED = '1';

type Remedy = readonly [
  what: string,
  configuration: string,
  settings: Readonly<Record<string, string | number>>,
];
const RANGE = 'partitioned-range';
const REMEDIES: readonly Remedy[] = [
  ['none: ranges', RANGE, {}],
  ['hash instead of range (ring)', 'partitioned-ring', {}],
  ['salting, 10 places', RANGE, { salt: 10 }],
  ['split by load', RANGE, { splitLoad: 800 }],
  ['dedicated partition', RANGE, { dedicate: 100 }],
  ['split by load and dedicated partition', RANGE, { splitLoad: 800, dedicate: 100 }],
  ['client cache, 200 ms', RANGE, { cacheFor: 200 }],
  ['client cache and hash', 'partitioned-ring', { cacheFor: 200 }],
];
const LOADS = ['hotspot', 'hotspot-increasing', 'hotspot-celebrity'];

const asked = process.argv.slice(2);
for (const workload of LOADS.filter((load) => asked.length === 0 || asked.includes(load))) {
  console.log(`\n### ${workload}\n`);
  console.log(
    '| remedy | answers/s | p50 ms | p99 ms | busiest shard × mean | hottest key | stale reads, age p99 / max ms | found | outcome |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const remedy of REMEDIES) console.log(await row(workload, remedy));
}

async function row(workload: string, [what, configuration, settings]: Remedy): Promise<string> {
  const run = resolveRun({
    cluster: 'reference',
    configuration,
    world: 'sim',
    workload,
    time: TIME,
    rate: 0,
    concurrency: CLIENTS,
    operationTimeout: 5,
    seed: SEED,
    settings: { ...COMMON, ...settings },
  });
  const sink = new MemorySink();
  const { error } = await simulateRun(run, sink);
  if (error !== null) throw new Error(error.message);
  const history = sink.history();
  const judged = await judgeRun(describeRun(run) as RunMeta, history, null);
  const stats = (checker: string) => judged.verdicts.find((one) => one.checker === checker)?.stats ?? {};
  const stale = stats('staleness') as { stale: number; reads: number; ageMs: { p99: number; max: number } };
  const late = judged.verdicts
    .flatMap(({ findings }) => findings)
    .filter(({ name, evidence }) => name.startsWith('hot-') && Number(evidence?.to) > WARM);
  const found = [...new Set(late.map(({ name }) => name))];
  const { perSecond, p50, p99 } = speedOf(history);
  const { over, key } = lateLoad(history);
  return `| ${[
    what,
    perSecond.toFixed(0),
    p50.toFixed(1),
    p99.toFixed(1),
    over.toFixed(2),
    `${(key * 100).toFixed(1)} %`,
    stale.stale === 0
      ? '–'
      : `${((100 * stale.stale) / stale.reads).toFixed(1)} %, ${stale.ageMs.p99.toFixed(0)} / ${stale.ageMs.max.toFixed(0)}`,
    found.join(', ') || '–',
    judged.outcome,
  ].join(' | ')} |`;
}

/** Of the operations that began after {@link WARM}, by clients, in the main phase. */
function speedOf(history: History): { perSecond: number; p50: number; p99: number } {
  const latencies: number[] = [];
  for (let i = 0; i < history.length; i++) {
    if (history.type[i] !== OK || history.process[i] < 0) continue;
    const began = history.time[history.pair[i]];
    if (began >= WARM && began < TIME * 1e9) latencies.push((history.time[i] - began) / 1e6);
  }
  latencies.sort((a, b) => a - b);
  const at = (part: number) => latencies[Math.floor(latencies.length * part)];
  return { perSecond: latencies.length / (TIME - WARM / 1e9), p50: at(0.5), p99: at(0.99) };
}

/** The busiest shard over the mean, by what shards counted after {@link WARM}, and the share of the key most answered for. */
function lateLoad(history: History): { over: number; key: number } {
  const samples: { readonly [name: string]: number }[] = [];
  const keys = new Map<string, number>();
  let answered = 0;
  const id = history.functions.idOf('sample');
  for (let i = 0; i < history.length; i++) {
    if (history.time[i] < WARM || history.time[i] > TIME * 1e9) continue;
    if (history.f[i] === id) samples.push(history.values[i] as { readonly [name: string]: number });
    else if (history.type[i] === OK && history.node[i] >= 0 && history.key[i] >= 0) {
      const key = history.keys.valueOf(history.key[i]);
      const name = JSON.stringify(Array.isArray(key) ? key[0] : key);
      keys.set(name, (keys.get(name) ?? 0) + 1);
      answered += 1;
    }
  }
  const [first, last] = [samples[0], samples[samples.length - 1]];
  const counts = Object.keys(last)
    .filter((name) => name.startsWith('requests:'))
    .map((name) => last[name] - first[name]);
  const sum = counts.reduce((a, b) => a + b, 0);
  return {
    over: (Math.max(...counts) * last['shards-that-own-data']) / sum,
    key: Math.max(...keys.values()) / answered,
  };
}
