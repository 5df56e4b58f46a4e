import { bugConflict } from './bugs.ts';
import { partitioningConflict, partitionedPortConflict } from './partition/settings.ts';
import { spreadConflict, spreadPortConflict } from './partition/spread-settings.ts';
import type { StoreSettings } from './settings.ts';

/** ms: three looks at the lock, 200 ms apart, and what an answer takes. */
const LEAST_TTL = 800;

/** Why these settings cannot be had together, in that world and on so many nodes; null if they can. */
export function settingsConflict(settings: StoreSettings, world: string, nodes: number): string | null {
  const { bug, strategy, partitioning } = settings;
  const wrongBug = bugConflict(bug, strategy, world, partitioning !== 'none');
  if (wrongBug !== null) return wrongBug;
  const wrongSplit = partitioningConflict(settings, nodes);
  if (wrongSplit !== null) return wrongSplit;
  const wrongSpread = spreadConflict(settings);
  if (wrongSpread !== null) return wrongSpread;
  const { reads, leaderFor, sites, network } = settings;
  if (network !== 'mild' && world !== 'sim')
    return `network=${network} is one that the simulator makes up: use --world sim`;
  if (!(settings.serviceTime >= 0))
    return `serviceTime=${settings.serviceTime} is no time in µs: use 0 or more`;
  if (!Number.isInteger(sites) || sites < 1 || sites > nodes)
    return `sites=${sites} cannot be: use a whole number from 1 to the ${nodes} nodes there are`;
  if (reads === 'nearest' && sites === 1) return 'reads=nearest needs sites: use --set sites=2 or more';
  if (reads === 'after-write' || reads === 'token' || reads === 'own') {
    if (strategy !== 'single-leader' && strategy !== 'raft')
      return `reads=${reads} goes by a leader: it is not for strategy=${strategy}`;
    if (strategy === 'raft' && settings.confirm === 'none')
      return `reads=${reads} may go to the leader, which must know that it leads: use confirm=read-index or lease`;
  }
  if (strategy === 'raft' && !settings.preVote && settings.confirm === 'lease')
    return 'confirm=lease holds only while voters that hear the leader vote for nobody else: use preVote=true';
  if (!(leaderFor >= 0)) return `leaderFor=${leaderFor} is no time in s`;
  if (settings.coordinator === 'client' && strategy !== 'leaderless')
    return 'coordinator=client asks nodes for their parts of a quorum: it is for strategy=leaderless';
  if (strategy === 'single-leader')
    return automaticConflict(settings, nodes) ?? acknowledgementConflict(settings, nodes);
  if (settings.failover === 'automatic')
    return `failover=automatic chooses a single leader: it is not for strategy=${strategy}`;
  if (strategy === 'leaderless') return quorumConflict(settings, nodes);
  return settings.stamps === 'logical' ? 'stamps=logical takes quorums: it is for strategy=leaderless' : null;
}

function automaticConflict(settings: StoreSettings, nodes: number): string | null {
  const { failover, ttl, maxLag, partitioning } = settings;
  if (failover !== 'automatic') return null;
  if (partitioning !== 'none')
    return `failover=automatic knows one leader: it is not for partitioning=${partitioning}`;
  if (nodes < 3)
    return `failover=automatic needs a majority that one node can be missing from: use 3 nodes or more`;
  if (!(ttl >= LEAST_TTL))
    return `ttl=${ttl} is too short to be renewed in time: use ${LEAST_TTL} ms or more`;
  return Number.isInteger(maxLag) && maxLag >= 0 ? null : `maxLag=${maxLag} is no number of entries`;
}

function acknowledgementConflict({ ack, k, fallback }: StoreSettings, nodes: number): string | null {
  if (ack === 'first' || ack === 'any') {
    if (!Number.isInteger(k) || k < 1) return `k=${k} is no number of followers: use 1 or more`;
    if (k > nodes - 1) return `k=${k} asks for more followers than the ${nodes - 1} there are`;
  }
  if (!(fallback >= 0)) return `fallback=${fallback} is no time in ms`;
  return fallback > 0 && ack !== 'semi-sync' && ack !== 'any'
    ? `fallback=${fallback} is for ack=semi-sync and ack=any: ack=${ack} ${ack === 'async' ? 'waits for nobody' : 'never goes on without its followers'}`
    : null;
}

function quorumConflict({ n, r, w, stamps, conflicts, grace }: StoreSettings, nodes: number): string | null {
  for (const [name, value] of Object.entries({ n, r, w }))
    if (!Number.isInteger(value) || value < 1) return `${name}=${value} is no number of nodes: use 1 or more`;
  if (n > nodes) return `n=${n} asks for more nodes to hold a row than the ${nodes} there are`;
  if (r > n) return `r=${r} asks more nodes to answer a read than the n=${n} that hold a row`;
  if (w > n) return `w=${w} asks more nodes to store a write than the n=${n} that hold a row`;
  if (!(grace >= 0)) return `grace=${grace} is no time in ms`;
  if (stamps === 'logical' && (2 * w <= n || r + w <= n))
    return `stamps=logical finds the latest write only in quorums that overlap: r + w > n and 2 w > n, not n=${n}, r=${r}, w=${w}`;
  return stamps === 'logical' && conflicts !== 'lww'
    ? 'stamps=logical orders writes for conflicts=lww only'
    : null;
}

/** Ports whose changes answer by what came before them. */
const ORDERED = ['queue', 'log', 'ids'];

/** Why a client port makes no sense there, or null. */
export function portConflict(settings: StoreSettings, port: string): string | null {
  const { strategy, conflicts } = settings;
  const unsplit = partitionedPortConflict(settings, port);
  if (unsplit !== null) return unsplit;
  const wrongPort = spreadPortConflict(settings, port);
  if (wrongPort !== null) return wrongPort;
  if (port === 'transaction' && strategy !== 'raft' && settings.partitioning === 'none')
    return 'only strategy=raft takes transactions';
  if (ORDERED.includes(port) && strategy !== 'single-leader' && strategy !== 'raft')
    return `the ${port} port takes one order of all changes: use strategy=single-leader or raft`;
  if (port === 'siblings' && (strategy === 'single-leader' || strategy === 'raft'))
    return 'where all changes have one order, no two versions of a row are concurrent';
  if (port === 'conflicts' && (strategy !== 'multi-leader' || conflicts !== 'siblings'))
    return 'a log of conflicts is kept where several leaders keep siblings: use reference:multi-leader-siblings';
  return strategy !== 'single-leader' && conflicts === 'siblings' && (port === 'register' || port === 'rows')
    ? 'where siblings are kept, a row has several values at once; use --workload siblings'
    : null;
}
