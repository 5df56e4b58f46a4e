import type { Claim } from '../types.ts';
import type { StoreSettings } from './settings.ts';

const SOURCE = 'docs/reference-store.md';

/** Every family that leaves the leader in place: the data are on disk before a write is acknowledged. */
const HARMLESS = ['kill', 'pause', 'partition', 'cut-standbys', 'clock'];
const FAILOVERS = ['failover', 'restart-then-promote'];
/** All nodes at once, of as many as anyone will start: only availability hangs on how many are down. */
const ALL = 99;

/** What these settings promise. */
export function claimOf(settings: StoreSettings): Claim {
  switch (settings.strategy) {
    case 'single-leader':
      return singleLeader(settings);
    case 'multi-leader':
      return multiLeader(settings);
    case 'raft':
      return raft(settings);
  }
}

/**
 * The log is one order of all changes, and every replica shows a prefix of it. Read at the leader alone, that is
 * linearizable. Read elsewhere, a session may miss its own writes, since its replica lags; as long as it keeps to one
 * replica it never goes back, and sees changes in the order in which they were made. Roaming, it loses that too.
 */
function singleLeader({ ack, reads, fencing }: StoreSettings): Claim {
  const guarantee = {
    primary: ['linearizable', 'convergent'],
    any: ['durable', 'convergent'],
    sticky: ['durable', 'convergent', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'],
  }[reads];
  const survivesFailover = ack !== 'async' && fencing;
  return {
    guarantee,
    operations: 'register (read, write, cas), set (add, read), rows (read, write, delete)',
    reads: { primary: 'from the leader', any: 'from any replica', sticky: 'from one replica a session' }[
      reads
    ],
    tolerates: { faults: survivesFailover ? [...HARMLESS, ...FAILOVERS] : HARMLESS, howMany: ALL },
    source: `${SOURCE}#single-leader-${ack}`,
  };
}

/**
 * All writes reach all nodes, each node's in its order, and stamps decide. As long as clocks agree, a session at its
 * home leader finds its own writes and never goes back: whatever it saw was stamped before what it writes next.
 */
function multiLeader({ reads }: StoreSettings): Claim {
  const home = reads !== 'any';
  return {
    guarantee: home ? ['convergent', 'read-your-writes', 'monotonic-reads'] : ['convergent'],
    operations:
      'register (read, write), set (add, read), rows (read, write, delete); cas is local to a leader',
    reads: home ? 'from the session’s home leader' : 'from any leader',
    tolerates: { faults: ['kill', 'pause', 'partition', ...(home ? [] : ['clock'])], howMany: ALL },
    source: `${SOURCE}#multi-leader-lww`,
  };
}

/**
 * Whoever answers has made sure that it is not behind: linearizable, whoever it is. Without that a replica shows a
 * prefix of the log, as in single-leader replication. Nothing but availability hangs on how many nodes are down.
 */
function raft({ reads, confirm }: StoreSettings): Claim {
  const sticky = ['monotonic-reads', 'monotonic-writes', 'writes-follow-reads'];
  const guarantee =
    confirm === 'none'
      ? ['durable', 'convergent', ...(reads === 'sticky' ? sticky : [])]
      : ['linearizable', 'convergent'];
  const from = { primary: 'from the leader', any: 'from any replica', sticky: 'from one replica a session' }[
    reads
  ];
  const by = { 'read-index': 'by read-index', lease: 'by the leader’s lease', none: 'as it stands' }[confirm];
  return {
    guarantee,
    operations: 'register (read, write, cas), set (add, read), rows (read, write, delete)',
    reads: `${from}, ${by}`,
    tolerates: { faults: [...HARMLESS, ...FAILOVERS], howMany: ALL },
    source: `${SOURCE}#raft`,
  };
}
