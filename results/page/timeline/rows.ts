import type { Operations } from '../../operations.ts';

export type Grouping = 'process' | 'key' | 'node';

/** A line of the timeline: operations that do not overlap, in order, and how many before each did not end ok. */
export interface Row {
  /** Empty on the further lines of a group. */
  readonly label: string;
  readonly ops: Int32Array;
  /** `bad[i]` = operations among the first `i` of the row that ended fail or info. */
  readonly bad: Int32Array;
}

interface Lane {
  label: string;
  free: number;
  readonly ops: number[];
}

/**
 * Lines for the whole history. By process: a process takes the line of one that has retired, so lines are workers.
 * By key or node: as many lines as operations on it overlap.
 */
export function arrange(ops: Operations, by: Grouping, name: (id: number) => string): Row[] {
  const lanes = by === 'process' ? processLanes(ops) : groupLanes(ops, ops[by], name);
  return lanes.map((lane) => {
    const bad = new Int32Array(lane.ops.length + 1);
    for (const [i, o] of lane.ops.entries()) bad[i + 1] = bad[i] + (ops.outcome[o] === 1 ? 0 : 1);
    return { label: lane.label, ops: Int32Array.from(lane.ops), bad };
  });
}

function processLanes(ops: Operations): Lane[] {
  const last = new Map<number, number>();
  for (let o = 0; o < ops.count; o++) last.set(ops.process[o], o);
  const lanes: Lane[] = [];
  const laneOf = new Map<number, Lane>();
  for (let o = 0; o < ops.count; o++) {
    const process = ops.process[o];
    let lane = laneOf.get(process);
    if (!lane) {
      // A line is free when the last operation of its process has ended.
      lane = lanes.find((l) => l.free <= ops.start[o]);
      if (lane) lane.label += `, ${process}`;
      else lanes.push((lane = { label: String(process), free: 0, ops: [] }));
      lane.free = ops.end[last.get(process) ?? o];
      laneOf.set(process, lane);
    }
    lane.ops.push(o);
  }
  return lanes;
}

function groupLanes(ops: Operations, groups: Int32Array, name: (id: number) => string): Lane[] {
  const byGroup = new Map<number, Lane[]>();
  for (let o = 0; o < ops.count; o++) {
    let lanes = byGroup.get(groups[o]);
    if (!lanes) byGroup.set(groups[o], (lanes = []));
    let lane = lanes.find((l) => l.free <= ops.start[o]);
    if (!lane) lanes.push((lane = { label: lanes.length === 0 ? name(groups[o]) : '', free: 0, ops: [] }));
    lane.free = ops.end[o];
    lane.ops.push(o);
  }
  return [...byGroup].sort(([a], [b]) => a - b).flatMap(([, lanes]) => lanes);
}

/** The first position in a row whose operation ends after `time`. */
export function firstEndingAfter(ops: Operations, row: Int32Array, time: number, from = 0): number {
  let low = from;
  let high = row.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (ops.end[row[mid]] <= time) low = mid + 1;
    else high = mid;
  }
  return low;
}
