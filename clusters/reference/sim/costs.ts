// What an operation costs where nothing goes wrong, from theory: delays one after another (a message or a sync each; the
// client's own way is not counted), messages between nodes and records on disks in all, and how long until every replica
// shows it. Nodes that nobody asks send heartbeats only. An implementation that waits for the next heartbeat, asks twice
// or tells everyone everything is right, and still not what it claims to be.
import { createHash } from 'node:crypto';
import { reference } from '../definition.ts';
import { missing } from '../settle.ts';
import type { ReadAt, Request, Status } from '../replica/types.ts';
import { Lockstep, tokenOf } from './lockstep.ts';

type Changed = 'write' | 'increment' | 'insert' | 'delete';

export interface Cost {
  readonly configuration: string;
  readonly nodes: number;
  /** By which node (`leader`: whoever leads), and how. */
  readonly asked: readonly [string, Changed | 'scan' | ReadAt];
  readonly delays: number;
  readonly messages: number;
  readonly records: number;
  /** Delays until all nodes have it. */
  readonly everywhere: number;
}

function write(
  configuration: string,
  [delays, messages, everywhere]: readonly [number, number, number],
  by = 'n1',
  nodes = 3,
  records = nodes,
): Cost {
  return { configuration, nodes, asked: [by, 'write'], delays, messages, records, everywhere };
}

function change(configuration: string, how: Changed, costs: readonly [number, number, number]): Cost {
  return { ...write(configuration, costs), asked: ['n1', how] };
}

function read(
  configuration: string,
  how: 'scan' | ReadAt,
  [delays, messages]: readonly [number, number],
  by = 'n1',
  nodes = 3,
): Cost {
  return { configuration, nodes, asked: [by, how], delays, messages, records: 0, everywhere: 0 };
}

/** A follower of Raft learns of a commit with the next heartbeat. */
const HEARTBEAT = 50;

/** Per follower: shipped, received, on disk; then told that it is committed, and that heard. */
export const COSTS: readonly Cost[] = [
  write('async', [1, 3 * 2, 3]),
  read('async', 'replica', [0, 0], 'n2'),
  read('async-primary-reads', 'leader', [0, 0]),
  write('semi-sync', [4, 5 * 2, 5]),
  read('semi-sync', 'leader', [2, 2 * 2]),
  write('sync', [4, 5 * 2, 5]),
  write('first', [4, 5 * 2, 5]),
  write('any', [4, 5 * 4, 5], 'n1', 5),
  // Appended, on disk; who reads elsewhere asks the leader first.
  write('raft', [3, 2 * 2, 3 + HEARTBEAT], 'leader'),
  read('raft', 'leader', [2, 2 * 2], 'leader'),
  read('raft-lease-reads', 'leader', [0, 0], 'leader'),
  read('raft-follower-reads', 'confirmed', [4, 1 + 2 * 2 + 1 + 2], 'n2'),
  read('raft-stale-reads', 'replica', [0, 0], 'n2'),
  // Sent, on disk: to every other node once, whatever the way.
  write('multi-leader-lww', [1, 2 * 2, 3]),
  write('multi-leader-siblings', [1, 2 * 2, 3], 'n2'),
  write('multi-leader-ring', [1, 2 * 2, 5], 'n2'),
  write('multi-leader-star', [1, 2 * 2, 5], 'n3'),
  write('multi-leader-star', [1, 2 * 2, 3]),
  // Handed to the row's home, and back with its updates.
  write('multi-leader-home', [4, 2 + 2 * 2, 4], 'n3'),
  read('multi-leader-lww', 'replica', [0, 0], 'n3'),
  // Asked, answered.
  write('leaderless', [3, 2 * 2, 3]),
  read('leaderless', 'quorum', [2, 2 * 2]),
  read('leaderless', 'replica', [0, 0], 'n2'),
  write('leaderless-weak', [1, 2 * 2, 3], 'n3'),
  read('leaderless-weak', 'quorum', [0, 2 * 2], 'n3'),
  write('leaderless-sloppy', [3, 2 * 3, 3], 'n1', 5, 3),
  read('leaderless-sloppy', 'quorum', [2, 2 * 3], 'n4', 5),
  read('leaderless-sloppy', 'scan', [2, 2 * 4], 'n5', 5),
  // What is there already, then the write.
  write('leaderless-siblings', [2 + 3, 4 * 2, 5]),
  write('leaderless-abd', [2 + 3, 4 * 2, 5]),
  change('leaderless', 'increment', [2 + 3, 4 * 2, 5]),
  change('leaderless-siblings', 'delete', [2 + 3, 4 * 2, 5]),
  // What merges needs not be read.
  change('leaderless', 'insert', [3, 2 * 2, 3]),
  change('leaderless', 'delete', [3, 2 * 2, 3]),
  change('leaderless-crdt', 'increment', [1, 2 * 2, 3]),
  change('leaderless-crdt', 'insert', [1, 2 * 2, 3]),
  change('multi-leader-crdt', 'increment', [1, 2 * 2, 3]),
  { ...change('raft', 'increment', [3, 2 * 2, 3 + HEARTBEAT]), asked: ['leader', 'increment'] },
  read('leaderless-abd', 'quorum', [2, 2 * 2]),
];

/** Messages a second between nodes that nobody asks anything. */
export const IDLE: Readonly<Record<string, number>> = {
  // Of three nodes: a heartbeat in 25 ms to two followers, and their answers.
  ...{ async: 160, 'semi-sync': 160, sync: 160, first: 160 },
  // To four.
  any: 320,
  // In 50 ms.
  ...{ raft: 80, 'raft-lease-reads': 80, 'raft-follower-reads': 80, 'raft-stale-reads': 80 },
  ...{ 'async-primary-reads': 160, 'async-token': 160, 'raft-token': 80 },
  // Each to the others; to the next one; to the first one, and from it.
  ...{
    'multi-leader-lww': 480,
    'multi-leader-siblings': 480,
    'multi-leader-home': 480,
    'multi-leader-crdt': 480,
  },
  ...{ 'multi-leader-ring': 240, 'multi-leader-star': 320 },
  // Each compares its hashes with another one in 200 ms.
  ...{
    leaderless: 15,
    'leaderless-weak': 15,
    'leaderless-siblings': 15,
    'leaderless-abd': 15,
    'leaderless-crdt': 15,
  },
  'leaderless-sloppy': 25,
};

/** So many operations, one after another, each in the same time after a heartbeat; the dearest counts. */
const OPERATIONS = 6;
const QUIET_MS = 400;
const AFTER_HEARTBEAT = 5;
const BEGINS = 2000;

export interface Measured {
  readonly delays: number;
  readonly messages: number;
  readonly records: number;
  readonly everywhere: number;
  /** Messages a second before and after: the more. */
  readonly idle: number;
  /** Of all that was measured. */
  readonly digest: string;
}

export function settingsOf(configuration: string) {
  const found = reference.configurations.find(({ name }) => name === configuration);
  if (!found) throw new Error(`no configuration named ${configuration}`);
  return found.settings;
}

function isChange(how: Cost['asked'][1]): how is Changed {
  return how === 'write' || how === 'increment' || how === 'insert' || how === 'delete';
}

function requestOf(how: Cost['asked'][1], id: number, i: number): Request {
  const row = { table: 't', key: isChange(how) ? `k${id}` : `k${i}` };
  switch (how) {
    case 'write':
      return { op: how, ...row, fields: { value: tokenOf(id) } };
    case 'increment':
      return { op: how, ...row, amount: 1 };
    case 'insert':
      return { op: how, ...row, element: 'a' };
    case 'delete':
      return { op: how, ...row };
    case 'scan':
      return { op: how, table: 't', at: 'quorum' };
    case 'leader':
    case 'replica':
    case 'confirmed':
    case 'quorum':
      return { op: 'read', ...row, at: how };
  }
}

/** Does the operation on an idle cluster, several times. @throws Error if it is not answered, or not with success. */
export function measure({ configuration, nodes, asked }: Cost): Measured {
  const world = new Lockstep('costs', nodes, settingsOf(configuration));
  world.run(BEGINS + AFTER_HEARTBEAT);
  const before = world.sent;
  world.run(1000);
  const idle = world.sent - before;
  const quiet = (idle * QUIET_MS) / 1000;
  const worst = { delays: 0, messages: 0, records: 0, everywhere: 0 };
  const all: unknown[] = [idle];
  for (let i = 0; i < OPERATIONS; i++) {
    const { now, sent, appended } = world;
    const [name, how] = asked;
    const by = name === 'leader' ? leaderOf(world.statuses()) : name;
    if (by === null) throw new Error(`${configuration}: nobody leads`);
    const id = world.ask(by, (own) => requestOf(how, own, i));
    const behind = (): boolean => !world.answers.has(id) || left(world).length > 0;
    const everywhere = isChange(how) ? world.until(() => !behind(), QUIET_MS) : 0;
    world.run(QUIET_MS - (world.now - now));
    const answer = world.answers.get(id);
    if (!answer) throw new Error(`${configuration}: ${how} at ${by} is not answered within ${QUIET_MS} ms`);
    if (!answer.reply.ok) throw new Error(`${configuration}: ${how} at ${by}: ${answer.reply.message}`);
    const one = {
      delays: answer.at - now,
      messages: world.sent - sent - quiet,
      records: world.appended - appended,
      everywhere: everywhere ?? Infinity,
    };
    all.push(one, answer.reply);
    for (const what of ['delays', 'messages', 'records', 'everywhere'] as const)
      worst[what] = Math.max(worst[what], one[what]);
  }
  if (world.marks.size > 0) throw new Error(`nothing is rare here: ${[...world.marks].join(', ')}`);
  const after = world.sent;
  world.run(1000);
  const idles = [idle, world.sent - after];
  const digest = createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
  return { ...worst, idle: Math.max(...idles), digest };
}

/** Who leads the latest term; null when nobody does. */
export function leaderOf(statuses: ReadonlyMap<string, Status>): string | null {
  const leads = [...statuses.values()].filter(({ role }) => role === 'leader');
  return leads.reduce<Status | null>((a, b) => (a && a.epoch > b.epoch ? a : b), null)?.name ?? null;
}

/** What each node still lacks. */
export function left(world: Lockstep): readonly string[] {
  const statuses = world.statuses();
  const { strategy } = world.settings;
  const led = strategy === 'single-leader' || strategy === 'raft';
  const leader = led ? leaderOf(statuses) : null;
  return led && leader === null ? ['nobody leads'] : missing(world.running, statuses, leader);
}

/**
 * What costs more than it is to, in a sentence; null for nothing. What costs less has left something out: a confirmation,
 * or somebody who was to be told.
 */
export function otherwise(cost: Cost, measured: Measured): string | null {
  const { configuration, asked } = cost;
  const what = `${configuration}: ${asked[1]} at ${asked[0]} costs`;
  for (const one of ['delays', 'messages', 'records'] as const)
    if (measured[one] !== cost[one]) return `${what} ${measured[one]} ${one}, not ${cost[one]}`;
  if (measured.everywhere > cost.everywhere)
    return `${what} ${measured.everywhere} delays until all have it, not ${cost.everywhere}`;
  const idle = IDLE[configuration];
  return measured.idle === idle
    ? null
    : `${configuration}: ${measured.idle} messages a second for nothing, not ${idle}`;
}
