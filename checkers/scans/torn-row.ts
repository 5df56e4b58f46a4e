import type { Json } from '../../harness/history/event.ts';
import { Findings, operationsOf, type Operation } from '../sets-queues-counters/elements.ts';
import type { Checker } from '../types.ts';
import { Columns, type Write } from './columns.ts';

/**
 * Torn rows, where the columns of a row live in several places. f `write` puts some columns of a row (value
 * `{column: v, …}`, in each column another value every time); f `read` shows them (asked for: the columns as a list, or
 * null for all of them).
 *
 * A read sees, of each column, some write. A write seen in one column and not in another that it wrote as well must come
 * before the one seen there. If these demands and real time go round in a circle, no order of whole writes gives this
 * row: `torn-row` where they are demands of writes that are seen (half of one is), `mixed-row` where it takes a write
 * that is not seen at all (the columns are of different moments). Whether the row was old is not asked: see Bailis et
 * al., RAMP, SIGMOD 2014 (fractured reads), here with real time. O(n log n) for a fixed number of columns; sound, and
 * complete for each read by itself.
 */
export const tornRow: Checker = {
  name: 'torn-row',
  title: 'Torn rows: half of a write of several columns',
  anomalies: ['torn-row', 'mixed-row'],
  check: (history) => {
    const findings = new Findings();
    const rows = new Map<Json, Operation[]>();
    for (const op of operationsOf(history, 'write', 'read', 'delete'))
      if (rows.has(op.key)) rows.get(op.key)!.push(op);
      else rows.set(op.key, [op]);
    let reads = 0;
    for (const [key, ops] of rows) {
      const columns = new Columns(ops);
      for (const op of ops)
        if (op.f === 'read' && op.type === 'ok' && judge(key, op, columns, findings)) reads++;
    }
    return findings.verdict('torn-row', reads === 0 ? 'no read showed two columns of known writes' : null, {
      reads,
    });
  },
};

/** Says whether there was anything to judge: two columns whose writes are known. */
function judge(key: Json, read: Operation, columns: Columns, findings: Findings): boolean {
  const seen = columns.seenBy(read);
  if (seen.length < 2) return false;
  const circle = circleOf(seen, columns);
  if (circle === null) return true;
  const { steps, torn } = circle;
  const witness = steps.flatMap(({ from, via }) => [
    ...eventsOf(from),
    ...(via === null ? [] : eventsOf(via)),
  ]);
  const row = `Read #${read.completed} of row ${JSON.stringify(key)} shows ${seen.map(({ column, write }) => `${column} of ${nameOf(write)}`).join(', ')}`;
  const why = steps
    .map(({ from, to, column, via }) => {
      if (column === null) return `${nameOf(from)} was acknowledged before ${nameOf(to)} began`;
      return via === null
        ? `${nameOf(from)} wrote ${column} too and is not seen there, so it came before ${nameOf(to)}`
        : `#${via.invoked} wrote ${column} after ${nameOf(from)} and before what is seen elsewhere, and is not seen there, so ${nameOf(from)} came before ${nameOf(to)}`;
    })
    .join('; ');
  const end = torn ? 'both cannot be, half of a write was seen' : 'the columns are of different moments';
  findings.add(
    torn ? 'torn-row' : 'mixed-row',
    key,
    [...witness, ...seen.flatMap(({ write }) => eventsOf(write)), read.invoked, read.completed],
    `${row}: ${why}: ${end}.`,
  );
  return true;
}

const nameOf = (write: Write): string => (write.invoked < 0 ? 'no write yet' : `#${write.invoked}`);
const eventsOf = ({ invoked, returned }: Write): number[] =>
  returned < Infinity ? [invoked, returned] : [invoked];

/** `from` must come before `to`: by real time (`column` null), or for what is seen in `column`. */
interface Step {
  readonly from: Write;
  readonly to: Write;
  readonly column: string | null;
  readonly via: Write | null;
}

interface Seen {
  readonly column: string;
  readonly write: Write;
}

/** The shortest circle of demands among the writes that a read saw; without unseen writes if there is such a one. */
function circleOf(
  seen: readonly Seen[],
  columns: Columns,
): { readonly steps: readonly Step[]; readonly torn: boolean } | null {
  const writes = [...new Set(seen.map(({ write }) => write))];
  const steps: Step[] = [];
  for (const from of writes) {
    for (const to of writes)
      if (from.returned < to.invoked) steps.push({ from, to, column: null, via: null });
    for (const { column, write: to } of seen)
      if (to !== from && from.columns.has(column)) steps.push({ from, to, column, via: null });
  }
  const torn = shortest(writes, steps);
  if (torn !== null) return { steps: torn, torn: true };
  const latest = Math.max(...writes.map(({ invoked }) => invoked));
  for (const from of writes)
    for (const { column, write: to } of seen) {
      const via = columns.between(column, from.returned, latest, to);
      if (via !== null) steps.push({ from, to, column, via });
    }
  const mixed = shortest(writes, steps);
  return mixed === null ? null : { steps: mixed, torn: false };
}

function shortest(writes: readonly Write[], steps: readonly Step[]): Step[] | null {
  let best: Step[] | null = null;
  for (const start of writes) {
    const paths = new Map<Write, Step[]>();
    let edge: readonly Write[] = [start];
    while (edge.length > 0 && !paths.has(start)) {
      const reached: Write[] = [];
      for (const step of steps)
        if (edge.includes(step.from) && !paths.has(step.to)) {
          paths.set(step.to, [...(step.from === start ? [] : paths.get(step.from)!), step]);
          reached.push(step.to);
        }
      edge = reached;
    }
    const round = paths.get(start);
    if (round !== undefined && (best === null || round.length < best.length)) best = round;
  }
  return best;
}
