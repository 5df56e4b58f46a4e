import { FAIL, INFO, type Operations } from '../../operations.ts';

export type Grouping = 'process' | 'key' | 'node';

/** A line of the timeline: operations that do not overlap, in order, and how many before each ended how. */
export interface Row {
  /** Empty on the further lines of a group, and where a line has many processes. */
  readonly label: string;
  readonly ops: Int32Array;
  /** `fail[i]`, `info[i]` = operations among the first `i` of the row that ended so. */
  readonly fail: Int32Array;
  readonly info: Int32Array;
}

interface Lane {
  readonly label: string;
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
    const fail = new Int32Array(lane.ops.length + 1);
    const info = new Int32Array(lane.ops.length + 1);
    for (let i = 0; i < lane.ops.length; i++) {
      const outcome = ops.outcome[lane.ops[i]];
      fail[i + 1] = fail[i] + (outcome === FAIL ? 1 : 0);
      info[i + 1] = info[i] + (outcome === INFO ? 1 : 0);
    }
    return { label: lane.label, ops: Int32Array.from(lane.ops), fail, info };
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
      if (!lane) lanes.push((lane = { label: '', free: 0, ops: [] }));
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
