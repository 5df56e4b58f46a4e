import { describe, expect, it } from 'vitest';
import { COSTS, IDLE, otherwise, measure } from './costs.ts';
import { Lockstep } from './lockstep.ts';
import { SCENARIOS } from './promptness.ts';
import { walkStore } from './store-walk.ts';

describe('in lockstep', () => {
  for (const cost of COSTS)
    it(`${cost.asked[1]} at ${cost.asked[0]} of ${cost.configuration} costs what theory says`, () => {
      const { digest, everywhere, ...measured } = measure(cost);
      const { delays, messages, records } = cost;
      expect(measured).toEqual({ delays, messages, records, idle: IDLE[cost.configuration] });
      expect(everywhere).toBeLessThanOrEqual(cost.everywhere);
      expect(digest).toMatch(/^[0-9a-f]{16}$/);
    });

  for (const { name, play } of SCENARIOS) it(`${name}, in time`, async () => void (await play()));
});

describe('what costs otherwise than it is to', () => {
  const [write] = COSTS;
  const measured = { ...write, idle: IDLE[write.configuration], digest: '' };

  it('is told in a sentence, and what costs as much is not', () => {
    expect(otherwise(write, measured)).toBeNull();
    expect(otherwise(write, { ...measured, messages: 7 })).toBe('async: write at n1 costs 7 messages, not 6');
    expect(otherwise(write, { ...measured, everywhere: 28 })).toBe(
      'async: write at n1 costs 28 delays until all have it, not 3',
    );
    expect(otherwise(write, { ...measured, idle: 161 })).toBe(
      'async: 161 messages a second for nothing, not 160',
    );
  });
});

describe('a walk of the store', () => {
  const walked = ['async', 'sync', 'automatic', 'multi-leader-home', 'multi-leader-siblings', 'raft'];

  for (const name of [...walked, 'leaderless', 'leaderless-sloppy'])
    it(`finds ${name} to keep what it acknowledges`, () => {
      const { world } = walkStore(name, name === 'leaderless-sloppy' ? 5 : 3, '1');
      const done = [...world.answers.values()].filter(({ reply }) => reply.ok);
      // One that is refused everything would keep every promise.
      expect(done.length).toBeGreaterThan(50);
    });

  it('is the same for a seed, and another for another', () => {
    expect(walkStore('raft', 3, '1').digest).toBe(walkStore('raft', 3, '1').digest);
    expect(walkStore('raft', 3, '1').digest).not.toBe(walkStore('raft', 3, '2').digest);
  });

  const found = (bug: string, configuration: string, nodes = 3): string => {
    for (const seed of ['1', '2', '3', '4'])
      try {
        walkStore(configuration, nodes, seed, { bug });
      } catch (error) {
        return (error as Error).message;
      }
    return 'nothing';
  };

  it('tells what is acknowledged before enough disks have it, lost, or shown to nobody', () => {
    expect(found('ack-before-quorum', 'sync')).toMatch(/is acknowledged by n1 with 1 of 3 disks/);
    expect(found('raft-ack-before-commit', 'raft')).toMatch(/with \d of 2 disks|is lost|is not read/);
    expect(found('hinted-handoff-dropped', 'leaderless-sloppy', 5)).toMatch(/disks|is lost/);
    expect(found('duplicate-request-applied-twice', 'multi-leader-home')).toMatch(/counter: \d+ on/);
    expect(found('counter-merge-by-addition', 'multi-leader-crdt')).toMatch(/counter: \d+ on/);
  });
});

describe('a disk in lockstep', () => {
  it('forgets what was not synced when its node crashes', () => {
    const world = new Lockstep('1', 3, {});
    world.run(100);
    const id = world.write('n1');
    world.crash('n1');
    world.start('n1');
    world.run(100);
    expect(world.answers.has(id)).toBe(false);
    const read = world.ask('n1', { op: 'read', table: 't', key: `k${id}`, at: 'leader' });
    expect(world.answers.get(read)?.reply).toMatchObject({ ok: true, fields: null });
  });
});
