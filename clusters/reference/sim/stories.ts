// A few accidents in the right order, and who must have what afterwards.
import { leaderOf, left } from './costs.ts';
import { BEAT, done, leader, serves, within, world } from './in-time.ts';
import { tokenOf, type Lockstep } from './lockstep.ts';

/** @throws Error unless the row shows what was written under this number. */
function shows(on: Lockstep, by: string, [key, id]: readonly [string, number], ms: number): void {
  const { reply } = done(on, on.ask(by, { op: 'read', table: 't', key, at: 'quorum' }), ms, 'read');
  if (!reply.ok || reply.fields?.value !== tokenOf(id)) throw new Error(`${by} does not show ${key}`);
}

/** A write that its leader could not get through is given up when that one follows again, and told to whoever reconciles. */
export function givesUp(): Lockstep {
  const on = world('automatic');
  const was = leader(on);
  if (on.statuses().get(was)?.epoch !== 1) throw new Error('the first leader was not left to lead');
  on.cut(was);
  const id = on.write(was);
  for (let i = 0; i < 4; i++) on.write(was);
  within(on, 2700, 'another serves', () => serves(on, was));
  done(
    on,
    on.write(
      [...on.statuses().values()].find(({ name, role }) => name !== was && role === 'leader')?.name ?? was,
    ),
    5,
    'write',
  );
  on.join(was);
  within(on, 1000, 'all is even', () => left(on).length === 0);
  if (on.answers.get(id)?.reply.ok !== false)
    throw new Error('what is given up was acknowledged, or left open');
  if (!on.discarded.some(({ change }) => JSON.stringify(change).includes(tokenOf(id))))
    throw new Error('what is given up is told to nobody');
  const last = (): number => on.statuses().get(was)?.last ?? 0;
  const before = last();
  for (const name of on.names) on.crash(name);
  on.start(was);
  if (last() !== before) throw new Error(`${was} has ${last()} entries after a restart, and had ${before}`);
  return on;
}

/** Who was down when the last leader was chosen stands for the lock, and may not be chosen: it is no member. */
export function isNoMember(offset: number): Lockstep {
  const on = world('automatic-sync', 5);
  on.crash('n5');
  on.crash(leader(on));
  within(on, 2700, 'another serves', () => serves(on, 'n1'));
  on.run(200);
  const was = leader(on);
  on.crash(was);
  on.start('n1');
  on.run(BEAT * offset);
  on.start('n5');
  // Those who cannot win take turns first, and then wait for longer each time.
  within(on, 6000, 'another serves', () => serves(on, was));
  if (leader(on) === 'n5') throw new Error('n5 leads, which was no member');
  within(on, 1000, 'all is even', () => left(on).length === 0);
  return on;
}

/** An atomic register: what one read has shown, no later one misses, though only one node had it. */
export function writesBack(): Lockstep {
  const on = world('leaderless-abd');
  const id = on.write('n1');
  // It has read what is there, and the others do not get what it writes.
  on.run(2);
  for (const name of ['n2', 'n3']) on.cut(name);
  on.run(600);
  if (on.answers.get(id)?.reply.ok !== false) throw new Error('a write is acknowledged by one of three');
  on.join('n2');
  shows(on, 'n2', [`k${id}`, id], 2 + 3);
  on.crash('n1');
  on.join('n3');
  shows(on, 'n3', [`k${id}`, id], 2 + 3);
  return on;
}

/** A stand-in that keeps a single write for another node shows it. */
export function keepsOne(key: string): Lockstep {
  const on = world('leaderless-sloppy', 5);
  for (const name of ['n3', 'n4', 'n5']) on.crash(name);
  const id = on.ask('n1', (own) => ({ op: 'write', table: 't', key, fields: { value: tokenOf(own) } }));
  done(on, id, 2 * BEAT + 3, 'write');
  shows(on, 'n2', [key, id], 2 * BEAT + 3);
  return on;
}

/** A node hears everything late, so that it is told again: what it is told twice it records once. */
export function onlyOnce(configuration: string): Lockstep {
  const on = world(configuration);
  const by = on.settings.strategy === 'multi-leader' ? 'n3' : leaderOr(on, 'n1');
  const late = on.names.find((name) => name !== by) ?? by;
  on.slow(late, 170);
  const { appended } = on;
  const id = on.write(by);
  on.run(1500);
  if (on.answers.get(id)?.reply.ok !== true) throw new Error('a write is not done');
  if (on.appended - appended !== 3)
    throw new Error(`${on.appended - appended} records of a write on three nodes`);
  return on;
}

function leaderOr(on: Lockstep, otherwise: string): string {
  return leaderOf(on.statuses()) ?? otherwise;
}

/** Who lacks entries of a new leader's gets them at once, not with the next heartbeat. */
export function isBroughtInLine(): Lockstep {
  const on = world('semi-sync');
  on.cut('n2');
  for (let i = 0; i < 20; i++) on.write('n1');
  on.run(100);
  on.join('n2');
  for (const name of on.names) on.command(name, { command: 'fence', epoch: 2 });
  on.run(2);
  on.command('n3', { command: 'promote', epoch: 2, members: on.names });
  within(on, 8, 'all is even', () => left(on).length === 0);
  return on;
}

/**
 * A write that follows on another one takes its place, though it was made by a clock that is far behind; where clocks are
 * believed, it loses, and that is said.
 */
export function clocksApart(configuration: string, believed: boolean): Lockstep {
  const on = world(configuration);
  const write = (by: string): number =>
    on.ask(by, (id) => ({ op: 'write', table: 't', key: 'k', fields: { value: tokenOf(id) } }));
  on.setClock('n2', -500);
  const first = write('n1');
  done(on, first, 5, 'write');
  on.run(5);
  const last = write('n2');
  done(on, last, 5, 'write');
  on.run(5);
  for (const by of on.names) {
    const { reply } = done(on, on.ask(by, { op: 'read', table: 't', key: 'k', at: 'replica' }), 5, 'read');
    if (!reply.ok || reply.fields?.value !== tokenOf(believed ? first : last))
      throw new Error(`${by} shows the other write`);
  }
  if (on.marks.has('write-stamped-behind-the-winner') !== believed)
    throw new Error('it is not said who lost');
  return on;
}

/** A change that its home made before it crashed, and could not tell of, is not made again when it is handed over again. */
export function isMadeOnce(): Lockstep {
  const on = world('multi-leader-home');
  const row = { table: 't', key: 'k0' };
  const id = on.ask('n1', { op: 'increment', ...row, amount: 1 });
  on.run(2);
  on.cut('n1');
  on.run(3);
  on.crash('n3');
  on.start('n3');
  on.run(10);
  on.join('n1');
  done(on, id, 200, 'increment');
  on.run(100);
  for (const by of on.names) {
    const { reply } = done(on, on.ask(by, { op: 'read', ...row, at: 'replica' }), 1, 'read');
    if (!reply.ok || reply.fields?.value !== 1) throw new Error(`${by} counts ${JSON.stringify(reply)}`);
  }
  return on;
}

/** A session's read is answered by a replica that has its last write, at once; a later epoch has all of an earlier one. */
export function comesAfter(configuration: string): Lockstep {
  const on = world(configuration);
  const by = leader(on);
  const { reply } = done(on, on.write(by), 5, 'write');
  if (!reply.ok || reply.position === undefined) throw new Error('a write is not told its position');
  on.run(100);
  const { epoch, lsn } = reply.position;
  const replica = on.names.find((name) => name !== by) ?? by;
  for (const after of [reply.position, { epoch: epoch - 1, lsn: lsn + 1000 }])
    done(
      on,
      on.ask(replica, { op: 'read', table: 't', key: 'k', at: 'replica', after }),
      0,
      'read by position',
    );
  return on;
}

/** A follower was down since this many writes, and the leader keeps ten entries or so before it takes a snapshot. */
export function takesUp(had: number): Lockstep {
  const on = world('raft', 3, '1', { snapshotEvery: 10 });
  const by = leader(on);
  const down = on.names.find((name) => name !== by) ?? by;
  const write = (value: number): void => {
    done(on, on.ask(by, { op: 'write', table: 't', key: 'k', fields: { value } }), 3, 'write');
  };
  for (let i = 0; i < had; i++) write(i);
  on.run(100);
  on.crash(down);
  for (let i = 0; i < 15; i++) write(i);
  on.run(100);
  on.start(down);
  within(on, 6 * BEAT + 10, `${down} catches up`, () => left(on).length === 0);
  return on;
}
