// Writes docs/verdicts.md (or another page) from the runs of a campaign:
//   npx tsx scripts/verdicts.ts DIRECTORY "what it was run on" [PAGE]
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Run {
  readonly cluster: string;
  readonly configuration: string;
  readonly workload: string;
  readonly nemesis: readonly string[];
  readonly seed: string;
  readonly alibi: string;
  readonly startedAt: string;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly options: { readonly consistency: string };
  readonly claims: readonly { readonly guarantee: readonly string[]; readonly source: string }[];
  readonly versions: Readonly<Record<string, string>>;
}

interface Anomaly {
  readonly name: string;
  readonly count: number;
  readonly certain: boolean;
  readonly status: string;
}

interface Results {
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly anomalies: readonly Anomaly[];
  readonly stats: { readonly performance?: Performance };
}

interface Performance {
  readonly total: { readonly ok: number };
  readonly duringFaults: { readonly availability: number | null } | null;
  readonly faults: readonly { readonly family: string; readonly outage: { readonly ms: number } | null }[];
  readonly latency: readonly {
    readonly f: string;
    readonly type: string;
    readonly count: number;
    readonly p50: number;
    readonly p99: number;
  }[];
}

const [directory, machine = 'an unnamed machine', page = 'docs/verdicts.md'] = process.argv.slice(2);
if (directory === undefined) throw new Error('say which campaign: npx tsx scripts/verdicts.ts DIRECTORY');

const json = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;
const runs = readdirSync(join(directory, 'runs'))
  .map((key) => join(directory, 'runs', key))
  .filter((path) => existsSync(join(path, 'row.json')) && existsSync(join(path, 'results.json')))
  .map((path) => ({ run: json<Run>(path, 'run.json'), results: json<Results>(path, 'results.json') }));

const cells = new Map<string, typeof runs>();
for (const each of runs) {
  const { cluster, configuration, settings, workload, nemesis, options } = each.run;
  const given = Object.entries(settings).map(([key, value]) => ` ${key}=${value}`);
  const name = [
    `${cluster}:${configuration}${given.join('')}`,
    workload,
    nemesis.join(', ') || 'none',
    options.consistency,
  ].join('|');
  cells.set(name, [...(cells.get(name) ?? []), each]);
}

function median(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  return known.length === 0 ? null : known[Math.floor((known.length - 1) / 2)];
}

const shown = (value: number | null, unit: string): string =>
  value === null ? '–' : `${Math.round(value)}${unit}`;
const slowest = ({ stats }: Results) =>
  stats.performance?.latency
    .filter(({ type, f }) => type === 'ok' && f !== 'read')
    .sort((a, b) => b.count - a.count)
    .at(0);

/** Families after which somebody else may have to take over, or the same server to come back. */
const TAKES_THE_PRIMARY = [
  'failover',
  'switchover',
  'kill',
  'power-off',
  'rolling-restart',
  'partition',
  'pause',
];

/** The longest that nobody was answered after a fault of those families, ms; null without one. */
function failoverTime({ stats }: Results): number | null {
  const outages = (stats.performance?.faults ?? [])
    .filter(({ family }) => TAKES_THE_PRIMARY.includes(family))
    .map(({ outage }) => outage?.ms ?? 0);
  return outages.length === 0 ? null : Math.max(...outages);
}

function tally(outcomes: readonly string[]): string {
  const kinds = [...new Set(outcomes)].sort();
  return kinds.map((kind) => `${outcomes.filter((each) => each === kind).length} ${kind}`).join(', ');
}

function anomaliesOf(all: readonly Results[]): string {
  const names = [
    ...new Set(all.flatMap(({ anomalies }) => anomalies.filter((a) => a.certain).map((a) => a.name))),
  ];
  return names.sort().join(', ') || 'none';
}

/** "3 of 1200" of each run, by what the set checker counted. */
function lost(all: readonly Results[]): string {
  const told = all.flatMap(({ anomalies, reasons }) => {
    const found = anomalies.find((a) => a.name === 'lost-acknowledged-write');
    if (found === undefined) return [];
    const of = reasons
      .map((reason) => /(\d+) of (\d+) acknowledged adds/.exec(reason))
      .find((match) => match !== null);
    return [of === undefined ? String(found.count) : `${of[1]} of ${of[2]}`];
  });
  return told.join('; ') || '0';
}

const rows = [...cells]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, all]) => {
    const [configuration, workload, faults, consistency] = name.split('|');
    const results = all.map((each) => each.results);
    const performance = results.map(({ stats }) => stats.performance);
    const availability = median(performance.map((each) => each?.duringFaults?.availability));
    return [
      `\`${configuration}\``,
      workload,
      faults,
      consistency || `claim: ${all[0].run.claims[0].guarantee.join(', ')}`,
      tally(results.map(({ outcome }) => outcome)),
      anomaliesOf(results),
      workload === 'set' ? lost(results) : '–',
      availability === null ? '–' : `${Math.round(availability * 100)} %`,
      shown(median(results.map(failoverTime)), ' ms'),
      shown(median(results.map((each) => slowest(each)?.p50)), ' ms'),
      shown(median(results.map((each) => slowest(each)?.p99)), ' ms'),
    ];
  });

const header = [
  ...[
    'configuration',
    'workload',
    'faults',
    'held to',
    'runs',
    'proven anomalies',
    'acknowledged writes lost',
  ],
  ...['answered during faults', 'longest without an answer', 'write p50', 'write p99'],
];
const versions = new Map(runs.flatMap(({ run }) => Object.entries(run.versions)));
const days = [...new Set(runs.map(({ run }) => run.startedAt.slice(0, 10)))].sort();
const odd = runs.filter(({ results }) => !['valid', 'violation'].includes(results.outcome));

writeFileSync(
  page,
  [
    '# Verdicts on real databases',
    '',
    'Generated by `scripts/verdicts.ts` from a campaign over [campaigns/real.yaml](../campaigns/real.yaml); do not edit.',
    '',
    `${runs.length} runs, ${days.join(', ')}, on ${machine}. Versions: ${[...versions]
      .filter(([key]) => !key.startsWith('image:'))
      .map(([key, version]) => `${key} ${version}`)
      .join(', ')}.`,
    '',
    'A violation under guarantees that are named is not one of the database’s claim: it is what an application that',
    'expects them would lose. Medians over the runs of a row; a set’s losses run by run. Latencies count from the',
    'intended start of an operation (open loop). *Longest without an answer*: after a fault that may take the primary away, the time for',
    'which somebody asked and nobody was answered, of the kind of operation that was out for longest: failover, or the same server’s return.',
    '',
    `| ${header.join(' | ')} |`,
    `|${header.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    ...(odd.length === 0
      ? []
      : [
          '## Runs that prove nothing',
          '',
          ...odd.map(
            ({ run, results }) =>
              `- \`${run.cluster}:${run.configuration}\` ${run.workload} ${run.nemesis.join(', ')}, seed ${run.seed}: ` +
              `${results.outcome}: ${(results.reasons[0] ?? '').split('\n')[0].replace(/\/\S*\/runs\//g, '')}`,
          ),
          '',
        ]),
  ].join('\n'),
);
