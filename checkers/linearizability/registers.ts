import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { blocksOf, type Conflict } from './blocks.ts';
import { clustersOf, type Clusters } from './clusters.ts';
import { conflictFinding, observationFinding, unexplainedFinding } from './explain.ts';
import { observations, type Evidence, type Observation } from './observations.ts';
import { CAS, MISMATCH, registerOperations, type RegisterOperations } from './operations.ts';
import type { Outcome } from './search/problem.ts';
import { registerData } from './search/register.ts';
import type { SearchTask } from './search/task.ts';
import { shrink } from './shrink.ts';
import { Tally } from './tally.ts';
import type { ObjectsVerdict } from './verdict.ts';
import { zoneConflicts } from './zones.ts';

/** Configurations for each attempt to make a witness smaller. */
const SHRINK_BUDGET = 100_000;

/**
 * Registers with read, write and compare-and-set. Zones and blocks decide the keys whose written values are unique, all
 * at once and in linear time; what is left (repeated values, refused CAS) goes to the search, after a
 * look for operations that are wrong by themselves. `budget` is per key. Yields what is to be searched, and goes on with the
 * outcomes.
 */
export function* judgingRegisters(
  history: History,
  initial: Json,
  budget: number,
): Generator<readonly SearchTask[], ObjectsVerdict, readonly Outcome[]> {
  const ops = registerOperations(history, initial);
  const clusters = clustersOf(ops);
  const conflicts = new Map<number, Conflict>();
  const note = (key: number, conflict: Conflict): void => {
    if (!conflicts.has(key)) conflicts.set(key, conflict);
  };
  const blocks = blocksOf(ops, clusters, note);
  zoneConflicts(history.length, clusters, blocks, note);

  const open = new Set(conflicts.keys());
  const occupied = new Set<number>();
  for (let i = 0; i < ops.length; i++) {
    occupied.add(ops.key[i]);
    if (ops.kind[i] === MISMATCH || !clusters.unique[ops.key[i]]) open.add(ops.key[i]);
  }
  const tally = new Tally();
  const verdict = {
    keys: occupied.size,
    searched: 0,
    configurations: 0,
    violated: 0,
    undecided: [] as number[],
  };
  const stuck: { positions: Int32Array; failed: number }[] = [];
  const left: { readonly key: number; readonly positions: Int32Array }[] = [];
  for (const [key, positions] of positionsOf(ops, open)) {
    const unique = clusters.unique[key] === 1;
    const seen = observations(ops, positions, unique ? clusterEvidence(ops, clusters) : returnEvidence(ops));
    const conflict = conflicts.get(key);
    // Two CAS that replaced one value are worse than what the later saw: a stale value.
    const wrong = conflict?.type === 'double-cas' ? seen.filter((o) => ops.kind[o.op] !== CAS) : seen;
    if (wrong.length > 0 || conflict) {
      verdict.violated++;
      for (const alike of byName(wrong))
        tally.add(observationFinding(history, ops, simplest(alike)), alike.length);
      if (conflict && (wrong.length === 0 || conflict.type === 'double-cas'))
        tally.add(conflictFinding(history, ops, clusters, blocks, conflict), 1);
      continue;
    }
    left.push({ key, positions });
  }
  verdict.searched = left.length;
  const outcomes =
    left.length === 0
      ? []
      : yield left.map(({ positions }) => ({ register: registerData(ops, positions), budget }));
  for (const [i, outcome] of outcomes.entries()) {
    const { key, positions } = left[i];
    verdict.configurations += outcome.configurations;
    if (outcome.type === 'budget') verdict.undecided.push(key);
    if (outcome.type === 'stuck') {
      verdict.violated++;
      stuck.push({ positions, failed: outcome.failed });
    }
  }
  if (stuck.length > 0) {
    // One example is shown: the history that got stuck soonest is the cheapest to make small.
    const { positions, failed } = stuck.reduce((best, s) => (s.failed < best.failed ? s : best));
    tally.add(
      unexplainedFinding(history, ops, shrink(ops, positions, failed, Math.min(budget, SHRINK_BUDGET))),
      stuck.length,
    );
  }
  return { ...verdict, findings: tally.findings() };
}

function byName(found: readonly Observation[]): Observation[][] {
  const groups = new Map<string, Observation[]>();
  for (const o of found) {
    const group = groups.get(o.name);
    if (group) group.push(o);
    else groups.set(o.name, [o]);
  }
  return [...groups.values()];
}

function simplest(alike: readonly Observation[]): Observation {
  return alike.reduce((best, o) => (o.before.length < best.before.length ? o : best));
}

/** A unique value was there as soon as anybody had seen it (unless that was before its write began: no evidence). */
function clusterEvidence(ops: RegisterOperations, { of, lo, loOp }: Clusters): Evidence {
  const seen = (write: number): boolean => lo[of[write]] > ops.inv[write];
  return {
    until: (write) => (seen(write) ? lo[of[write]] : ops.ret[write]),
    proof: (write) => (seen(write) ? loOp[of[write]] : write),
  };
}

function returnEvidence(ops: RegisterOperations): Evidence {
  return { until: (write) => ops.ret[write], proof: (write) => write };
}

/** The operations of some keys, in order of invocation. */
function positionsOf(ops: RegisterOperations, keys: ReadonlySet<number>): Map<number, Int32Array> {
  const counts = new Int32Array(ops.keys);
  for (let i = 0; i < ops.length; i++) counts[ops.key[i]]++;
  const lists = new Map<number, Int32Array>();
  for (const key of [...keys].sort((a, b) => a - b)) lists.set(key, new Int32Array(counts[key]));
  counts.fill(0);
  for (let i = 0; i < ops.length; i++) {
    const list = lists.get(ops.key[i]);
    if (list) list[counts[ops.key[i]]++] = i;
  }
  return lists;
}
