// The operators of the store at work on a cluster in lockstep: whoever they say leads does, and has all that counts.
import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';
import { StoreOperator, type Servers } from '../operator.ts';
import { RaftOperator } from '../raft-operator.ts';
import type { Status } from '../replica/types.ts';
import { left } from './costs.ts';
import { done, leader, within, world } from './in-time.ts';
import { tokenOf, type Lockstep } from './lockstep.ts';

const ANSWERS_MS = 100;
const LOOKS_MS = 50;
/** Two looks, and the answers. */
const MOVES_MS = 120;
/** Clients get so long to come back to a restarted leader before another is promoted. */
const PAUSE_MS = 300;
/** As long as that a restarted leader gets to serve again. */
const SERVES_AGAIN_MS = 3000;

/** `deaf`: a node that answers no order. */
function serversOf(on: Lockstep, deaf?: string): Servers {
  return {
    ask: (name, command) => {
      if (name === deaf) return Promise.reject(new Error(`${name} does not answer`));
      const id = on.command(name, command);
      const took = on.until(() => on.obeyed.has(id), ANSWERS_MS);
      return took === null
        ? Promise.reject(new Error(`${name} does not answer`))
        : Promise.resolve(on.obeyed.get(id) as Status);
    },
    kill: async (name) => {
      await Promise.resolve();
      on.crash(name);
    },
    start: (name, standby) =>
      on.running.includes(name)
        ? Promise.reject(new Error(`${name} still runs`))
        : Promise.resolve(on.start(name, standby)),
    until: async (deadlineMs, holds) => {
      for (const end = on.now + deadlineMs; on.now < end; on.run(LOOKS_MS)) if (await holds()) return true;
      return false;
    },
    logTail: () => Promise.resolve(''),
  };
}

function clockOf(on: Lockstep): Clock {
  const never = (): never => {
    throw new Error('operators only sleep');
  };
  return {
    now: () => on.now * MILLISECOND,
    sleep: (ns) => Promise.resolve(on.run(ns / MILLISECOND)),
    after: never,
    quietly: never,
  };
}

function operatorOf(on: Lockstep, deaf?: string) {
  return on.settings.strategy === 'raft'
    ? new RaftOperator(serversOf(on), on.names, clockOf(on))
    : new StoreOperator(serversOf(on, deaf), on.names, on.settings, clockOf(on));
}

/** @throws Error unless that one leads and serves, the others follow it, and it shows these writes. */
function leads(on: Lockstep, name: string, writes: readonly number[]): void {
  if (leader(on) !== name) throw new Error(`the operator says that ${name} leads, and ${leader(on)} does`);
  for (const id of writes) {
    const { reply } = done(
      on,
      on.ask(name, { op: 'read', table: 't', key: `k${id}`, at: 'leader' }),
      5,
      'read',
    );
    if (!reply.ok || reply.fields?.value !== tokenOf(id))
      throw new Error(`write ${id} is lost with the old leader`);
  }
  writes = [...writes, on.write(name)];
  done(on, writes[writes.length - 1], 5, 'write to the new leader');
}

/** Twice, then with a restart before it: each time another one, who has everything. */
export async function failsOver(configuration: string, nodes = 3): Promise<Lockstep> {
  const on = world(configuration, nodes);
  const operator = operatorOf(on);
  const writes: number[] = [];
  for (let i = 0; i < 2; i++) {
    writes.push(on.write(leader(on)));
    done(on, writes[i], 5, 'write');
    const was = leader(on);
    const began = on.now;
    const { from, to } = await operator.failover({ fence: true });
    if (on.now - began > MOVES_MS) throw new Error(`a failover takes ${on.now - began} ms`);
    if (from !== was || to === was) throw new Error(`failover from ${from} to ${to}, where ${was} led`);
    leads(on, to, writes);
    within(on, 500, 'all is even', () => left(on).length === 0);
  }
  const { now } = on;
  const was = leader(on);
  const { from, to } = await operator.restartThenPromote();
  if (from !== was) throw new Error(`restarts ${from}, where ${was} led`);
  if (on.now - now < PAUSE_MS) throw new Error(`promotes after ${on.now - now} ms, not ${PAUSE_MS} at least`);
  leads(on, to, writes);
  within(on, 500, 'all is even', () => left(on).length === 0);
  return on;
}

/** The leader dies: the follower that has all is promoted; with one follower dead as well, nobody is, and it stays. */
export async function promotesWhoHasAll(): Promise<Lockstep> {
  const on = world('semi-sync');
  const operator = operatorOf(on);
  on.cut('n2');
  const id = on.write('n1');
  done(on, id, 4, 'write');
  on.crash('n1');
  on.join('n2');
  const { to } = await operator.failover({ fence: true });
  if (to !== 'n3') throw new Error(`promotes ${to}, which lacks a write`);
  leads(on, to, [id]);
  on.start('n1', true);
  within(on, 500, 'all is even', () => left(on).length === 0 && on.statuses().get(to)?.members.length === 3);
  on.crash('n2');
  const refused = await operator.failover({ fence: true }).then(
    (moved) => `promotes ${moved.to}, which is one of two that count`,
    () => null,
  );
  if (refused !== null) throw new Error(refused);
  within(on, 200, 'n3 goes on', () => on.statuses().get(to)?.serving === true);
  leads(on, to, [id]);
  on.start('n2');
  within(on, 500, 'all is even', () => left(on).length === 0);
  return on;
}

/** Nobody is there to be promoted: the leader goes on, though it has been told to stop. */
export async function leavesInPlace(): Promise<Lockstep> {
  const on = world('async-primary-reads');
  const operator = operatorOf(on);
  for (const name of ['n2', 'n3']) on.crash(name);
  const why = await operator.failover({ fence: true }).then(
    ({ to }) => `promotes ${to}`,
    (error: unknown) => (error as Error).message,
  );
  if (!why.includes('1 up-to-date standbys must answer')) throw new Error(`without a standby: ${why}`);
  within(on, 200, 'n1 goes on', () => on.statuses().get('n1')?.serving === true);
  done(on, on.write('n1'), 1, 'write');
  return on;
}

/** An old leader that does not answer the operator is killed before another is promoted. */
export async function killsWhoIsDeaf(): Promise<Lockstep> {
  const on = world('semi-sync');
  const { to } = await operatorOf(on, 'n1').failover({ fence: true });
  if (on.running.includes('n1')) throw new Error('an old leader that cannot be told to stop goes on');
  leads(on, to, []);
  return on;
}

/** A restarted leader that cannot serve, for want of a follower, gets its time before another is promoted. */
export async function waitsForService(): Promise<Lockstep> {
  const on = world('sync');
  on.crash('n3');
  const { now } = on;
  const { to } = await operatorOf(on).restartThenPromote();
  if (on.now - now < SERVES_AGAIN_MS + PAUSE_MS) throw new Error(`promotes after ${on.now - now} ms`);
  leads(on, to, []);
  return on;
}
