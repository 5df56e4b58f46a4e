// What several workloads are made of.
import { fn } from '../harness/generator/operations.ts';
import { rate } from '../harness/generator/time.ts';
import type { Generator } from '../harness/generator/types.ts';
import type { Json } from '../harness/history/event.ts';
import type { WorkloadContext } from './types.ts';

/** The operations at the rate that was asked for (open loop), or as fast as they are answered. */
export function paced(context: WorkloadContext, generator: Generator): Generator {
  return context.rate === null ? generator : rate(context.rate, generator);
}

/** One read of each key from each node; `undefined` = wherever the cluster's routing says. */
export function readEach(keys: readonly Json[], nodes: readonly (string | undefined)[]): Generator {
  return fn((turn) => {
    if (turn.n >= keys.length * nodes.length) return null;
    const node = nodes[turn.n % nodes.length];
    const read = { f: 'read', key: keys[Math.floor(turn.n / nodes.length)] };
    return node === undefined ? read : { ...read, node };
  });
}
