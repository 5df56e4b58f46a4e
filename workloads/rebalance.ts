import { fn } from '../harness/generator/operations.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload } from './types.ts';

/** Keys that are in use at a time, for each of `keys`: enough that every range has some when it moves. */
const SPREAD = 20;

/**
 * After so many operations a new key comes into use and an old one is left alone, so that what a move lost is still
 * there to be seen at the end, not buried under later writes.
 */
const OPERATIONS_A_KEY = 8;

/** Reads and unique writes of many keys, each answer naming the shard that gave it; every key is read at the end. */
export const rebalance = defineWorkload({
  name: 'rebalance',
  title: 'Read and write keys that move between shards: none lost, none served by two owners',
  port: 'partition',
  checkers: ['rebalance'],
  model: 'register',
  main: (context) =>
    paced(
      context,
      fn((turn) => {
        const key = Math.floor(turn.n / OPERATIONS_A_KEY) + turn.random.below(context.keys * SPREAD);
        return turn.random.chance(0.5) ? { f: 'read', key } : { f: 'write', key, value: turn.n + 1 };
      }),
    ),
  final: (_context, keys) => readEach(keys, [undefined]),
});
