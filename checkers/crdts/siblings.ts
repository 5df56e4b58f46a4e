import type { History } from '../../harness/history/history.ts';
import { Findings } from '../sets-queues-counters/elements.ts';
import { finalPhase, settlementOf } from '../sets-queues-counters/final-reads.ts';
import type { Checker, Verdict } from '../types.ts';
import { contextsOf, type Versions } from './contexts.ts';
import {
  eventOf,
  finalsEvidence,
  finalsOf,
  isOfItsSession,
  membersOf,
  objectsOf,
  place,
} from './operations.ts';
import type { Finals, ReplicatedOperation } from './operations.ts';

/**
 * Multi-value registers (siblings): f `write` (value unique on the key), `read` (`ok` value = array of the siblings),
 * from every replica at the end. A write carries the context of its session's last acknowledged read or write of the
 * key and replaces what that context contains, all the way down; what it does not contain stays beside it.
 * (A client must keep a session's context as long as the session lasts, across connections.)
 *
 * - `superseded-sibling`: a read shows a write and one that had it in its context.
 * - `lost-sibling`: an acknowledged write is neither among the siblings at the end nor in the context of one of them.
 * - `read-your-writes`, `monotonic-reads`: the same of what a session wrote, or had read, in its later reads.
 *
 * Contexts are known from the history alone, so all this is certain, and complete. O(n · concurrent versions).
 */
export const siblings: Checker = {
  name: 'siblings',
  title: 'Multi-value registers: lost and superseded siblings',
  anomalies: [
    'lost-sibling',
    'superseded-sibling',
    'thin-air-read',
    'failed-write-visible',
    'duplicate-element',
    'read-your-writes',
    'monotonic-reads',
    'divergence',
  ],
  check: checkSiblings,
};

function checkSiblings(history: History): Verdict {
  const findings = new Findings();
  const settled = settlementOf(history)?.settled ?? true;
  const phase = finalPhase(history);
  const objects = objectsOf(history, 'write', 'read');
  const tally = { keys: objects.size, reads: 0, widest: 0, ambiguous: 0 };
  let unread = 0;
  for (const ops of objects.values()) {
    const versions = contextsOf(ops);
    tally.ambiguous += versions.ambiguous;
    const finals = finalsOf(history, ops, phase);
    for (const read of ops) {
      if (read.f !== 'read' || read.type !== 'ok') continue;
      tally.reads++;
      tally.widest = Math.max(tally.widest, membersOf(read.answer).length);
      judgeMembers(history, versions, read, findings);
    }
    const own = ops.filter((op) => op.f !== 'read' || isOfItsSession(op, phase));
    judgeSessions(history, versions, own, findings);
    if (finals === null) unread++;
    else judgeFinals(history, versions, ops, finals, settled, findings);
  }
  const reason =
    tally.reads === 0
      ? 'no read completed'
      : tally.ambiguous > 0
        ? `${tally.ambiguous} values were written more than once to their key: write unique values`
        : unread > 0
          ? `${unread} of ${objects.size} keys were not read at the end`
          : null;
  return findings.verdict('siblings', reason, tally);
}

/** What one read shows: only values written before, each once, none replaced by another. */
function judgeMembers(
  history: History,
  versions: Versions,
  read: ReplicatedOperation,
  findings: Findings,
): void {
  const at = place(history, read.completed);
  const members: ReplicatedOperation[] = [];
  for (const value of membersOf(read.answer)) {
    const name = JSON.stringify(value);
    const write = versions.writeOf(value);
    if (write === undefined || write.invoked > read.completed)
      findings.add(
        'thin-air-read',
        read.key,
        [read.completed],
        `${name} was read (${at}), but nobody had written it.`,
      );
    else if (write.type === 'fail') {
      const why = `${name} was read (${at}), although its write had failed (#${write.completed}).`;
      findings.add('failed-write-visible', read.key, [write.completed, read.completed], why);
    } else if (members.includes(write))
      findings.add(
        'duplicate-element',
        read.key,
        [read.completed],
        `${name} was read twice at once (${at}).`,
      );
    else members.push(write);
  }
  for (const older of members)
    for (const newer of members) {
      const path = older === newer ? null : versions.path(older, newer);
      if (path === null) continue;
      const why =
        `Read ${at} shows ${JSON.stringify(older.asked)} (write #${eventOf(older)}) beside ` +
        `${JSON.stringify(newer.asked)} (write #${eventOf(newer)}), which had replaced it: it was in the context of that write.`;
      // A session's own write is in its context without a read.
      const reads = path.slice(1).flatMap((write, i) => {
        const isOwn = path[i].session === write.session && path[i].type === 'ok';
        return isOwn && path[i].completed < write.invoked ? [] : (versions.sourceOf(write)?.completed ?? []);
      });
      findings.add(
        'superseded-sibling',
        read.key,
        [...path.map(eventOf), ...reads, read.completed],
        why,
        true,
        {
          path: path.map(eventOf),
        },
      );
    }
}

/** A session finds what it wrote and what it had read, or what replaced it. */
function judgeSessions(
  history: History,
  versions: Versions,
  ops: readonly ReplicatedOperation[],
  findings: Findings,
): void {
  const known = new Map<number, Map<ReplicatedOperation, ReplicatedOperation>>();
  const completing = ops.filter((op) => op.type === 'ok').sort((a, b) => a.completed - b.completed);
  for (const op of completing) {
    let mine = known.get(op.session);
    if (mine === undefined)
      known.set(op.session, (mine = new Map<ReplicatedOperation, ReplicatedOperation>()));
    if (op.f === 'write') {
      mine.set(op, op);
      continue;
    }
    const shown = versions.writesOf(op.answer);
    const due = [...mine].filter(([, by]) => by.completed < op.invoked);
    const covered = versions.covered(
      shown,
      due.map(([write]) => write),
    );
    for (const [write, by] of due) {
      if (covered.has(write)) continue;
      const value = JSON.stringify(write.asked);
      const own = write === by;
      const why =
        `Session ${op.sessionName} read ${JSON.stringify(op.answer)} (${place(history, op.completed)}), without ${value} or ` +
        `anything that replaced it, although ${own ? `its write of it was acknowledged (#${by.completed})` : `its read #${by.completed} had shown it`}.`;
      const witness = own ? [by.completed, op.completed] : [eventOf(write), by.completed, op.completed];
      findings.add(own ? 'read-your-writes' : 'monotonic-reads', op.key, witness, why);
    }
    // What stays unseen was told once; what is covered needs no more watching than what covers it.
    for (const [write] of due) if (!shown.includes(write)) mine.delete(write);
    for (const write of shown)
      if (!mine.has(write)) mine.set(write, write.session === op.session && write.type === 'ok' ? write : op);
  }
}

function judgeFinals(
  history: History,
  versions: Versions,
  ops: readonly ReplicatedOperation[],
  finals: Finals<ReplicatedOperation>,
  settled: boolean,
  findings: Findings,
): void {
  const { reads, began } = finals;
  const { key } = reads[0].op;
  const events = reads.map(({ event }) => event);
  const places = reads
    .map(({ event, op }) => `${JSON.stringify(op.answer)} (${place(history, event)})`)
    .join(', ');
  const evidence = { finals: finalsEvidence(finals) };
  const sorted = reads.map(({ op }) =>
    JSON.stringify(
      membersOf(op.answer)
        .map((v) => JSON.stringify(v))
        .sort(),
    ),
  );
  if (new Set(sorted).size > 1) {
    const why = `After quiescence the replicas differ on key ${JSON.stringify(key)}: ${places}.`;
    findings.add('divergence', key, events, why, settled, evidence);
  }
  const shown = reads.flatMap(({ op }) => versions.writesOf(op.answer));
  const owed = ops.filter((op) => op.f === 'write' && op.type === 'ok' && op.completed < began);
  const covered = versions.covered(shown, owed);
  for (const write of owed) {
    if (covered.has(write)) continue;
    const why =
      `The write of ${JSON.stringify(write.asked)} was acknowledged to session ${write.sessionName} (${place(history, write.completed)}) ` +
      `and no write that led to what is left had it in its context, but it is gone at the end: ${places}.`;
    findings.add('lost-sibling', key, [write.completed, ...events], why, settled, evidence);
  }
}
