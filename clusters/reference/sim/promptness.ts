// How long things take that go wrong: from the heartbeats, patience and terms that the strategies are built on (25 ms a
// beat), never from a run. What comes later than that, or too early, or costs more, is not what the store claims to be.
import type { Request } from '../replica/types.ts';
import { COSTS, IDLE, leaderOf, left } from './costs.ts';
import { failsOver, killsWhoIsDeaf, leavesInPlace, promotesWhoHasAll, waitsForService } from './failovers.ts';
import { BEAT, done, leader, refused, serves, within, world } from './in-time.ts';
import type { Lockstep } from './lockstep.ts';
import {
  buries,
  changesMembers,
  comparesEnough,
  fallsBack,
  isNotStale,
  leaseEnds,
  passesOver,
  readmits,
  repairs,
  settles,
  standsIn,
} from './absences.ts';

import {
  givesUp,
  isBroughtInLine,
  isNoMember,
  isMadeOnce,
  clocksApart,
  takesUp,
  comesAfter,
  keepsOne,
  onlyOnce,
  writesBack,
} from './stories.ts';

export interface Scenario {
  readonly name: string;
  /** @throws Error that says what came too late. */
  readonly play: () => Lockstep | Promise<Lockstep>;
}

/** More than are sent at once. */
const MANY = 300;
const ROW = { table: 't', key: 'k' };

/** A node that was down has all within so many ms of its start. */
function catchesUp(configuration: string, ms: number, nodes = 3, settings = {}): Scenario {
  const play = (): Lockstep => {
    const on = world(configuration, nodes, '1', settings);
    const led = leaderOf(on.statuses());
    const asked = led === null || on.settings.strategy === 'multi-leader' ? 'n1' : led;
    const down = on.names.findLast((name) => name !== asked) ?? asked;
    on.crash(down);
    for (let i = 0; i < MANY; i++) {
      on.write(asked);
      on.run(1);
    }
    on.run(1000);
    // The next time that others compare hashes with it is 400 ms away: its own first comparison must do.
    on.run(400 - ((on.now - 205) % 400));
    on.start(down);
    within(on, ms, `${down} catches up`, () => left(on).length === 0);
    if (on.settings.snapshotEvery < MANY && !on.marks.has('snapshot-installed'))
      throw new Error('it is not said that a snapshot was taken');
    return on;
  };
  return { name: `${configuration}: catches up ${JSON.stringify(settings)}`, play };
}

/** When the leader dies, another one serves within so many ms. */
function isFollowed(configuration: string, ms: number, seed: string): Scenario {
  const play = (): Lockstep => {
    const on = world(configuration, 3, seed);
    for (const name of on.names) on.write(name);
    on.run(37 * Number(seed));
    const was = leader(on);
    on.crash(was);
    within(on, ms, `another leads after ${was}`, () => serves(on, was));
    on.start(was);
    within(on, ms, `${was} is back`, () => left(on).length === 0);
    done(on, on.write(leader(on)), 6, 'write');
    return on;
  };
  return { name: `${configuration}: the leader dies ${seed}`, play };
}

/** A leader that is asked to hand over, with nothing under way, is followed within so many ms. */
function handsOver(configuration: string, ms: number): Scenario {
  const play = (): Lockstep => {
    const on = world(configuration);
    const was = leader(on);
    done(on, on.write(was), 6, 'write');
    on.run(BEAT);
    on.command(was, { command: 'transfer' });
    within(on, ms, `another leads after ${was}`, () => {
      const all = [...on.statuses().values()].filter(({ role, serving }) => role === 'leader' && serving);
      if (all.length > 1) throw new Error(`${all.map(({ name }) => name).join(' and ')} serve at once`);
      return serves(on, was);
    });
    return on;
  };
  return { name: `${configuration}: hands over`, play };
}

/** These are down, or all but who is asked where that is the `leader` or a `follower`: it refuses, in that time. */
function isRefused(
  configuration: string,
  [by, request]: readonly [string, Request],
  code: string,
  ms: readonly [number, number],
  down: readonly string[] = ['n2', 'n3'],
): Scenario {
  const play = (): Lockstep => {
    const on = world(configuration);
    const led = leaderOf(on.statuses());
    const to =
      by === 'leader' ? (led ?? by) : by === 'follower' ? (on.names.find((one) => one !== led) ?? by) : by;
    for (const name of to === by ? down : on.names.filter((one) => one !== to)) on.crash(name);
    const before = on.sent;
    refused(on, on.ask(to, request), code, ms, `${configuration}: ${request.op} at ${by}`);
    const tries = Math.ceil(ms[1] / (4 * BEAT)) + 1;
    if (on.sent - before > tries * 2 + (IDLE[configuration] * ms[1]) / 1000)
      throw new Error(`${on.sent - before} messages for what is asked again in every fourth beat`);
    on.run(200);
    const { sent } = on;
    on.run(1000);
    if (on.sent - sent > IDLE[configuration])
      throw new Error(`${configuration}: ${on.sent - sent} messages a second, long after it has refused`);
    return on;
  };
  return { name: `${configuration}: ${request.op} at ${by} is refused`, play };
}

const WRITE: Request = { ...ROW, op: 'write', fields: { value: 1 } };
const FAR: Request = { ...ROW, op: 'read', at: 'replica', after: { epoch: 1, lsn: 9999 } };

/** A write that is asked for 1 ms after another one waits for that one's way at most. */
const PIPELINED: readonly Scenario[] = COSTS.filter(({ asked }) => asked[1] === 'write').map((cost) => ({
  name: `${cost.configuration}: two writes, one after another, at ${cost.asked[0]}`,
  play: () => {
    const on = world(cost.configuration, cost.nodes);
    const by = cost.asked[0] === 'leader' ? leader(on) : cost.asked[0];
    on.write(by);
    on.run(1);
    const second = on.write(by);
    done(on, second, 2 * cost.delays, 'the second write');
    const everywhere = Math.max(2 * cost.everywhere, cost.everywhere + 2 * BEAT);
    within(on, everywhere, 'everywhere', () => left(on).length === 0);
    return on;
  },
}));

const ELECTION = 800;
/** A lease of 1.5 s; a question that is lost with the leader, two looks, and the race. */
const TAKEOVER = 2700;

export const SCENARIOS: readonly Scenario[] = [
  ...PIPELINED,
  catchesUp('async', 3 * BEAT + 5),
  catchesUp('semi-sync', 3 * BEAT + 5),
  catchesUp('sync', 3 * BEAT + 5),
  catchesUp('any', 3 * BEAT + 5, 5),
  catchesUp('raft', 3 * 2 * BEAT + 10),
  catchesUp('raft', 3 * 2 * BEAT + 10, 5, { snapshotEvery: 50 }),
  catchesUp('multi-leader-lww-field', 3 * BEAT + 5),
  catchesUp('multi-leader-ring', 3 * BEAT + 5),
  catchesUp('multi-leader-star', 3 * BEAT + 5),
  catchesUp('leaderless', 8 * BEAT + 10),
  catchesUp('leaderless-crdt', 8 * BEAT + 10),
  ...['1', '2', '3', '4'].map((seed) => isFollowed('raft', ELECTION, seed)),
  ...['1', '2', '3', '4'].map((seed) => isFollowed('automatic', TAKEOVER, seed)),
  isFollowed('automatic-no-fencing', TAKEOVER, '5'),
  handsOver('raft', 8),
  handsOver('automatic', 18 * BEAT),
  handsOver('automatic-no-fencing', 18 * BEAT),
  isRefused('async-token', ['n2', FAR], 'behind', [BEAT, 2 * BEAT], []),
  isRefused('raft-token', ['n2', FAR], 'behind', [BEAT, 2 * BEAT], []),
  isRefused('leaderless', ['n1', WRITE], 'no-quorum', [19 * BEAT, 20 * BEAT]),
  isRefused('leaderless', ['n1', { ...ROW, op: 'read', at: 'quorum' }], 'no-quorum', [19 * BEAT, 20 * BEAT]),
  isRefused('multi-leader-home', ['n1', { ...WRITE, key: 'k0' }], 'no-quorum', [19 * BEAT, 20 * BEAT]),
  isRefused('raft', ['leader', WRITE], 'deposed', [0, 16 * BEAT]),
  isRefused('raft-follower-reads', ['follower', { ...ROW, op: 'read', at: 'confirmed' }], 'not-ready', [
    0,
    41 * BEAT,
  ]),
  { name: 'leaderless-sloppy: stands in', play: standsIn },
  { name: 'leaderless: repairs', play: () => repairs(true) },
  { name: 'leaderless: leaves repair to others', play: () => repairs(false) },
  { name: 'semi-sync: readmits two at once', play: readmits },
  { name: 'semi-sync-fallback: falls back', play: fallsBack },
  { name: 'first: passes over', play: passesOver },
  { name: 'raft: changes members', play: changesMembers },
  ...['raft', 'raft-lease-reads'].flatMap((name) =>
    Array.from({ length: 10 }, (_, i) => ({
      name: `${name}: a read at a leader who does not know, ${5 * i} ms after a heartbeat`,
      play: () => isNotStale(name, 5 * i),
    })),
  ),
  ...Array.from({ length: 12 }, (_, i) => ({
    name: `raft: takes up a log whose beginning is gone, ${i}`,
    play: () => takesUp(i),
  })),
  isRefused('raft', ['follower', WRITE], 'not-leader', [0, 0]),
  isRefused('semi-sync', ['n2', WRITE], 'not-leader', [0, 0], []),
  ...['async-primary-reads', 'semi-sync', 'sync', 'raft'].map((name) => ({
    name: `${name}: fails over`,
    play: () => failsOver(name),
  })),
  { name: 'any: fails over', play: () => failsOver('any', 5) },
  { name: 'semi-sync: promotes who has all', play: promotesWhoHasAll },
  { name: 'async-primary-reads: nobody to promote', play: leavesInPlace },
  { name: 'semi-sync: a deaf leader', play: killsWhoIsDeaf },
  { name: 'sync: restarts a leader', play: waitsForService },
  ...['automatic', 'automatic-async', 'automatic-no-fencing'].flatMap((name) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((offset) => ({
      name: `${name}: a lease ends, ${offset}`,
      play: () => leaseEnds(name, offset < 4 ? 1500 : 1600, offset),
    })),
  ),
  { name: 'automatic: gives up', play: givesUp },
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((offset) => ({
    name: `automatic-sync: is no member, ${offset}`,
    play: () => isNoMember(offset),
  })),
  ...['semi-sync', 'raft', 'multi-leader-lww', 'multi-leader-home', 'leaderless'].map((name) => ({
    name: `${name}: records once what it hears twice`,
    play: () => onlyOnce(name),
  })),
  { name: 'semi-sync: is brought in line', play: isBroughtInLine },
  ...['multi-leader-hybrid', 'leaderless-abd'].map((name) => ({
    name: `${name}: clocks apart`,
    play: () => clocksApart(name, false),
  })),
  { name: 'multi-leader-lww: clocks apart', play: () => clocksApart('multi-leader-lww', true) },
  ...['async-token', 'raft-token'].map((name) => ({
    name: `${name}: a read after a write`,
    play: () => comesAfter(name),
  })),
  { name: 'multi-leader-home: is made once', play: isMadeOnce },
  { name: 'leaderless-abd: writes back', play: writesBack },
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => ({
    name: `leaderless-sloppy: keeps one, ${key}`,
    play: () => keepsOne(key),
  })),
  { name: 'leaderless: buries', play: buries },
  ...[0, 1, 2, 3, 4, 5].map((offset) => ({
    name: `automatic: compares enough, ${offset}`,
    play: () => comparesEnough(offset),
  })),
  { name: 'multi-leader-siblings: settles', play: settles },
];
