import { expect, it } from 'vitest';
import type { Rebalanced } from '../../../harness/cluster.ts';
import { SECOND } from '../../../harness/runtime/types.ts';
import { virtualRuntime } from '../../../harness/runtime/virtual.ts';
import { standing } from './standing.ts';

const BEGUN: Rebalanced = {
  what: 'x is split',
  progress: () => ({ over: true, felt: true, keys: 3, told: 'it is over' }),
};

/** An order whose plan takes so many seconds: when it stood (s), as what, and what is told of it then and after ten. */
function ordered(seconds: number, plan: () => Rebalanced) {
  const runtime = virtualRuntime(1);
  const { clock } = runtime;
  return runtime.run(async () => {
    const order = await standing('a split', clock.sleep(seconds * SECOND).then(plan), clock);
    const stood = clock.now() / SECOND;
    const first = order.progress();
    await clock.sleep(10 * SECOND);
    return { stood, what: order.what, first, last: order.progress() };
  });
}
const refused = () => {
  throw new Error('nothing to split');
};

it('an order that can be planned at once is what was planned, or the reason why nothing was', async () => {
  expect(await ordered(0.1, () => BEGUN)).toMatchObject({ stood: 0.1, what: 'x is split' });
  await expect(ordered(0.1, refused)).rejects.toThrow('nothing to split');
});

it('an order that a shard holds up does not hold up whoever gave it, and is carried out later', async () => {
  expect(await ordered(3, () => BEGUN)).toMatchObject({
    stood: 0.5,
    what: 'a split',
    first: { over: false, felt: false, keys: 0 },
    last: { over: true, felt: true, keys: 3, told: 'x is split: it is over' },
  });
});

it('an order for which there proves to be nothing to do later was never felt, and says why', async () => {
  expect((await ordered(3, refused)).last).toEqual({
    over: false,
    felt: false,
    keys: 0,
    told: 'nothing to split',
  });
});
