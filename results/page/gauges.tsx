import { visible } from '../visible.ts';
import type { Gauge } from '../page-data.ts';
import { TimeChart } from './time-chart.tsx';

/** What every chart over the run's time has in common. */
export type Shared = Pick<Parameters<typeof TimeChart>[0], 'span' | 'faults' | 'marks' | 'onZoom'>;

interface Family {
  readonly title: string;
  readonly unit: (value: number) => string;
}

const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const short = (v: number): string => SHORT.format(v);
const perRequest = (v: number): string => (v / 1000).toFixed(2);

/** What is known of gauges, by the part of their name before the colon; any other is shown under its own name. */
const FAMILIES: Readonly<Record<string, Family>> = {
  'lag-true-ms': {
    title: 'True replication lag: how long an acknowledged marker takes to be visible at a replica',
    unit: (ms) => `${short(ms)} ms`,
  },
  'lag-entries': { title: 'Replication lag: entries of the log that a node has yet to apply', unit: short },
  'skew-max-over-mean-per-mille': {
    title: 'Partition skew: requests of the most asked shard, over the mean of all',
    unit: (v) => `${(v / 1000).toFixed(2)} ×`,
  },
  'hottest-key-per-mille': {
    title: 'Share of the hottest key in all requests',
    unit: (v) => `${(v / 10).toFixed(1)} %`,
  },
  requests: { title: 'Requests for keys that each shard has had', unit: short },
  'shards-that-own-data': { title: 'Shards that own data', unit: short },
  'moved-keys': { title: 'Keys moved between shards so far', unit: short },
  'moved-bytes': { title: 'Bytes of keys moved between shards so far', unit: (v) => `${short(v)} B` },
  'hops-per-1000-requests': { title: 'Redirects and looks at the directory, a request', unit: perRequest },
  'shards-per-1000-requests': { title: 'Shards that take part in an answer, a request', unit: perRequest },
  'lag-updates': { title: 'Replication lag: updates of one node that another has yet to see', unit: short },
  'lag-bytes': { title: 'Replication lag: bytes of the log that a node has yet to replay', unit: short },
  'lag-seconds': { title: 'Silence: seconds since the primary heard of a replica', unit: short },
  'clock-offset-ms': {
    title: 'Clock of a node minus true time, as measured',
    unit: (ms) => (Math.abs(ms) >= 1000 ? `${short(ms / 1000)} s` : `${short(ms)} ms`),
  },
};

/** A chart a family of gauges. */
export function Gauges({ gauges, shared }: { readonly gauges: readonly Gauge[]; readonly shared: Shared }) {
  return (
    <>
      {[...grouped(gauges)].map(([name, members]) => (
        <GaugeChart key={name} name={name} gauges={members} shared={shared} />
      ))}
    </>
  );
}

/** Gauges by what they measure: `lag-bytes:n2` and `lag-bytes:n3` share a chart. */
function grouped(gauges: readonly Gauge[]): Map<string, Gauge[]> {
  const groups = new Map<string, Gauge[]>();
  for (const gauge of gauges) {
    const name = gauge.name.split(':')[0];
    groups.set(name, [...(groups.get(name) ?? []), gauge]);
  }
  return groups;
}

function GaugeChart({
  name,
  gauges,
  shared,
}: {
  readonly name: string;
  readonly gauges: readonly Gauge[];
  readonly shared: Shared;
}) {
  const times = [...new Set(gauges.flatMap((g) => g.time))].sort((a, b) => a - b);
  const { title, unit } = FAMILIES[name] ?? { title: visible(name), unit: short };
  const values = gauges.map((g) => valuesAt(g, times));
  const least = Math.min(0, ...values.flat().map((v) => v ?? 0));
  return (
    <TimeChart
      {...shared}
      title={title}
      time={times}
      height={140}
      unit={unit}
      {...(least < 0
        ? { range: [least * 1.08, Math.max(0, ...values.flat().map((v) => v ?? 0)) * 1.08] }
        : {})}
      lines={gauges.map((g, i) => ({
        name: visible(g.name.slice(name.length + 1) || name),
        color: (t) => t.lines[i % t.lines.length],
        values: values[i],
        format: unit,
      }))}
    />
  );
}

/** A gauge's values at the times of all: `undefined` of others' samples, which its line passes over. */
function valuesAt(gauge: Gauge, times: readonly number[]): (number | null | undefined)[] {
  const at = new Map(gauge.time.map((t, s) => [t, gauge.value[s]]));
  return times.map((t) => at.get(t));
}
