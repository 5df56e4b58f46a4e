import type { Port } from '../../harness/cluster.ts';
import type { Claim } from '../types.ts';
import { spreadClaim } from './partition/spread-claims.ts';
import type { Reads } from './routing.ts';
import type { StoreSettings } from './settings.ts';

const SOURCE = 'docs/reference-store.md';

/** Raft: does whoever answers a read make sure that it is not behind? By position or by rows it is the leader only. */
export function confirmsEverywhere({ reads, confirm }: Pick<StoreSettings, 'reads' | 'confirm'>): boolean {
  return confirm !== 'none' && reads !== 'token' && reads !== 'own' && reads !== 'after-write';
}

/** Every family that leaves the leader in place: the data are on disk before a write is acknowledged. */
const CRASHES = ['kill', 'pause', 'power-off', 'disk-full', 'fsync-error'];
const NETWORK = ['partition', 'delay', 'loss', 'duplicate', 'reorder'];
const CLOCKS = ['clock', 'drift', 'strobe'];
const HARMLESS = [...CRASHES, ...NETWORK, 'cut-standbys', ...CLOCKS];
const FAILOVERS = ['failover', 'restart-then-promote'];
/** All nodes at once, of as many as anyone will start: only availability hangs on how many are down. */
const ALL = 99;

/** What these settings promise, of what is done through a port: of everything if none is given. */
export function claimOf(settings: StoreSettings, port?: Port): Claim {
  if (losesByDesign(settings, port)) {
    const claim = unsplit(settings);
    const operations = `${port}: the last writer wins, so that concurrent changes are lost`;
    return { ...claim, guarantee: ['convergent'], operations };
  }
  return settings.partitioning === 'none'
    ? unsplit(settings)
    : spreadClaim(settings, split(settings, unsplit(settings)));
}

/**
 * What a shard promises of its rows holds of all rows, since each has one owner at a time. Rows of several shards have
 * nothing in common: a scan is no snapshot. Only some ways of partitioning move no more than they must.
 */
function split({ partitioning, cacheFor }: StoreSettings, shard: Claim): Claim {
  const linearizable = shard.guarantee.includes('linearizable');
  // A client that remembers what it has read is as old as its memory; its own writes it forgets.
  const cached = ['durable', 'read-your-writes', 'monotonic-reads', `bounded-staleness:${cacheFor}`];
  const rows =
    linearizable && cacheFor > 0
      ? [...shard.guarantee.filter((name) => name !== 'linearizable'), ...cached]
      : shard.guarantee;
  return {
    guarantee: [
      ...rows.filter((guarantee) => guarantee !== 'convergent' && guarantee !== 'sequential'),
      ...(linearizable ? ['single-owner'] : []),
      ...(partitioning === 'modulo' ? [] : ['minimal-movement']),
    ],
    operations: 'register (read, write, cas), set (add, read), counter: each row by itself',
    reads: shard.reads,
    tolerates: { ...shard.tolerates, faults: [...shard.tolerates.faults, 'rebalance'] },
    source: 'docs/partitioning.md#claims',
  };
}

/** Changes that are there to be merged, where they are not. */
function losesByDesign({ strategy, conflicts }: StoreSettings, port: Port | undefined): boolean {
  if (strategy === 'single-leader' || strategy === 'raft') return false;
  return (
    (port === 'siblings' && conflicts !== 'siblings') ||
    ((port === 'counter' || port === 'crdt-set') && conflicts !== 'crdt')
  );
}

function unsplit(settings: StoreSettings): Claim {
  switch (settings.strategy) {
    case 'single-leader':
      return singleLeader(settings);
    case 'multi-leader':
      return multiLeader(settings);
    case 'raft':
      return raft(settings);
    case 'leaderless':
      return leaderless(settings);
  }
}

/** What each routing of reads gives where every replica shows a prefix of one log; the leader's is all of it. */
const ROUTED: Readonly<Record<Reads, { readonly guarantee: readonly string[]; readonly from: string }>> = {
  primary: { guarantee: ['linearizable'], from: 'from the leader' },
  any: { guarantee: ['durable'], from: 'from any replica' },
  sticky: {
    guarantee: ['durable', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'],
    from: 'from one replica a session',
  },
  nearest: {
    guarantee: ['durable'],
    from: 'from any replica of the session’s site',
  },
  'after-write': {
    guarantee: ['durable'],
    from: 'from the leader for a while after a write of the session, else from any replica',
  },
  token: {
    guarantee: ['durable', 'sequential'],
    from: 'from any replica that has come as far as the session has seen, else from the leader',
  },
  own: {
    guarantee: ['durable', 'read-your-writes'],
    from: 'from the leader for what the session has written, else from any replica',
  },
};

/**
 * The log is one order of all changes, and every replica shows a prefix of it. Read at the leader alone, that is
 * linearizable. Read elsewhere, a session may miss its own writes, since its replica lags; as long as it keeps to one
 * replica it never goes back, and sees changes in the order in which they were made. Roaming, it loses that too, unless
 * it carries a token of how far it has seen the log: then the log is an order that respects every session's. Time after
 * a write guarantees nothing: a replica may lag for longer.
 */
function singleLeader({ ack, reads, fencing, fallback, failover }: StoreSettings): Claim {
  const { guarantee, from } = ROUTED[reads];
  const survivesFailover = ack !== 'async' && fencing && fallback === 0;
  // Whatever keeps a leader from its coordinator makes another one.
  const inPlace = failover === 'automatic' ? [...CLOCKS, 'duplicate', 'reorder'] : HARMLESS;
  return {
    guarantee: [...guarantee, 'convergent'],
    operations: 'register (read, write, cas), set (add, read), rows (read, write, delete), counter, crdt-set',
    reads: from,
    tolerates: { faults: survivesFailover ? [...HARMLESS, ...FAILOVERS] : inPlace, howMany: ALL },
    source: `${SOURCE}#single-leader-${failover === 'automatic' ? failover : ack}`,
  };
}

/**
 * All writes reach all nodes, each node's in its order, and merging decides. By fields, siblings or CRDTs no write
 * takes away what it did not touch. As long as clocks agree, a session at its home leader finds its own writes and
 * never goes back: whatever it saw was stamped before what it writes next. Without clocks in the game, or with hybrid
 * ones, a delete stays, and nothing that a write follows outlives it, whatever the clocks say.
 */
function multiLeader({ reads, stamps, conflicts, lww }: StoreSettings): Claim {
  const atHome = reads !== 'any' && reads !== 'nearest';
  const byStamps = conflicts === 'lww' || conflicts === 'crdt';
  const keeps = conflicts === 'siblings' || (byStamps && (conflicts === 'crdt' || lww === 'field'));
  const sessions = atHome && byStamps && stamps === 'wall';
  const timeless = !byStamps || stamps === 'hybrid' || !(keeps || sessions);
  return {
    guarantee: [
      'convergent',
      ...(keeps ? ['durable'] : []),
      ...(conflicts === 'siblings' ? ['conflicts-kept'] : []),
      ...(sessions ? ['read-your-writes', 'monotonic-reads'] : []),
    ],
    operations:
      'register (read, write), set (add, read), rows, counter, crdt-set, siblings; cas is local to a leader',
    reads: atHome
      ? 'from the session’s home leader'
      : `from any leader${reads === 'nearest' ? ' of its site' : ''}`,
    tolerates: {
      faults: [...CRASHES, ...NETWORK, ...(timeless ? CLOCKS : [])],
      howMany: ALL,
    },
    source: `${SOURCE}#multi-leader-${conflicts}`,
  };
}

/**
 * What a write quorum has stored survives every restart, and reaches the others sooner or later; by fields, siblings
 * or CRDTs no write takes away what it did not touch. Quorums that overlap (r + w > n) let a read see every write that
 * was acknowledged before it, or a later one by the clocks that stamp them: a regular register (Lamport 1986), not an
 * atomic one, since a write that only some nodes have may be read and then missed. If reads write back and stamps are
 * counted, it is atomic (Attiya, Bar-Noy & Dolev 1995; Lynch & Shvartsman 1997), clocks or no clocks. Sloppy quorums
 * need not overlap.
 */
function leaderless(settings: StoreSettings): Claim {
  const { n, r, w, sloppy, atomic, stamps, conflicts, lww } = settings;
  const overlapping = r + w > n && !sloppy;
  const register = conflicts === 'lww' && lww === 'field';
  const linearizable = overlapping && atomic && stamps === 'logical' && register;
  const fresh = overlapping && register && stamps !== 'logical';
  const keeps = conflicts === 'siblings' || conflicts === 'crdt' || register;
  const timeless = stamps !== 'wall' || conflicts === 'siblings' || conflicts === 'merge' || !keeps;
  return {
    guarantee: [
      'convergent',
      ...(linearizable ? ['linearizable'] : []),
      ...(keeps ? ['durable'] : []),
      ...(fresh ? ['no-stale-read'] : []),
    ],
    operations: 'register (read, write), set (add, read), rows, counter, crdt-set, siblings; there is no cas',
    reads: `from ${r} of ${n} nodes${sloppy ? ', or others in their place' : ''}`,
    tolerates: {
      faults: [...CRASHES, ...NETWORK, ...(timeless && !fresh ? CLOCKS : [])],
      howMany: ALL,
    },
    source: `${SOURCE}#${linearizable ? 'leaderless-abd' : 'leaderless'}`,
  };
}

/**
 * Whoever answers has made sure that it is not behind: linearizable, whoever it is. Without that a replica shows a
 * prefix of the log, as in single-leader replication, and the same routings help (the leader confirms its reads). Nothing but availability hangs on how many nodes are down.
 */
function raft(settings: StoreSettings): Claim {
  const { reads, confirm, isolation } = settings;
  const confirmed = confirmsEverywhere(settings);
  // A leader that confirms nothing may be deposed, so that it shows no more than any replica.
  const unconfirmed = reads === 'primary' ? ['durable'] : ROUTED[reads].guarantee;
  const guarantee = [...(confirmed ? ['linearizable'] : unconfirmed), 'convergent', 'progress'];
  // Transactions that only read are answered as reads are.
  const strict = isolation === 'strict-serializable' && !confirmed ? 'serializable' : isolation;
  const { from } = ROUTED[reads];
  const by = { 'read-index': 'by read-index', lease: 'by the leader’s lease', none: 'as it stands' }[confirm];
  return {
    guarantee: [...guarantee, strict],
    operations: 'register (read, write, cas), set (add, read), rows (read, write, delete), transactions',
    reads: `${from}, ${by}`,
    tolerates: { faults: [...HARMLESS, ...FAILOVERS, 'membership'], howMany: ALL },
    source: `${SOURCE}#raft`,
  };
}
