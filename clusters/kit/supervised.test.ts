import { describe, expect, it } from 'vitest';
import { startSupervised } from './supervised.ts';

/** A server that stays up only once it is started at `free` ms or later; its clock is moved by waiting. */
function server(free: number) {
  let now = 0;
  let up = false;
  const starts: number[] = [];
  const node = {
    start: () => {
      starts.push(now);
      up = now >= free;
      return Promise.resolve();
    },
    alive: () => Promise.resolve(up),
    until: async (_what: string, deadlineMs: number, probe: () => Promise<boolean>) => {
      for (const deadline = now + deadlineMs; !(await probe()); now += 50)
        if (now >= deadline) throw new Error('in vain');
    },
  };
  return { node, starts, isUp: () => up };
}

describe('a server that ends at once', () => {
  it('is started again until its predecessor is out of the way', async () => {
    const { node, starts, isUp } = server(1_000);
    await startSupervised(node);
    expect(isUp()).toBe(true);
    expect(starts.length).toBeGreaterThan(2);
  });

  it('is left alone when it goes on ending, and when it stays up', async () => {
    const [never, atOnce] = [server(Infinity), server(0)];
    await startSupervised(never.node);
    await startSupervised(atOnce.node);
    expect(never.starts).toHaveLength(6);
    expect(atOnce.starts).toHaveLength(1);
  });
});
