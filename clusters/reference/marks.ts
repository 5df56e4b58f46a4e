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

/** Shards have replicas of their own, whose marks nobody hears. */
const singleLeader = ({ strategy, partitioning }: StoreSettings): boolean =>
  strategy === 'single-leader' && partitioning === 'none';
const failsOver = (settings: StoreSettings): boolean =>
  singleLeader(settings) && settings.ack !== 'async' && settings.fencing && settings.fallback === 0;

const raft = ({ strategy, partitioning }: StoreSettings): boolean =>
  strategy === 'raft' && partitioning === 'none';
const multiLeader = ({ strategy }: StoreSettings): boolean => strategy === 'multi-leader';
const leaderless = ({ strategy }: StoreSettings): boolean => strategy === 'leaderless';
/** The leader moves. */
const moves = (settings: StoreSettings): boolean => failsOver(settings) || raft(settings);
const spreads = ({ strategy, partitioning }: StoreSettings): boolean =>
  partitioning !== 'none' && (strategy === 'single-leader' || strategy === 'raft');

const table = [
  {
    name: 'outcome-told-to-a-shard-in-doubt',
    title: 'Two-phase commit: a shard asks what has become of a transaction that it has prepared',
    applies: spreads,
  },
  {
    name: 'deposed-leader-with-uncommitted-tail',
    title: 'A leader is deposed while its log holds entries that it never acknowledged',
    applies: moves,
  },
  {
    name: 'tail-discarded',
    title: 'A node that rejoins drops entries that the new leader does not have',
    applies: moves,
  },
  {
    name: 'promoted-behind-its-own-log',
    title: 'A node comes to lead whose log holds entries that it does not know to be committed',
    applies: moves,
  },
  {
    name: 'logs-disagree',
    title: 'A follower’s log does not have the entry that the leader’s shipment follows on',
    applies: (settings) => singleLeader(settings) || raft(settings),
  },
  {
    name: 'election-without-a-winner',
    title: 'Raft: a candidate stands again, since nobody was elected',
    applies: raft,
  },
  {
    name: 'snapshot-while-a-member-lags',
    title: 'Raft: the leader drops entries that a member, cut off or down, does not have yet',
    applies: raft,
  },
  {
    name: 'snapshot-installed',
    title: 'Raft: a follower that is too far behind takes the leader’s snapshot',
    applies: raft,
  },
  {
    name: 'lease-run-out',
    title: 'Raft: a leader asked for a read by lease has none, and asks for confirmation',
    applies: (settings) => raft(settings) && settings.confirm === 'lease',
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
    applies: (settings) =>
      (singleLeader(settings) && settings.reads !== 'primary' && settings.ack !== 'async') ||
      (raft(settings) && settings.reads !== 'primary' && settings.confirm === 'none'),
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
  {
    name: 'updates-beyond-a-gap',
    title: 'Multi-leader: updates arrive before others of the same node that they follow on',
    applies: multiLeader,
  },
  {
    name: 'change-handed-over-again',
    title: 'Multi-leader: a row’s home is handed a change that it has made already',
    applies: (settings) => multiLeader(settings) && settings.home,
  },
  {
    name: 'versions-side-by-side',
    title: 'Multi-leader: concurrent versions of a row are kept side by side',
    applies: (settings) => multiLeader(settings) && ['siblings', 'merge'].includes(settings.conflicts),
  },
  {
    name: 'read-repaired',
    title: 'Leaderless: a read finds nodes apart, and brings them up to date',
    applies: (settings) => leaderless(settings) && settings.repair,
  },
  {
    name: 'write-without-a-quorum',
    title: 'Leaderless: too few nodes answer a write in time, which some may have',
    applies: leaderless,
  },
  {
    name: 'trees-differ',
    title: 'Leaderless: two nodes compare their hash trees and find rows that differ',
    applies: leaderless,
  },
  {
    name: 'write-kept-for-another',
    title: 'Leaderless: a node keeps a write for one that cannot be reached',
    applies: (settings) => leaderless(settings) && settings.sloppy,
  },
  {
    name: 'hint-handed-over',
    title: 'Leaderless: what was kept for a node is brought to it',
    applies: (settings) => leaderless(settings) && settings.sloppy,
  },
] as const satisfies readonly Mark[];

export type MarkName = (typeof table)[number]['name'];

export const MARKS: ReadonlyMap<string, Mark> = new Map<string, Mark>(table.map((mark) => [mark.name, mark]));
