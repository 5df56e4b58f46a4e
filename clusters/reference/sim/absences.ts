// Nodes go and come back: who stands in for them, who goes on without them, and what becomes of it when they are there.
import { left } from './costs.ts';
import { BEAT, done, leader, serves, within, world } from './in-time.ts';
import { tokenOf, type Lockstep } from './lockstep.ts';

/** Stand-ins take writes in the time of two beats, answer reads with what they keep, and hand over within four. */
export function standsIn(): Lockstep {
  const on = world('leaderless-sloppy', 5);
  const down = ['n3', 'n4', 'n5'];
  const before = Array.from({ length: 20 }, () => on.write('n1'));
  on.run(1000);
  for (const name of down) on.crash(name);
  const { appended } = on;
  for (const id of before)
    done(on, on.ask('n2', { op: 'read', table: 't', key: `k${id}`, at: 'quorum' }), 2 * BEAT + 3, 'read');
  on.run(600);
  if (on.appended > appended) throw new Error('a read gives rows to nodes that are not to hold them');
  const writes = Array.from({ length: 20 }, () => on.write('n1'));
  const owes = (): number => [...on.statuses().values()].reduce((sum, { owed = 0 }) => sum + owed, 0);
  if (owes() !== writes.length) throw new Error(`${owes()} rounds are open for ${writes.length} writes`);
  for (const id of writes) done(on, id, 2 * BEAT + 3, 'write');
  for (const id of writes) {
    const read = on.ask('n2', { op: 'read', table: 't', key: `k${id}`, at: 'quorum' });
    const { reply } = done(on, read, 2 * BEAT + 3, 'read');
    if (!reply.ok || reply.fields?.value !== tokenOf(id))
      throw new Error('a stand-in keeps it, and does not show it');
  }
  on.run(1000);
  const { sent } = on;
  const owed = owes();
  if (owed === 0 || on.sent - sent > 10 * owed + 25)
    throw new Error(
      `${on.sent - sent} messages a second for ${owed} hints, which are sent in every fourth beat`,
    );
  // What they keep for others is on their disks.
  for (const name of ['n1', 'n2']) {
    on.crash(name);
    on.start(name);
  }
  on.run(100);
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
  on.crash('n2');
  on.start('n2');
  within(on, BEAT, 'n2 leads again, as its log says', () => serves(on, 'n1'));
  return on;
}

/** Without followers: not before the time that is allowed for them, and then without them until they have caught up. */
export function fallsBack(): Lockstep {
  const on = world('semi-sync-fallback');
  for (const name of ['n2', 'n3']) on.crash(name);
  const { now } = on;
  const { at } = done(on, on.write('n1'), 500, 'write without followers');
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
  // Who does not lead changes nothing.
  on.command(other, { command: 'remove', node: was });
  on.command(other, { command: 'transfer' });
  on.command(was, { command: 'remove', node: other });
  within(on, 5, `${other} is out`, () => members().length === 4 && left(on).length > 0);
  on.run(1000);
  on.crash(other);
  done(on, on.write(was), 3, 'write by four');
  on.command(was, { command: 'add', node: other });
  on.run(1000);
  if (members().length !== 4) throw new Error(`${other} is a member before it has caught up`);
  on.start(other);
  within(on, 4 * BEAT, `${other} is in`, () => members().length === 5);
  within(on, 4 * BEAT, 'all is even', () => left(on).length === 0);
  const third = on.names.find((name) => name !== was && name !== other) ?? was;
  on.command(was, { command: 'remove', node: other });
  on.run(10);
  on.command(was, { command: 'remove', node: third });
  on.command(was, { command: 'add', node: other });
  if (members().length !== 3)
    throw new Error('the next change of members begins before the last is committed');
  within(on, 4 * BEAT, `${other} is in again`, () => members().length === 4);
  on.command(was, { command: 'add', node: third });
  within(on, 4 * BEAT, `${third} is in again`, () => members().length === 5);
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

/** A read brings the node up to date that it found behind, before anybody compares hashes; or leaves that to them. */
export function repairs(repair: boolean): Lockstep {
  const on = world('leaderless', 3, '1', { repair });
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
  const repaired = reply.ok && reply.fields?.value === tokenOf(id);
  if (repaired !== repair || on.marks.has('read-repaired') !== repair)
    throw new Error(`repair=${repair}, and a read does otherwise`);
  return on;
}

/** A tombstone that is older than the grace period comes back to nobody, whoever was down meanwhile. */
export function buries(): Lockstep {
  const on = world('leaderless', 3, '1', { grace: 400 });
  const rows = Array.from({ length: 10 }, () => on.write('n1'));
  on.run(10);
  for (const id of rows) on.ask('n1', { op: 'delete', table: 't', key: `k${id}` });
  on.run(10);
  on.crash('n3');
  on.run(2000);
  const { appended } = on;
  on.start('n3');
  on.run(2000);
  // What says that it has begun another life.
  if (on.appended - appended > 1)
    throw new Error(`${on.appended - appended} records of what was deleted long ago`);
  within(on, 1, 'all is even', () => left(on).length === 0);
  return on;
}

/**
 * Of four followers, one of which must have a write, two were never told of it and one is dead with the leader: the two
 * that are left cannot know, and nobody is promoted before the third is back, which has it.
 */
export function comparesEnough(offset: number): Lockstep {
  const on = world('automatic', 5);
  const was = leader(on);
  const [has, ...others] = on.names.filter((name) => name !== was);
  for (const name of others) on.cut(name);
  const id = on.write(was);
  done(on, id, 4, 'write');
  for (const name of [was, has]) on.crash(name);
  for (const name of others) on.join(name);
  on.run(6000 + 110 * offset);
  if (serves(on, was))
    throw new Error(`${leader(on)} is promoted by three, who may lack what one had to have`);
  on.start(has);
  within(on, 8000, 'somebody serves', () => serves(on, was));
  const { reply } = done(
    on,
    on.ask(leader(on), { op: 'read', table: 't', key: `k${id}`, at: 'leader' }),
    4,
    'read',
  );
  if (!reply.ok || reply.fields?.value !== tokenOf(id)) throw new Error('what was acknowledged is lost');
  return on;
}

/**
 * A leader that is cut off from its coordinator stops by itself before another one serves, whenever the others look at
 * the lock, and with nothing but its lease to stop it.
 */
export function leaseEnds(configuration: string, ttl: number, offset: number): Lockstep {
  const on = world(configuration, 3, '1', { ttl });
  const was = leader(on);
  for (const [i, name] of on.names.filter((one) => one !== was).entries()) {
    on.crash(name);
    on.run(BEAT * (offset + i) + 10);
    on.start(name);
    on.run(1000);
  }
  on.cut(was);
  const serving = (): readonly string[] =>
    [...on.statuses().values()].flatMap(({ name, role, serving: is }) =>
      role === 'leader' && is ? [name] : [],
    );
  within(on, ttl + 1200, 'another serves', () => {
    const now = serving();
    if (now.length > 1) throw new Error(`${now.join(' and ')} serve at once`);
    return now.length === 1 && now[0] !== was;
  });
  on.join(was);
  within(on, 1000, 'all is even', () => left(on).length === 0);
  return on;
}

/** Two nodes write to one row at once; a third reads both and settles it: every node's log of conflicts says all that. */
export function settles(): Lockstep {
  const on = world('multi-leader-siblings');
  const row = { table: 't', key: 'k' };
  for (const name of ['n1', 'n2']) on.ask(name, { op: 'write', ...row, fields: { value: name } });
  on.run(5);
  const { reply } = done(on, on.ask('n3', { op: 'read', ...row, at: 'replica' }), 1, 'read');
  if (!reply.ok || reply.siblings?.length !== 2) throw new Error('two writes at once are no siblings');
  const { context } = reply;
  done(on, on.ask('n3', { op: 'write', ...row, fields: { value: 'settled' }, context }), 1, 'write');
  on.run(5);
  for (const name of on.names) {
    const log = done(
      on,
      on.ask(name, { op: 'read', table: 'conflict-log:t', key: 'k', at: 'replica' }),
      1,
      'log',
    ).reply;
    const { open, versions, resolutions } = (log.ok ? log.fields : null) ?? {};
    const [first, ...more] = resolutions as unknown as { by: { value: unknown }; replaced: unknown[] }[];
    const told = [open, (versions as unknown[]).length, first.by.value, first.replaced.length, more.length];
    if (JSON.stringify(told) !== JSON.stringify([false, 3, { value: 'settled' }, 2, 0]))
      throw new Error(`the log of conflicts of ${name} says ${JSON.stringify(told)}`);
  }
  return on;
}

/**
 * Everything reaches the leader late, so that it does not know that it has handed over: a read that was asked for after
 * its last round of heartbeats began is not answered by that round.
 */
export function isNotStale(configuration: string, afterHeartbeat: number): Lockstep {
  const on = world(configuration);
  on.run(afterHeartbeat);
  const was = leader(on);
  on.slow(was, 100);
  on.run(5);
  on.command(was, { command: 'transfer' });
  const next = (): string | undefined =>
    [...on.statuses().values()].find(
      ({ name, serving, role }) => name !== was && role === 'leader' && serving,
    )?.name;
  within(on, 12, 'another leads', () => next() !== undefined);
  const by = next() ?? was;
  const id = on.write(by);
  done(on, id, 3, 'write');
  const read = on.ask(was, { op: 'read', table: 't', key: `k${id}`, at: 'leader' });
  on.run(1000);
  const reply = on.answers.get(read)?.reply;
  if (reply?.ok === true && reply.fields?.value !== tokenOf(id))
    throw new Error(`${was}, deposed, answers a read without a write that was acknowledged before`);
  return on;
}
