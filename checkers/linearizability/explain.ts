import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import type { Finding } from '../types.ts';
import type { Blocks, Conflict } from './blocks.ts';
import { INITIAL, NONE, type Clusters } from './clusters.ts';
import { failedWrite, type Observation } from './observations.ts';
import { PENDING, READ, type RegisterOperations } from './operations.ts';
import { eventsOfPart, type Part } from './shrink.ts';
import { describe, eventsOf, name, text } from './witness.ts';

/** The finding of an operation that is wrong by itself. */
export function observationFinding(history: History, ops: RegisterOperations, o: Observation): Finding {
  const op = ops.inv[o.op];
  const seen = text(observed(history, ops, o.op));
  const did = describe(history, op);
  const finding = (invocations: number[], explanation: string): Finding => ({
    name: o.name,
    certain: true,
    witness: eventsOf(history, [...invocations, ops.inv[o.proof]]),
    explanation,
    key: keyOf(history, op),
  });
  switch (o.name) {
    case 'thin-air-read':
      return finding([op], `${did}, although nobody ever wrote ${seen}`);
    case 'failed-write-visible':
      return finding(
        [op, o.other],
        `${did}, although ${name(history, o.other)}, the only one of ${seen}, had failed`,
      );
    case 'future-read': {
      const write = ops.inv[o.other];
      return finding([op, write], `${did} before ${name(history, write)}, the first of ${seen}, had begun`);
    }
    case 'stale-read': {
      const newer = ops.inv[o.other];
      const before = o.before.map((b) => ops.inv[b]);
      return finding(
        [op, newer, ...before],
        `${did}, although ${name(history, newer)}, which replaced ${seen}, had completed before #${op} began`,
      );
    }
    case 'refused-cas': {
      const holder = o.other < 0 ? [] : [ops.inv[o.other]];
      const since =
        holder.length === 0 ? 'nothing had been written' : `${name(history, holder[0])} had put it there`;
      return finding(
        [op, ...holder],
        `${did}, although ${since} before #${op} began and nothing replaced it meanwhile`,
      );
    }
  }
}

/** The finding of clusters that cannot be ordered. */
export function conflictFinding(
  history: History,
  ops: RegisterOperations,
  clusters: Clusters,
  blocks: Blocks,
  conflict: Conflict,
): Finding {
  const at = (op: number): number => ops.inv[op];
  const finding = (
    name: string,
    operations: readonly number[],
    explanation: string,
    more: readonly number[] = [],
  ): Finding => ({
    name,
    certain: true,
    witness: eventsOf(history, [...operations.filter((op) => op >= 0).map(at), ...more]),
    explanation,
    key: keyOf(history, at(operations.find((op) => op >= 0) as number)),
  });
  switch (conflict.type) {
    case 'thin-air': {
      // Reads of it are observations; here an indeterminate CAS replaced it, and its own value was replaced in turn.
      const path = proofOf(clusters, clusters.via[conflict.cluster]);
      const cas = path[0];
      const value = text(observed(history, ops, cas));
      const failed = failedWrite(ops, cas, ops.old[cas]);
      return failed
        ? finding(
            'failed-write-visible',
            path,
            `${describe(history, at(cas))} took effect, although ${name(history, failed.inv)}, the only write of ${value}, had failed`,
            [failed.inv],
          )
        : finding(
            'thin-air-read',
            path,
            `${describe(history, at(cas))} took effect, although nobody ever wrote ${value}`,
          );
    }
    case 'future': {
      const { op, other } = conflict;
      return finding(
        'future-read',
        proven(ops, clusters, linksBetween(clusters, blocks, [op, other])),
        `${describe(history, at(op))} before ${describe(history, at(other))}, from which that value was made, had begun`,
      );
    }
    case 'double-cas': {
      const { op, other } = conflict;
      const creator = clusters.creator[clusters.parent[clusters.of[op]]];
      const once =
        creator === INITIAL
          ? 'was there only once, at the start'
          : `was written only once, by ${name(history, at(creator))}`;
      return finding(
        'double-cas',
        [creator, ...proven(ops, clusters, [op, other])],
        `${describe(history, at(op))} and ${describe(history, at(other))} both took effect, although ${text(observed(history, ops, op))} ${once}`,
      );
    }
    case 'cas-cycle': {
      const all = conflict.ops.map((op) => describe(history, at(op))).join(', ');
      return finding(
        'cas-cycle',
        proven(ops, clusters, conflict.ops),
        `each of ${all} needs the value that another of them made, and none was first`,
      );
    }
    case 'inversion': {
      const { older, newer, seen, stale } = later(ops, conflict);
      const age =
        older === INITIAL
          ? 'what it saw had been there from the start'
          : `${name(history, at(older))} had completed before ${name(history, at(newer))} began`;
      return finding(
        'new-old-inversion',
        proven(ops, clusters, [
          ...linksBetween(clusters, blocks, [older, stale]),
          ...linksBetween(clusters, blocks, [seen, newer]),
        ]),
        `${describe(history, at(stale))}, although before it began ${describe(history, at(seen))}, which is newer: ${age}`,
      );
    }
  }
}

/** The finding of a part of a register's history that the search refuted. */
export function unexplainedFinding(history: History, ops: RegisterOperations, part: Part): Finding {
  const failed = ops.inv[part.failed];
  const start = part.anyStart ? ', whatever was there before them' : '';
  return {
    name: 'non-linearizable',
    certain: true,
    witness: eventsOfPart(ops, part),
    explanation: `no order of these ${part.positions.length} operations explains that ${describe(history, failed)}${start}`,
    key: keyOf(history, failed),
    evidence: { anyStart: part.anyStart, until: ops.ret[part.failed] },
  };
}

/** With what shows that the indeterminate ones among them took effect. */
function proven(ops: RegisterOperations, clusters: Clusters, operations: readonly number[]): number[] {
  return operations.flatMap((op) =>
    op !== INITIAL && ops.ret[op] === PENDING ? [op, ...proofOf(clusters, clusters.of[op])] : [op],
  );
}

/** The CAS that created a cluster and those after it, to the first whose value somebody surely saw or wrote. */
function proofOf({ creator, loOp, via }: Clusters, from: number): number[] {
  const path: number[] = [];
  for (let c = from; c !== NONE; c = via[c]) {
    path.push(creator[c]);
    if (loOp[c] !== NONE) return [...path, loOp[c]];
  }
  return path;
}

/**
 * The reading of an inversion in which the operation that saw the older value is the latest; nothing is older than
 * the initial value.
 */
function later(ops: RegisterOperations, c: Conflict & { type: 'inversion' }) {
  const firstReading = c.a1 === INITIAL || (c.b1 !== INITIAL && ops.inv[c.a2] > ops.inv[c.b2]);
  return firstReading
    ? { older: c.a1, newer: c.b2, seen: c.b1, stale: c.a2 }
    : { older: c.b1, newer: c.a2, seen: c.a1, stale: c.b2 };
}

/** Two operations of one block, the writers of their values, and every CAS that links the two values. */
function linksBetween(
  { of, creator, parent, count }: Clusters,
  { block }: Blocks,
  pair: readonly number[],
): number[] {
  const clusters = pair.map((op) => (op === INITIAL ? NONE : of[op]));
  const links = new Set(pair);
  const path: number[] = [];
  const [from, to] = clusters;
  for (const c of clusters) if (c !== NONE) links.add(creator[c]);
  if (from === to || block.length === 0) return [...links];
  // Chains run from child to parent: walk up from either end until the other shows.
  for (const [start, goal] of [clusters, [to, from]]) {
    path.length = 0;
    let c = start;
    for (let steps = 0; c !== NONE && c !== goal && steps < count; steps++, c = parent[c])
      path.push(creator[c]);
    if (c === goal || (goal === NONE && start !== NONE)) for (const op of path) links.add(op);
  }
  return [...links];
}

function observed(history: History, ops: RegisterOperations, op: number): Json {
  const invocation = ops.inv[op];
  if (ops.kind[op] === READ) return history.values[ops.ret[op]];
  return (history.values[invocation] as readonly Json[])[0];
}

function keyOf(history: History, event: number): Json {
  const key = history.key[event];
  return key < 0 ? null : history.keys.valueOf(key);
}
