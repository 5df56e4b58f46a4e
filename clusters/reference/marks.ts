import type { StoreSettings } from './settings.ts';

/**
 * A rare state that a replica says it has been in (after Antithesis' and TigerBeetle's "sometimes" assertions): a
 * campaign whose runs never reach it has not tested what is done there.
 */
export interface Mark {
  readonly name: string;
  readonly title: string;
  /** Can a store with these settings be in it, under the faults that its claim tolerates? */
  readonly applies: (settings: StoreSettings) => boolean;
}

const singleLeader = ({ strategy }: StoreSettings): boolean => strategy === 'single-leader';
const failsOver = (settings: StoreSettings): boolean =>
  singleLeader(settings) && settings.ack !== 'async' && settings.fencing;

const table = [
  {
    name: 'deposed-leader-with-uncommitted-tail',
    title: 'A leader is deposed while its log holds entries that it never acknowledged',
    applies: failsOver,
  },
  {
    name: 'tail-discarded',
    title: 'A node that rejoins drops entries that the new leader does not have',
    applies: failsOver,
  },
  {
    name: 'promoted-behind-its-own-log',
    title: 'A standby is promoted whose log holds entries that it does not know to be committed',
    applies: failsOver,
  },
  {
    name: 'logs-disagree',
    title: 'A follower’s log does not have the entry that the leader’s shipment follows on',
    applies: singleLeader,
  },
  {
    name: 'member-readmitted',
    title: 'A node that was left out of the members has caught up, and counts again',
    applies: failsOver,
  },
  {
    name: 'acknowledged-while-a-follower-lags',
    title: 'Semi-synchronous: a write is acknowledged of which a follower is many entries short',
    applies: (settings) => singleLeader(settings) && settings.ack === 'semi-sync',
  },
  {
    name: 'read-refused-after-restart',
    title: 'A replica that restarted refuses a read, since it has not caught up with what it had shown',
    applies: (settings) => singleLeader(settings) && settings.reads !== 'primary' && settings.ack !== 'async',
  },
  {
    name: 'write-stamped-behind-the-winner',
    title: 'Multi-leader: a write is acknowledged that has already lost to one with a later stamp',
    // Clocks must differ for that, which a claim of sessions or of fields does not tolerate.
    applies: ({ strategy, conflicts, stamps, home, reads, lww }) =>
      strategy === 'multi-leader' &&
      conflicts === 'lww' &&
      stamps === 'wall' &&
      !home &&
      reads === 'any' &&
      lww === 'row',
  },
] as const satisfies readonly Mark[];

export type MarkName = (typeof table)[number]['name'];

export const MARKS: ReadonlyMap<string, Mark> = new Map<string, Mark>(table.map((mark) => [mark.name, mark]));
