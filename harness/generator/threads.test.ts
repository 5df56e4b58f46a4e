import { describe, expect, it } from 'vitest';
import { fn, once } from './operations.ts';
import { cycle, limit, sequence } from './sequence.ts';
import { invocations, simulate } from './testing/simulate.ts';
import { eachProcess, eachThread, nemesis, onlyClients, reserve } from './threads.ts';
import { rate, sleep } from './time.ts';

const endless = (f: string) => fn(({ n }) => ({ f, value: n }));
const drawing = (f: string) => fn(({ random }) => ({ f, value: random.below(1_000_000) }));
const threadsOf = (events: { f: string; thread: unknown }[], f: string) =>
  [...new Set(events.filter((event) => event.f === f).map(({ thread }) => thread))].sort();

describe('nemesis', () => {
  const faults = cycle(sequence(sleep(100), once({ f: 'fault' })), 3);

  it('keeps to its own thread, and the clients to theirs', () => {
    const seen = invocations(nemesis(faults, limit(50, endless('read'))), { nemesis: true });
    expect(threadsOf(seen, 'fault')).toEqual(['nemesis']);
    expect(threadsOf(seen, 'read')).toEqual([0, 1, 2]);
    expect(seen.filter(({ f }) => f === 'fault').map(({ time }) => time)).toEqual([100, 210, 320]);
  });

  it('is not held up by clients that hang', () => {
    const seen = invocations(nemesis(faults, limit(3, endless('read'))), {
      nemesis: true,
      takes: ({ f }) => (f === 'read' ? 10_000 : 5),
    });
    expect(seen.filter(({ f }) => f === 'fault').map(({ time }) => time)).toEqual([100, 205, 310]);
  });

  it('shifts no draw of the clients: without it they do the same', () => {
    const values = (events: { f: string; value: unknown }[]) =>
      events.filter(({ f }) => f === 'read').map(({ value }) => value);
    const clients = limit(50, drawing('read'));
    const beside = invocations(nemesis(faults, clients), { nemesis: true });
    expect(values(beside)).toEqual(values(invocations(onlyClients(clients), { nemesis: true })));
  });
});

describe('onlyClients', () => {
  it('leaves the nemesis alone', () => {
    expect(threadsOf(invocations(onlyClients(limit(50, endless('a'))), { nemesis: true }), 'a')).toEqual([
      0, 1, 2,
    ]);
  });
});

describe('reserve', () => {
  it('gives so many threads to each, and the others to the rest', () => {
    const generator = reserve(
      [
        [2, endless('write')],
        [1, endless('cas')],
      ],
      endless('read'),
    );
    const seen = invocations(generator, { concurrency: 6, nemesis: true, operations: 300 });
    expect(threadsOf(seen, 'write')).toEqual([0, 1]);
    expect(threadsOf(seen, 'cas')).toEqual([2]);
    expect(threadsOf(seen, 'read')).toEqual([3, 4, 5]);
  });

  it('lets a slow generator hold up nobody else', () => {
    const seen = invocations(reserve([[1, endless('slow')]], rate(1e9 / 10, endless('fast'))), {
      takes: ({ f }) => (f === 'slow' ? 1_000_000 : 5),
      operations: 50,
    });
    expect(seen.filter(({ f }) => f === 'fast').every(({ time, intended }) => time === intended)).toBe(true);
  });
});

describe('each thread', () => {
  it('has a copy of its own, with draws of its own', () => {
    const events = invocations(eachThread(limit(4, drawing('x'))));
    expect(events).toHaveLength(12);
    for (const thread of [0, 1, 2]) expect(events.filter((e) => e.thread === thread)).toHaveLength(4);
    expect(new Set(events.map(({ value }) => value)).size).toBe(12);
  });

  it('hears only of its own events', () => {
    const heard: string[] = [];
    const listener = (left: number): ReturnType<typeof fn> => ({
      next: (context) => {
        if (left === 0) return { kind: 'done' };
        const [thread] = context.free;
        return {
          kind: 'operation',
          operation: { f: 'x', thread, time: context.time },
          rest: listener(left - 1),
        };
      },
      update(context, { thread }) {
        heard.push(`${String(context.threads)} hears ${String(thread)}`);
        return this;
      },
    });
    simulate(eachThread(listener(1)), { concurrency: 2 });
    expect(heard).toEqual(['0 hears 0', '1 hears 1', '0 hears 0', '1 hears 1']);
  });
});

describe('each process', () => {
  it('begins anew when a thread goes on as another process', () => {
    const events = invocations(eachProcess(limit(2, endless('x'))), {
      ends: ({ thread }, n) => (thread === 0 && n < 6 ? 'info' : 'ok'),
    });
    const perProcess = new Map<number, number>();
    for (const { process } of events) perProcess.set(process, (perProcess.get(process) ?? 0) + 1);
    expect(perProcess.get(1)).toBe(2);
    expect(perProcess.get(2)).toBe(2);
    expect(perProcess.get(0)).toBe(1); // its only operation ended info
    expect([...perProcess.keys()].some((process) => process >= 3)).toBe(true);
    expect([...perProcess.values()].every((count) => count <= 2)).toBe(true);
  });
});
