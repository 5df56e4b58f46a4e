// What is asked of a cluster in lockstep, and by when it must have come.
import type { Setting } from '../../types.ts';
import { leaderOf, left, settingsOf } from './costs.ts';
import { Lockstep, type Answer } from './lockstep.ts';
import { RaftInvariants } from './raft-invariants.ts';

export const BEAT = 25;
/** Enough to elect somebody, and for all to hear it. */
const BEGINS = 2000;

export function world(
  configuration: string,
  nodes = 3,
  seed = '1',
  settings: Readonly<Record<string, Setting>> = {},
) {
  const all = { ...settingsOf(configuration), ...settings };
  // Raft has promises of its own.
  const dress = all.strategy === 'raft' ? new RaftInvariants().watched : undefined;
  const made = new Lockstep(seed, nodes, all, dress);
  made.run(BEGINS);
  return made;
}

/** @throws Error unless it holds within so many ms. */
export function within(on: Lockstep, ms: number, what: string, holds: () => boolean): number {
  const took = on.until(holds, ms);
  if (took === null) throw new Error(`${what}: not within ${ms} ms: ${left(on).join('; ')}`);
  return took;
}

export function answered(on: Lockstep, id: number, ms: number, what: string): Answer {
  within(on, ms, what, () => on.answers.has(id));
  return on.answers.get(id) as Answer;
}

/** @throws Error unless it is done within so many ms. */
export function done(on: Lockstep, id: number, ms: number, what: string): Answer {
  const answer = answered(on, id, ms, what);
  if (!answer.reply.ok) throw new Error(`${what}: ${answer.reply.message}`);
  return answer;
}

/** @throws Error unless it is refused so, within these ms. */
export function refused(
  on: Lockstep,
  id: number,
  code: string,
  [from, to]: readonly [number, number],
  what: string,
) {
  const { now } = on;
  const { at, reply } = answered(on, id, to, what);
  if (reply.ok || reply.code !== code) throw new Error(`${what}: is not refused as ${code}`);
  if (at - now < from) throw new Error(`${what}: is refused after ${at - now} ms, not ${from} at least`);
}

export function leader(on: Lockstep): string {
  const found = leaderOf(on.statuses());
  if (found === null) throw new Error('nobody leads');
  return found;
}

export function serves(on: Lockstep, but: string): boolean {
  const statuses = on.statuses();
  const name = leaderOf(statuses);
  return name !== null && name !== but && statuses.get(name)?.serving === true;
}
