import { NEMESIS } from '../harness/history/event.ts';
import type { ClockOffsets, FaultWindow } from '../harness/history/fault.ts';
import type { History } from '../harness/history/history.ts';
import type { Gauge, Roles } from './page-data.ts';

/**
 * The gauges of a run, in order of name: what the observer sampled (`f: "sample"`, value `{"lag-bytes:n2": 120, …}`), and
 * the clocks as faults of clocks measured them (`clock-offset-ms:n1`).
 */
export function gaugesOf(history: History, faults: readonly FaultWindow[] = []): Gauge[] {
  const series = new Series();
  const sample = history.functions.idOf('sample');
  for (let i = 0; i < history.length; i++) {
    if (history.f[i] !== sample || history.process[i] !== NEMESIS) continue;
    const values = history.values[i];
    if (values === null || typeof values !== 'object' || Array.isArray(values)) continue;
    for (const [name, value] of Object.entries(values))
      if (typeof value === 'number') series.add(name, history.time[i], value);
  }
  for (const fault of faults) {
    const { offsets, offsetsAtHeal, start, end } = fault;
    if (offsets === undefined) continue;
    clocks(series, start, offsets.before);
    clocks(series, start + 1, offsets.after);
    if (end === null || offsetsAtHeal === undefined) continue;
    clocks(series, end, offsetsAtHeal);
    // Nobody measures after the heal.
    for (const node of Object.keys(offsetsAtHeal)) series.add(`clock-offset-ms:${node}`, end + 1, null);
  }
  return series.inOrder();
}

function clocks(series: Series, time: number, offsets: ClockOffsets): void {
  for (const [node, ms] of Object.entries(offsets)) series.add(`clock-offset-ms:${node}`, time, ms);
}

class Series {
  readonly #found = new Map<string, { time: number[]; value: (number | null)[] }>();

  add(name: string, time: number, value: number | null): void {
    let series = this.#found.get(name);
    if (!series) this.#found.set(name, (series = { time: [], value: [] }));
    series.time.push(time);
    series.value.push(value);
  }

  inOrder(): Gauge[] {
    return [...this.#found]
      .map(([name, series]) => ({ name, ...series }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** Who took writes when: the observer notes it when it changes (`f: "primaries"`, value `["n1"]`). */
export function rolesOf(history: History): Roles[] {
  const id = history.functions.idOf('primaries');
  const roles: Roles[] = [];
  for (let i = 0; i < history.length; i++) {
    const value = history.values[i];
    if (history.f[i] !== id || history.process[i] !== NEMESIS || !Array.isArray(value)) continue;
    roles.push({ time: history.time[i], primaries: value.filter((node) => typeof node === 'string') });
  }
  return roles;
}
