import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { Findings } from '../sets-queues-counters/elements.ts';
import { finalPhase, settlementOf } from '../sets-queues-counters/final-reads.ts';
import type { Checker, Verdict } from '../types.ts';
import {
  isOfItsSession,
  membersOf,
  nodeAt,
  objectsOf,
  place,
  type ReplicatedOperation,
} from './operations.ts';

/** What a node says that it kept of a key's conflicts. */
interface Kept {
  readonly op: ReplicatedOperation;
  readonly versions: ReadonlySet<string>;
  /** Versions that some resolution names as those that it replaced. */
  readonly replaced: ReadonlySet<string>;
}

/**
 * A log of conflicts kept for manual resolution, beside multi-value registers (see `siblings`): at the end f
 * `conflicts` answers, for each node and key, null or `{versions: [value…], resolutions: [{by, replaced: [value…]}…]}`.
 *
 * - `unlogged-version`: a node showed versions side by side in one read, and its log lacks one of them.
 * - `unrecorded-resolution`: a version in a node's log stands no more at that node, and no resolution names it.
 *
 * Both are certain: reads show what is durable, and a version that stood once and stands no more was replaced. Nodes
 * that were not asked at the end leave the question open. O(n).
 */
export const conflictLog: Checker = {
  name: 'conflict-log',
  title: 'Conflicts kept for manual resolution: versions and resolutions that were not recorded',
  anomalies: ['unlogged-version', 'unrecorded-resolution'],
  check: checkConflictLog,
};

function checkConflictLog(history: History): Verdict {
  const findings = new Findings();
  const phase = finalPhase(history);
  const isSettled = settlementOf(history)?.settled ?? true;
  const tally = { keys: 0, logs: 0, versions: 0, resolutions: 0 };
  let silent = 0;
  for (const [key, ops] of objectsOf(history, 'read', 'conflicts')) {
    tally.keys++;
    const logs = keptIn(history, ops);
    tally.logs += logs.size;
    const reads = ops.filter(({ f, type }) => f === 'read' && type === 'ok');
    for (const read of reads) {
      const members = membersOf(read.answer);
      if (members.length < 2) continue;
      const log = logs.get(nodeAt(history, read.completed));
      if (log === undefined) silent++;
      else judgeRead(history, key, read, log, findings);
    }
    for (const log of logs.values()) {
      tally.versions += log.versions.size;
      tally.resolutions += log.replaced.size;
      const last = reads.findLast(
        (read) =>
          read.completed < log.op.invoked &&
          !isOfItsSession(read, phase) &&
          nodeAt(history, read.completed) === nodeAt(history, log.op.completed),
      );
      if (last !== undefined && isSettled) judgeResolutions(history, key, last, log, findings);
    }
  }
  const reason =
    tally.logs === 0
      ? 'no log of conflicts was read'
      : silent > 0
        ? `${silent} reads showed versions side by side at nodes whose log was not read`
        : null;
  return findings.verdict('conflict-log', reason, tally);
}

/** By node, the last log that it gave of a key. */
function keptIn(history: History, ops: readonly ReplicatedOperation[]): ReadonlyMap<string | null, Kept> {
  const logs = new Map<string | null, Kept>();
  for (const op of ops) {
    if (op.f !== 'conflicts' || op.type !== 'ok') continue;
    const answer = (op.answer ?? {}) as { readonly [name: string]: Json };
    const resolutions = membersOf(answer.resolutions ?? null) as readonly { readonly replaced?: Json }[];
    logs.set(nodeAt(history, op.completed), {
      op,
      versions: named(membersOf(answer.versions ?? null)),
      replaced: named(resolutions.flatMap(({ replaced }) => membersOf(replaced ?? null))),
    });
  }
  return logs;
}

function judgeRead(
  history: History,
  key: Json,
  read: ReplicatedOperation,
  { op, versions }: Kept,
  findings: Findings,
): void {
  for (const name of named(membersOf(read.answer)))
    if (!versions.has(name)) {
      const why =
        `${name} stood beside another version (${place(history, read.completed)}), ` +
        `but the node’s log of conflicts does not have it (#${op.completed}).`;
      findings.add('unlogged-version', key, [read.completed, op.completed], why);
    }
}

function judgeResolutions(
  history: History,
  key: Json,
  last: ReplicatedOperation,
  { op, versions, replaced }: Kept,
  findings: Findings,
): void {
  const standing = named(membersOf(last.answer));
  for (const name of versions)
    if (!standing.has(name) && !replaced.has(name)) {
      const why =
        `${name} is in the log of conflicts (${place(history, op.completed)}) and stands no more (#${last.completed}), ` +
        'but the log does not say what replaced it.';
      findings.add('unrecorded-resolution', key, [last.completed, op.completed], why);
    }
}

function named(values: readonly Json[]): ReadonlySet<string> {
  return new Set(values.map((value) => JSON.stringify(value)));
}
