import { NEMESIS } from '../harness/history/event.ts';
import type { History } from '../harness/history/history.ts';
import type { Gauge } from './page-data.ts';

/** The gauges that the nemesis sampled (`f: "sample"`, value `{"lag-bytes:n2": 120, …}`), in order of name. */
export function gaugesOf(history: History): Gauge[] {
  const found = new Map<string, { time: number[]; value: number[] }>();
  const sample = history.functions.idOf('sample');
  for (let i = 0; i < history.length; i++) {
    if (history.f[i] !== sample || history.process[i] !== NEMESIS) continue;
    const values = history.values[i];
    if (values === null || typeof values !== 'object' || Array.isArray(values)) continue;
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== 'number') continue;
      const series = found.get(name) ?? { time: [], value: [] };
      series.time.push(history.time[i]);
      series.value.push(value);
      found.set(name, series);
    }
  }
  return [...found].map(([name, series]) => ({ name, ...series })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
