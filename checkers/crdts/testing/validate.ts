import type { EventInput, Json } from '../../../harness/history/event.ts';
import { opsOf, type Op } from '../../classics/testing/plain.ts';
import type { Finding } from '../../types.ts';

/**
 * Do findings on replicated sets and multi-value registers hold? Judged anew by definition: who did what must be in the
 * witness, and what nobody did is looked up in the whole history. Shares no code with the checkers.
 */
interface Case {
  readonly finding: Finding;
  readonly ops: readonly Op[];
  /** Operations that did not fail. */
  readonly live: readonly Op[];
  readonly witness: readonly Op[];
  /** The last read in the final phase of each replica, all of which a claim about the end must show. */
  readonly finals: readonly Op[];
}

function caseOf(events: readonly EventInput[], finding: Finding): Case {
  const ops = opsOf(events).filter((op) => op.process >= 0);
  const phase = events.findIndex((e) => (e.value as { phase?: Json } | null)?.phase === 'final');
  const last = new Map(
    ops.filter((op) => op.inv > phase && op.f === 'read' && op.ret < Infinity).map((op) => [op.process, op]),
  );
  const endOf = (op: Op): number => events.findIndex((e, i) => i > op.inv && e.process === op.process);
  const witness = ops.filter((op) => [op.inv, endOf(op)].some((event) => finding.witness.includes(event)));
  return { finding, ops, live: ops.filter((op) => !op.failed), witness, finals: [...last.values()] };
}

const shows = (read: Op, value: Json): boolean =>
  read.f === 'read' && read.ret < Infinity && (read.saw as readonly Json[]).includes(value);
const hides = (read: Op, value: Json): boolean =>
  read.f === 'read' && read.ret < Infinity && !(read.saw as readonly Json[]).includes(value);
const twice = (read: Op): boolean =>
  Array.isArray(read.saw) && new Set(read.saw as readonly Json[]).size < read.saw.length;

/** A value that only a failed update, or none at all, could have brought. */
function impossible({ finding, ops, live, witness }: Case, f: string): boolean {
  const values = witness.flatMap((op) => (op.f === 'read' ? (op.saw as readonly Json[]) : []));
  return values.some((value) => {
    const read = witness.find((op) => op.f === 'read' && shows(op, value))!;
    if (live.some((op) => op.f === f && op.asked === value && op.inv < read.ret)) return false;
    const failed = (all: readonly Op[]): boolean =>
      all.some((op) => op.f === f && op.failed && op.asked === value);
    return finding.name === 'failed-write-visible' ? failed(witness) : !failed(ops);
  });
}

export function setFindingHolds(events: readonly EventInput[], finding: Finding): boolean {
  const one = caseOf(events, finding);
  const { live, witness, finals } = one;
  const element = finding.evidence!.element;
  const of = (all: readonly Op[], f: string): Op[] => all.filter((op) => op.f === f && op.asked === element);
  /** No remove can have struck an add invoked after event `at`: all had returned, or come after `end`. */
  const unstruck = (at: number, end: number): boolean =>
    of(live, 'remove').every((remove) => remove.ret < at || remove.inv > end);
  const acknowledged = (f: string): Op[] => of(witness, f).filter((op) => op.ret < Infinity);
  const reads = witness.filter((op) => op.f === 'read');
  switch (finding.name) {
    case 'unexpected-element':
    case 'failed-write-visible':
      return impossible(one, 'add');
    case 'duplicate-element':
      return reads.some(twice);
    case 'divergence':
      return (
        finals.some((a) => reads.includes(a) && shows(a, element)) &&
        finals.some((b) => reads.includes(b) && hides(b, element))
      );
    case 'lost-add':
      return (
        finals.every((read) => reads.includes(read) && hides(read, element)) &&
        acknowledged('add').some((add) => unstruck(add.inv, Infinity) && finals.every((r) => add.ret < r.inv))
      );
    case 'read-your-writes':
      return reads.some((read) => {
        const own = (op: Op): boolean => op.process === read.process && op.ret < read.inv;
        if (hides(read, element)) return acknowledged('add').some((a) => own(a) && unstruck(a.inv, read.ret));
        return acknowledged('remove').some(
          (remove) =>
            own(remove) &&
            of(live, 'add').every((add) => add.inv > read.ret || knew(add, remove, live, witness, element)),
        );
      });
    case 'monotonic-reads':
      return reads.some((later) =>
        reads.some(
          (earlier) =>
            earlier.process === later.process &&
            earlier.ret < later.inv &&
            shows(earlier, element) &&
            hides(later, element) &&
            unstruck(Math.min(...of(live, 'add').map((add) => add.inv)), later.ret),
        ),
      );
    case 'resurrected-element':
      return (
        finals.some((read) => reads.includes(read) && shows(read, element)) &&
        of(live, 'add').length > 0 &&
        of(live, 'add').every((add) =>
          acknowledged('remove').some((remove) => knew(add, remove, live, witness, element)),
        )
      );
    default:
      return false;
  }
}

/** Had the session of a remove made the add, or read the element when only that add could have brought it? */
function knew(add: Op, remove: Op, live: readonly Op[], witness: readonly Op[], element: Json): boolean {
  if (!witness.includes(add)) return false;
  if (add.process === remove.process && add.ret < remove.inv) return true;
  return witness.some(
    (read) =>
      read.process === remove.process &&
      read.ret < remove.inv &&
      shows(read, element) &&
      live.every(
        (other) => other.f !== 'add' || other.asked !== element || other === add || other.inv > read.ret,
      ),
  );
}

export function siblingFindingHolds(events: readonly EventInput[], finding: Finding): boolean {
  const one = caseOf(events, finding);
  const { ops, witness, finals } = one;
  const reads = witness.filter((op) => op.f === 'read');
  const everywhere = contextsIn(ops);
  const inWitness = contextsIn(witness);
  const written = (value: Json): Op | undefined => ops.find((op) => op.f === 'write' && op.asked === value);
  const shown = (read: Op): Op[] => (read.saw as readonly Json[]).flatMap((value) => written(value) ?? []);
  /** Is the write among what a read shows, or in the context of some of that? */
  const covers = (read: Op, write: Op): boolean =>
    shown(read).some((other) => other === write || everywhere(other).has(write));
  switch (finding.name) {
    case 'thin-air-read':
    case 'failed-write-visible':
      return impossible(one, 'write');
    case 'duplicate-element':
      return reads.some(twice);
    case 'divergence':
      return finals.some((a) =>
        finals.some((b) => shown(a).some((w) => hides(b, w.asked)) && reads.includes(a) && reads.includes(b)),
      );
    case 'superseded-sibling':
      return reads.some((read) =>
        shown(read).some((newer) =>
          shown(read).some((w) => [newer, w].every((op) => witness.includes(op)) && inWitness(newer).has(w)),
        ),
      );
    case 'lost-sibling':
      return witness.some(
        (write) =>
          write.f === 'write' &&
          finals.every((read) => reads.includes(read) && write.ret < read.inv && !covers(read, write)),
      );
    case 'read-your-writes':
      return reads.some((read) =>
        witness.some(
          (write) =>
            write.f === 'write' &&
            write.process === read.process &&
            write.ret < read.inv &&
            !covers(read, write),
        ),
      );
    case 'monotonic-reads':
      return reads.some((later) =>
        reads.some(
          (earlier) =>
            earlier.process === later.process &&
            earlier.ret < later.inv &&
            shown(earlier).some((write) => witness.includes(write) && !covers(later, write)),
        ),
      );
    default:
      return false;
  }
}

/** All writes that a write replaced: those in its session's last acknowledged operation before it, and theirs in turn. */
function contextsIn(ops: readonly Op[]): (write: Op) => ReadonlySet<Op> {
  const known = new Map<Op, Set<Op>>();
  const of = (write: Op): Set<Op> => {
    const done = known.get(write);
    if (done !== undefined) return done;
    const all = new Set<Op>();
    known.set(write, all);
    const before = ops.filter((op) => op.process === write.process && op.ret < write.inv);
    const source = before.find((op) => before.every((other) => other.ret <= op.ret));
    const direct =
      source === undefined
        ? []
        : source.f === 'write'
          ? [source]
          : ops.filter((op) => op.f === 'write' && shows(source, op.asked));
    for (const cause of direct) {
      all.add(cause);
      for (const earlier of of(cause)) all.add(earlier);
    }
    return all;
  };
  return of;
}
