import { writeFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND, type Runtime } from './types.ts';
import { virtualRuntime } from './virtual.ts';

describe('virtual time', () => {
  it('passes an hour at once', async () => {
    const runtime = virtualRuntime(1);
    await runtime.run(() => runtime.clock.sleep(3600 * SECOND));
    expect(runtime.clock.now()).toBe(3600 * SECOND);
  });

  it('wakes sleepers by time, ties in the order in which they lay down', async () => {
    const runtime = virtualRuntime(1);
    const woken: string[] = [];
    const sleeper = async (name: string, ns: number) => {
      await runtime.clock.sleep(ns);
      woken.push(`${name}@${runtime.clock.now()}`);
    };
    await runtime.run(async () => {
      await Promise.all([sleeper('c', 20), sleeper('a', 10), sleeper('b', 10)]);
    });
    expect(woken).toEqual(['a@10', 'b@10', 'c@20']);
  });

  it('stands still until the longest chain of promises has come to rest', async () => {
    const runtime = virtualRuntime(1);
    const later = await runtime.run(async () => {
      void runtime.clock.sleep(1);
      for (let i = 0; i < 1000; i++) await Promise.resolve();
      return runtime.clock.now();
    });
    expect(later).toBe(0);
  });

  it('stands still so also for whoever starts it in answer to a message from another process', async () => {
    const runtime = virtualRuntime(1);
    const later = await new Promise((resolve, reject) => {
      // Node hands such messages on in a callback of its own, before which no microtask has a turn.
      process.nextTick(() => {
        const run = runtime.run(async () => {
          void runtime.clock.sleep(1);
          for (let i = 0; i < 1000; i++) await Promise.resolve();
          return runtime.clock.now();
        });
        run.then(resolve, reject);
      });
    });
    expect(later).toBe(0);
  });

  it('keeps the order of events, also of those that wake nobody', async () => {
    const runtime = virtualRuntime(1);
    const order: string[] = [];
    await runtime.run(async () => {
      runtime.clock.quietly(10, () => order.push('quiet'));
      runtime.clock.quietly(20, () => order.push('quiet, like the sleeper before it'));
      void runtime.clock.sleep(15).then(() => order.push('sleeper'));
      runtime.clock.quietly(15, () => order.push('never'))();
      await runtime.clock.sleep(20);
      order.push('end');
    });
    expect(order).toEqual(['quiet', 'sleeper', 'quiet, like the sleeper before it', 'end']);
  });

  it('forgets a cancelled timer', async () => {
    const runtime = virtualRuntime(1);
    let fired = false;
    await runtime.run(async () => {
      const cancel = runtime.clock.after(10, () => (fired = true));
      expect(runtime.scheduled).toBe(1);
      cancel();
      expect(runtime.scheduled).toBe(0);
      await runtime.clock.sleep(20);
    });
    expect(fired).toBe(false);
  });

  it('ends a sleep at once when its signal is aborted, and leaves neither timer nor listener behind', async () => {
    const runtime = virtualRuntime(1);
    await runtime.run(async () => {
      const controller = new AbortController();
      runtime.clock.after(5, () => controller.abort());
      await runtime.clock.sleep(SECOND, controller.signal);
      expect(runtime.clock.now()).toBe(5);
      await runtime.clock.sleep(SECOND, controller.signal);
      expect(runtime.clock.now()).toBe(5);
      expect(runtime.scheduled).toBe(0);
    });
  });

  it('hands on what main returns and what it throws', async () => {
    const runtime = virtualRuntime(1);
    expect(await runtime.run(async () => 'done')).toBe('done');
    await expect(runtime.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('calls a deadlock by its name', async () => {
    const runtime = virtualRuntime(1, { patienceMs: 0 });
    const stuck = runtime.run(async () => {
      await runtime.clock.sleep(7);
      await new Promise(() => {});
    });
    await expect(stuck).rejects.toThrow('Deadlock in virtual time: at 7 ns the run waits');
  });

  it('waits for real work when no timer is left', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'alibi-virtual-'));
    const runtime = virtualRuntime(1);
    await runtime.run(async () => {
      await writeFile(join(directory, 'file'), 'x'.repeat(1_000_000));
      await runtime.clock.sleep(3);
    });
    expect(runtime.clock.now()).toBe(3);
    await rm(directory, { recursive: true });
  });

  it('lets real timers and signals through while many events fire', async () => {
    const runtime = virtualRuntime(1);
    let heard = false;
    setImmediate(() => (heard = true));
    await runtime.run(async () => {
      for (let i = 0; i < 10_000 && !heard; i++) await runtime.clock.sleep(1);
    });
    expect(heard).toBe(true);
    expect(runtime.clock.now()).toBeLessThan(10_000);
  });

  it('gives the same story for the same seed, another for another', async () => {
    const story = (seed: number) => {
      const runtime = virtualRuntime(seed);
      return runtime.run(() => pingPong(runtime));
    };
    expect(await story(3)).toEqual(await story(3));
    expect(await story(3)).not.toEqual(await story(4));
  });
});

async function pingPong({ clock, random }: Runtime): Promise<string[]> {
  const lines: string[] = [];
  const player = async (name: string) => {
    const mine = random(name);
    for (let i = 0; i < 20; i++) {
      await clock.sleep(mine.below(10) * MILLISECOND);
      lines.push(`${name} ${clock.now()}`);
    }
  };
  await Promise.all([player('ann'), player('bob')]);
  return lines;
}
