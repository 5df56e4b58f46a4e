import { canonicalJson } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { finalPhase, finalReads } from '../sets-queues-counters/final-reads.ts';
import { READ, type Rows } from './rows.ts';

/** What the final reads of a row say: one a node, the last if a node was asked again. */
export interface RowFinals {
  readonly reads: readonly { readonly event: number; readonly node: string | null; readonly value: Json }[];
  /** Event before which an update must have been acknowledged for these reads to owe it. */
  readonly began: number;
  readonly agree: boolean;
}

/** Final reads by row id; rows that nobody read at the end are absent. */
export function finalsOf(rows: Rows): Map<number, RowFinals> {
  const { history, count, kind, row, acknowledged, invoked } = rows;
  const phase = finalPhase(history);
  const reads = new Map<number, number[]>();
  const lastUpdate = new Map<number, number>();
  for (let op = 0; op < count; op++) {
    if (kind[op] !== READ) {
      const end = Math.max(invoked[op], history.pair[invoked[op]]);
      lastUpdate.set(row[op], Math.max(lastUpdate.get(row[op]) ?? -1, end));
    } else if (acknowledged[op] >= 0) {
      const known = reads.get(row[op]);
      if (known === undefined) reads.set(row[op], [acknowledged[op]]);
      else known.push(acknowledged[op]);
    }
  }
  const finals = new Map<number, RowFinals>();
  for (const [id, events] of reads) {
    events.sort((a, b) => a - b);
    const last = new Map<string | null, number>();
    for (const event of finalReads(history, events, lastUpdate.get(id) ?? -1, phase)) {
      const node = history.node[event];
      last.set(node < 0 ? null : history.nodes.valueOf(node), event);
    }
    if (last.size === 0) continue;
    const of = [...last].map(([node, event]) => ({ event, node, value: history.values[event] }));
    const began = of.reduce((least, { event }) => Math.min(least, history.pair[event]), Infinity);
    const [first] = of;
    const agree = of.every((read) => sameRow(read.value, first.value));
    finals.set(id, { reads: of, began, agree });
  }
  return finals;
}

const sameRow = (a: Json, b: Json): boolean => a === b || canonicalJson(a) === canonicalJson(b);
