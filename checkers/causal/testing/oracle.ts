import type { EventInput } from '../../../harness/history/event.ts';
import { permutations, plainOperations, type PlainOperation } from '../../session/testing/oracle.ts';

/**
 * CC and CCv by their axioms (Bouajjani et al., POPL 2017), searching orders instead of patterns: factorial in the
 * writes. co = (session order ∪ reads-from)⁺, closed by Floyd and Warshall.
 */
export function causalOracle(events: readonly EventInput[]): { readonly cc: boolean; readonly ccv: boolean } {
  const ops = plainOperations(events);
  const reads = ops.filter((o) => o.saw !== undefined && o.ret < Infinity);
  const writes = ops.filter((o) => o.wrote !== undefined);
  const from = (w: PlainOperation, r: PlainOperation): boolean =>
    w !== r && r.saw !== undefined && w.wrote === r.saw && w.key === r.key;
  const co = ops.map((a) => ops.map((b) => (a.session === b.session && a.ret < b.inv) || from(a, b)));
  for (let k = 0; k < ops.length; k++)
    for (let i = 0; i < ops.length; i++)
      for (let j = 0; j < ops.length; j++) co[i][j] ||= co[i][k] && co[k][j];
  const isBefore = (a: PlainOperation, b: PlainOperation): boolean => co[ops.indexOf(a)][ops.indexOf(b)];
  const respects = (order: readonly PlainOperation[]): boolean =>
    order.every((a, i) => order.slice(i + 1).every((b) => !isBefore(b, a)));
  const explains = (order: readonly PlainOperation[], r: PlainOperation): boolean => {
    const past = order.filter((w) => w.key === r.key && w !== r && isBefore(w, r));
    return (past.at(-1)?.wrote ?? null) === r.saw;
  };
  const orders = permutations(writes).filter(respects);
  return {
    cc: reads.every((r) => orders.some((order) => explains(order, r))),
    ccv: orders.some((order) => reads.every((r) => explains(order, r))),
  };
}
