import { describe, expect, it } from 'vitest';
import { randomStream } from '../runtime/random.ts';
import { scripted } from './scripted.ts';
import type { Context, Generator, Thread } from './types.ts';

function context(time: number, free: readonly Thread[]): Context {
  return { time, free, threads: [0, 1], processOf: () => 0, random: randomStream(1, 'test') };
}

/** What is given at a moment, and the generator that follows. */
function asked(generator: Generator, time: number, free: readonly Thread[]): [unknown, Generator] {
  const next = generator.next(context(time, free));
  if (next.kind === 'done') return ['done', generator];
  if (next.kind === 'pending') return [next.until ?? 'an event', next.rest];
  return [`${next.operation.f} by ${next.operation.thread} for ${next.operation.time}`, next.rest];
}

describe('a script', () => {
  it('gives each thread its operations at their times, counted from when it is first asked', () => {
    let generator = scripted([
      { f: 'b', thread: 1, at: 50 },
      { f: 'a', thread: 0, at: 10 },
      { f: 'c', thread: 0, at: 60 },
    ]);
    const said: unknown[] = [];
    for (const [time, free] of [
      [1000, [0, 1]],
      [1010, [0, 1]],
      [1010, [1]],
      [1050, [1]],
      [1060, []],
      [1075, [0, 1]],
      [1075, [1]],
    ] as const) {
      const [what, rest] = asked(generator, time, free);
      said.push(what);
      generator = rest;
    }
    expect(said).toEqual([
      1010,
      'a by 0 for 1010',
      1050,
      'b by 1 for 1050',
      'an event',
      'c by 0 for 1060',
      'done',
    ]);
  });

  it('changes nothing by being asked twice', () => {
    const [, generator] = asked(scripted([{ f: 'a', thread: 0, at: 5 }]), 0, [0]);
    expect(asked(generator, 5, [0])[0]).toBe('a by 0 for 5');
    expect(asked(generator, 5, [0])[0]).toBe('a by 0 for 5');
  });
});
