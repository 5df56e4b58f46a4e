// Nodes go and come back: who stands in for them, who goes on without them, and what becomes of it when they are there.
import { left } from './costs.ts';
import { BEAT, done, leader, serves, within, world } from './in-time.ts';
import { tokenOf, type Lockstep } from './lockstep.ts';

/** Stand-ins take writes in the time of two beats, answer reads with what they keep, and hand over within four. */
export function standsIn(): Lockstep {
  const on = world('leaderless-sloppy', 5);
  const down = ['n3', 'n4', 'n5'];
  for (const name of down) on.crash(name);
  const writes = Array.from({ length: 20 }, () => on.write('n1'));
  for (const id of writes) done(on, id, 2 * BEAT + 3, 'write');
  for (const id of writes) {
    const read = on.ask('n2', { op: 'read', table: 't', key: `k${id}`, at: 'quorum' });
    const { reply } = done(on, read, 2 * BEAT + 3, 'read');
    if (!reply.ok || reply.fields?.value !== tokenOf(id))
      throw new Error('a stand-in keeps it, and does not show it');
  }
  on.run(1000);
  for (const name of down) on.start(name);
  within(on, 5 * BEAT + 5, 'hints are handed over', () =>
    [...on.statuses().values()].every(({ owed }) => owed === 0),
  );
  within(on, 4 * 8 * BEAT, 'all is even', () => left(on).length === 0);
  for (const id of writes) {
    const name = on.names.filter((node) => on.statuses().get(node)).length;
    const read = done(on, on.ask('n3', { op: 'read', table: 't', key: `k${id}`, at: 'quorum' }), 2, 'read');
    if (name < 5 || !read.reply.ok || read.reply.fields?.value !== tokenOf(id))
      throw new Error('a write is lost');
  }
  return on;
}

/** Two nodes come back at once after a failover: one change of members after the other, and no more than two. */
export function readmits(): Lockstep {
  const on = world('semi-sync', 5);
  for (const name of ['n4', 'n5']) on.crash(name);
  for (const name of ['n1', 'n2', 'n3']) on.command(name, { command: 'fence', epoch: 2 });
  on.run(2);
  on.command('n2', { command: 'promote', epoch: 2, members: ['n1', 'n2', 'n3'] });
  within(on, BEAT, 'n2 leads', () => serves(on, 'n1'));
  on.run(4 * BEAT);
  const before = on.appended;
  for (const name of ['n4', 'n5']) on.start(name, true);
  within(on, 4 * BEAT, 'both are members', () => on.statuses().get('n2')?.members.length === 5);
  within(on, 2 * BEAT, 'all is even', () => left(on).length === 0);
  // Both changes on five disks; the promise of the epoch and its first entry on those of the two.
  if (on.appended - before > 2 * 5 + 2 * 2) throw new Error(`records: ${on.appended - before}, not 14`);
  return on;
}

/** Without followers: not before the time that is allowed for them, and then without them until they have caught up. */
export function fallsBack(): Lockstep {
  const on = world('semi-sync-fallback');
  for (const name of ['n2', 'n3']) on.crash(name);
  const { now } = on;
  const { at } = done(on, on.write('n1'), 500 + 2 * BEAT, 'write without followers');
  if (at - now < 500 - BEAT) throw new Error(`falls back after ${at - now} ms, not 500`);
  done(on, on.write('n1'), 1, 'write alone');
  for (const name of ['n2', 'n3']) on.start(name);
  within(on, 4 * BEAT, 'all is even', () => left(on).length === 0);
  on.run(2 * BEAT);
  const { disks } = done(on, on.write('n1'), 4, 'write with followers');
  if (disks < 2) throw new Error('acknowledged without a follower that is there');
  return on;
}

/** The first follower is silent: it is passed over after 20 beats. */
export function passesOver(): Lockstep {
  const on = world('first');
  on.crash('n2');
  done(on, on.write('n1'), 22 * BEAT, 'write without the first');
  done(on, on.write('n1'), 4, 'write');
  on.start('n2');
  within(on, 3 * BEAT, 'all is even', () => left(on).length === 0);
  return on;
}

/** A member less and again one more, the leader among them; nobody who comes back disturbs a leader. */
export function changesMembers(): Lockstep {
  const on = world('raft', 5);
  const was = leader(on);
  const other = on.names.find((name) => name !== was) ?? was;
  const members = (): readonly string[] => on.statuses().get(leader(on))?.members ?? [];
  on.command(was, { command: 'remove', node: other });
  within(on, 5, `${other} is out`, () => members().length === 4 && left(on).length > 0);
  on.run(1000);
  on.command(was, { command: 'add', node: other });
  within(on, 4 * BEAT, `${other} is in`, () => members().length === 5);
  within(on, 4 * BEAT, 'all is even', () => left(on).length === 0);
  const term = on.statuses().get(was)?.epoch;
  on.cut(other);
  on.run(3000);
  on.join(other);
  on.run(1000);
  if (leader(on) !== was || on.statuses().get(was)?.epoch !== term)
    throw new Error(`${other} deposes ${was}`);
  on.command(was, { command: 'remove', node: was });
  within(on, 800, `another leads after ${was}`, () => serves(on, was) && members().length === 4);
  return on;
}

/** A read brings the node up to date that it found behind: before anybody compares hashes. */
export function repairs(): Lockstep {
  const on = world('leaderless');
  on.run(3);
  on.cut('n3');
  const id = on.write('n1');
  done(on, id, 3, 'write');
  on.run(500);
  on.run(8 * BEAT - (on.now % (8 * BEAT)) + 3);
  on.join('n3');
  const key = `k${id}`;
  done(on, on.ask('n1', { op: 'read', table: 't', key, at: 'quorum' }), 2, 'read');
  on.run(2);
  const { reply } = done(on, on.ask('n3', { op: 'read', table: 't', key, at: 'replica' }), 1, 'read');
  if (!reply.ok || reply.fields?.value !== tokenOf(id))
    throw new Error('a read does not repair what it found');
  return on;
}
