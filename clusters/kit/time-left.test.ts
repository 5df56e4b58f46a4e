import { expect, it } from 'vitest';
import { SECOND } from '../../harness/runtime/types.ts';
import { virtualRuntime } from '../../harness/runtime/virtual.ts';
import { timeLeft } from './time-left.ts';

it('tells what is left of a deadline, and leaves every step the time to be tried', async () => {
  const { clock, run } = ((runtime) => ({ clock: runtime.clock, run: runtime.run.bind(runtime) }))(
    virtualRuntime(1),
  );
  const left = timeLeft(clock, 30_000);
  await run(() => clock.sleep(10 * SECOND));
  expect(left()).toBe(20_000);
  await run(() => clock.sleep(30 * SECOND));
  expect(left()).toBe(5_000);
});
