import type { Json } from '../../harness/history/event.ts';
import { witnessOf, type Details } from '../fold.ts';
import { causalPath } from './causality.ts';
import type { Fate, Fates, Lost } from './fates.ts';
import type { RowFinals } from './finals.ts';
import { DELETE, fieldsOf, WRITE, type Impossible, type Rows } from './rows.ts';

/** What was lost, to what, and why that is wrong, in one sentence; with the final reads of all replicas. */
export function lossOf(rows: Rows, fates: Fates, lost: Lost, sessionOf: (op: number) => string): Details {
  const { history, acknowledged } = rows;
  const { fate, cell, update, winner, carrier, finals } = lost;
  // What is left came before what was lost: by a path of causes, or in real time, by what shows that it had taken effect.
  const isCausal = fate === 'causal-inversion' || fate === 'resurrection';
  const byTime = (w: number): boolean => !isCausal && rows.observed[w] < rows.invoked[update];
  const before = fate === 'concurrent-discard' ? [] : lost.winners;
  const path = before.flatMap((w) => (byTime(w) ? [] : causalPath(rows, fates.chains, w, update)));
  // The first sight of it bounds the skew; elsewhere its acknowledgement does, if that came in time.
  const inTime = (w: number): boolean =>
    fate !== 'clock-skew-loss' && rows.acknowledged[w] >= 0 && rows.acknowledged[w] < rows.invoked[update];
  const effects = before.filter((w) => byTime(w) && !inTime(w)).map((w) => rows.observed[w]);
  const event = (op: number): number => eventOf(rows, op);
  const seen = shownBy(rows, update);
  const cellName = `field ${JSON.stringify(cell.field)} of ${rowName(rows, cell.row)}`;
  const what =
    rows.kind[update] === DELETE
      ? `the delete of ${rowName(rows, cell.row)}`
      : `${written(rows, lost)} in ${cellName}`;
  const acknowledgement = `acknowledged to session ${sessionOf(update)}: ${at(rows, event(update))}`;
  return {
    witness: witnessOf(
      ...path.map(event),
      ...lost.winners.map(event),
      ...effects,
      ...(fate === 'field-loss' ? [event(carrier)] : []),
      event(update),
      ...finals.reads.map((read) => read.event),
    ),
    explanation:
      `${what} (${acknowledgement}) was lost: ${reason(rows, lost)}` +
      `${lost.certain ? '' : ', unless an indeterminate later update took effect'}.`,
    evidence: {
      field: cell.field,
      lost: event(update),
      acknowledgedAt: history.time[acknowledged[update]],
      winner: winner < 0 ? null : event(winner),
      carrier: carrier < 0 ? null : event(carrier),
      causalPath: path.map(event),
      seenBy: seen,
      skewAtLeastMs: winner < 0 || carrier >= 0 ? null : skew(rows, winner, update),
      finals: finals.reads.map(({ event: e, node, value }) => ({ event: e, node, value })),
    },
  };
}

function reason(rows: Rows, { fate, cell, update, winner, carrier }: Lost): string {
  const left =
    winner < 0
      ? 'nothing'
      : rows.kind[winner] === DELETE
        ? 'a delete'
        : JSON.stringify(valueIn(rows, winner, cell.field));
  const by = winner < 0 ? '' : ` (${at(rows, eventOf(rows, winner))})`;
  // Where a row has one timestamp, a later write of its other fields brings old values along: then no clock is proven wrong.
  const unless =
    carrier < 0
      ? ''
      : `, unless #${eventOf(rows, carrier)}, which never touched the field, carried the old value along`;
  const why: Readonly<Record<Fate, () => string>> = {
    'total-loss': () => 'the final reads show no value, and nobody had deleted the row',
    'field-loss': () =>
      `${left} is left${by}, and the only later write, #${eventOf(rows, carrier)}, never touched the field`,
    resurrection: () => `${left}${by} came back, which had been written causally before it`,
    'causal-inversion': () => `${left}${by} is left, which had been written causally before it`,
    'clock-skew-loss': () =>
      `${left}${by} is left, which had taken effect ${skew(rows, winner, update)?.toFixed(1) ?? 'some'} ms before it began, so the clocks differ by at least that${unless}`,
    'concurrent-discard': () => `${left}${by} is left, which was written concurrently`,
  };
  return why[fate]();
}

/** How long before the lost update began the winner had certainly taken effect, ms; null if it had not. */
function skew({ history, observed, invoked }: Rows, winner: number, update: number): number | null {
  if (observed[winner] >= invoked[update]) return null;
  return (history.time[invoked[update]] - history.time[observed[winner]]) / 1e6;
}

/** The first completed read that shows a value of `update`: visible, then lost. */
function shownBy({ sees, seesFrom, acknowledged }: Rows, update: number): number | null {
  const at = sees.indexOf(update);
  if (at < 0) return null;
  let [low, high] = [0, seesFrom.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seesFrom[middle + 1] <= at) low = middle + 1;
    else high = middle;
  }
  return acknowledged[low];
}

export function impossibleOf(rows: Rows, { read, row, field, value, failed }: Impossible): Details {
  return {
    witness: witnessOf(read),
    explanation:
      `${JSON.stringify(value)} was read from field ${JSON.stringify(field)} of ${rowName(rows, row)} (${at(rows, read)}), ` +
      `${failed ? 'although its write had failed' : 'but nobody had written it before'}.`,
    evidence: { field, value },
  };
}

export function divergenceOf({ reads }: RowFinals, key: Json): Details {
  const shown = reads.map(
    ({ event, node, value }) => `${node ?? 'a node'} ${JSON.stringify(value)} (#${event})`,
  );
  return {
    witness: witnessOf(...reads.map((read) => read.event)),
    explanation: `After quiescence the replicas differ on row ${JSON.stringify(key)}: ${shown.join(', ')}.`,
    evidence: { finals: reads.map(({ event, node, value }) => ({ event, node, value })) },
  };
}

function eventOf({ acknowledged, invoked }: Rows, op: number): number {
  return acknowledged[op] >= 0 ? acknowledged[op] : invoked[op];
}

function at({ history }: Rows, event: number): string {
  return `#${event}${history.node[event] < 0 ? '' : ` at ${history.nodes.valueOf(history.node[event])}`}`;
}

function rowName({ history }: Rows, row: number): string {
  return row === 0 ? 'the row' : `row ${JSON.stringify(history.keys.valueOf(row - 1))}`;
}

function written(rows: Rows, { update, cell }: Lost): string {
  return JSON.stringify(rows.kind[update] === WRITE ? valueIn(rows, update, cell.field) : null);
}

function valueIn({ history, invoked }: Rows, op: number, field: string): Json {
  return fieldsOf(history.values[invoked[op]]).find(([name]) => name === field)?.[1] ?? null;
}
