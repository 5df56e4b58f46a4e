import { describe, expect, it } from 'vitest';
import { SECOND, type Clock } from '../../harness/runtime/types.ts';
import type { Failed } from './outcome.ts';
import { Pins, SessionRouting, type Reads } from './routing.ts';

const failed = (thrown: unknown): Failed => {
  throw thrown;
};

/** Three nodes, n1 the primary, and a clock that stands where it is told. */
function routing(reads: Reads, places = { primary: 'n1', unfenced: null as string | null }) {
  const time = { now: 0 };
  const clock = { now: () => time.now } as Clock;
  const nodes = ['n1', 'n2', 'n3'].map((name) => ({ name, connect: () => Promise.resolve(name) }));
  const pins = new Pins(clock, 2);
  const to = (process: number) => new SessionRouting({ nodes, ...places }, reads, process, failed, pins);
  return { time, to };
}

describe('reads after a write', () => {
  it('go to the primary for as long as the session is pinned, and to any node again after that', () => {
    const { time, to } = routing('after-write');
    const session = to(1);
    expect([1, 2, 3].map(() => session.readNode(7))).toEqual(['n2', 'n3', 'n1']);
    session.wrote(7);
    time.now = 2 * SECOND - 1;
    expect([1, 2, 3].map(() => session.readNode(7))).toEqual(['n1', 'n1', 'n1']);
    time.now = 2 * SECOND;
    expect([1, 2].map(() => session.readNode(7))).toEqual(['n2', 'n3']);
  });

  it('are a matter of the session: another one roams, and a new connection of the same one is pinned', () => {
    const { to } = routing('after-write');
    to(0).wrote(7);
    expect(to(1).readNode(8)).toBe('n2');
    expect(to(1).readNode(7)).toBe('n1');
  });
});

it('a client with a stale endpoint goes on at a former primary that was not fenced', () => {
  const { to } = routing('primary', { primary: 'n2', unfenced: 'n1' });
  expect([0, 1, 2, 3].map((session) => to(0).writeNode(session))).toEqual(['n2', 'n1', 'n2', 'n1']);
});
