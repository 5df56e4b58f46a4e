import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import type { CheckOptions } from '../types.ts';
import { blocksOf } from './blocks.ts';
import { clustersOf, NONE } from './clusters.ts';
import { DEFAULT_BUDGET } from './linearizability.ts';
import type { Model } from './models/model.ts';
import { inferredModel, MODELS } from './models/models.ts';
import { MISMATCH, READ, registerOperations, type RegisterOperations } from './operations.ts';
import { objectProblem, objectsOf } from './search/objects.ts';
import { orderOf } from './search/order.ts';
import { registerProblem } from './search/register.ts';
import { zoneOrder } from './zone-order.ts';
import { zoneConflicts } from './zones.ts';

/** One object and the order in which its operations took effect, by the events of their invocations. */
export interface Linearization {
  readonly key: Json;
  readonly order: readonly number[];
}

/**
 * Why a history is linearizable, for those who will check it: an order for each object, null for one of which none was
 * found (it has none, or the budget of `options` was used up). Indeterminate operations that nothing shows are left out.
 */
export function linearizations(history: History, options: CheckOptions): (Linearization | null)[] {
  const { initial = null, budget = DEFAULT_BUDGET } = options;
  const name = options.model ?? inferredModel(history);
  const models: readonly Model[] = [...(options.models ?? []), ...MODELS];
  const model = models.find((m) => m.name === name);
  const named = (key: number, order: readonly number[] | null): Linearization | null =>
    order && { key: key === 0 ? null : history.keys.valueOf(key - 1), order };
  if (model)
    return objectsOf(history, model).map((object) => {
      const order = orderOf(objectProblem(model, object, initial), budget);
      return named(object.key, order && order.map((op) => object.inv[op]));
    });
  const ops = registerOperations(history, initial);
  const byZones = zoneOrders(ops, history.length);
  return [...keysOf(ops)].map(([key, positions]) => {
    const order = isPolynomial(ops, positions) ? byZones(key, positions) : null;
    if (order)
      return named(
        key,
        order.map((op) => ops.inv[op]),
      );
    const searched = orderOf(registerProblem(ops, positions), budget);
    return named(key, searched && searched.map((i) => ops.inv[positions[i]]));
  });
}

function keysOf(ops: RegisterOperations): Map<number, number[]> {
  const keys = new Map<number, number[]>();
  for (let op = 0; op < ops.length; op++) {
    const known = keys.get(ops.key[op]);
    if (known) known.push(op);
    else keys.set(ops.key[op], [op]);
  }
  return keys;
}

/** Do zones decide it: is every value written once, and no refused compare-and-set an observation? */
function isPolynomial(ops: RegisterOperations, positions: readonly number[]): boolean {
  const written = positions.filter((op) => ops.kind[op] !== READ).map((op) => ops.value[op]);
  return (
    positions.every((op) => ops.kind[op] !== MISMATCH) &&
    new Set([...written, ops.initial]).size === written.length + 1
  );
}

/** The order that zones give to the operations of a key, null where they conflict. */
function zoneOrders(
  ops: RegisterOperations,
  events: number,
): (key: number, positions: readonly number[]) => number[] | null {
  const clusters = clustersOf(ops);
  const conflicting = new Set<number>();
  const note = (key: number): void => void conflicting.add(key);
  const blocks = blocksOf(ops, clusters, note);
  zoneConflicts(events, clusters, blocks, note);
  return (key, positions) => {
    if (conflicting.has(key)) return null;
    const members = new Map<number, number[]>();
    for (const op of positions) {
      const cluster = clusters.of[op];
      if (cluster === NONE || !clusters.kept[cluster]) continue;
      const known = members.get(cluster);
      if (known) known.push(op);
      else members.set(cluster, [op]);
    }
    return zoneOrder(blocks, members, (cluster) => clusters.creator[cluster]);
  };
}
