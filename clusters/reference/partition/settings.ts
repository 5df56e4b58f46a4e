// The settings that split data: what they mean, and why some cannot be had.
import type { StoreSettings } from '../settings.ts';
import { BadMap } from './maps/map.ts';
import { SPREAD_PORT_NAMES } from './spread-settings.ts';
import { groupsOf, membersOf, schemeOf, type Partitioning } from './partitioning.ts';

/** What a client does about its map: follow redirects · ask the directory once refused · ask it before every request. */
export type Lookup = 'redirect' | 'refresh' | 'always';

const listed = (text: string): string[] => (text === '' ? [] : text.split(','));

/** How data are split on these nodes; null when they are not. */
export function partitioningOf(settings: StoreSettings, nodes: readonly string[]): Partitioning | null {
  const { partitioning, partitionKey, partitions, vnodes, ringBits, replicas, bug } = settings;
  if (partitioning === 'none') return null;
  return {
    scheme: partitioning,
    partitionKey,
    salt: settings.salt,
    boundaries: listed(settings.boundaries),
    partitions,
    vnodes,
    ringBits,
    tieByOrder: bug === 'virtual-node-order-tie',
    index: { mode: settings.index, field: settings.indexOn },
    groups: groupsOf(nodes, replicas),
  };
}

/** Has no log one order of a shard's changes? Then its nodes' rows merge, and each of them keeps what the shard owns. */
export function rowsMerge({ strategy }: Pick<StoreSettings, 'strategy'>): boolean {
  return strategy === 'multi-leader' || strategy === 'leaderless';
}

/** The weights of `weights`, from s1 on. @throws BadMap */
export function weightsOf({ weights }: Pick<StoreSettings, 'weights'>): Map<string, number> {
  return new Map(
    listed(weights).map((text, i) => {
      const weight = Number(text);
      if (!Number.isSafeInteger(weight) || weight < 1)
        throw new BadMap(
          `weights=${weights}: "${text}" of s${i + 1} is no weight; use a whole number from 1 up (a shard that is to own nothing is a spare)`,
        );
      return [`s${i + 1}`, weight];
    }),
  );
}

/** Why data cannot be split so on that many nodes, or null. */
export function partitioningConflict(settings: StoreSettings, nodes: number): string | null {
  const { partitioning, shards, replicas, strategy, ack, fencing } = settings;
  if (partitioning === 'none') return null;
  if (!fencing) return 'partitioning needs one leader a shard: fencing=false is not for it';
  if (!Number.isInteger(replicas) || replicas < 1)
    return `replicas=${replicas} is no number of nodes a shard: use 1 or more`;
  if (!Number.isInteger(shards) || shards < 1)
    return `shards=${shards} is no number of shards: use 1 or more`;
  if (settings.coordinator === 'client')
    return `coordinator=client sends each node its part of a quorum, and who owns a key is asked of the node that coordinates: it is not for partitioning=${partitioning}`;
  if (strategy === 'leaderless' && settings.n > replicas)
    return `n=${settings.n} asks for more nodes to hold a row than the ${replicas} that a partition has: use replicas=${settings.n} or more, or a smaller n`;
  if (shards * replicas > nodes)
    return `${shards} shards of ${replicas} nodes each need ${shards * replicas} nodes, and there are ${nodes}`;
  if (strategy === 'single-leader' && ack === 'semi-sync' && replicas < 2)
    return `ack=semi-sync takes a quorum of 2 disks, and a partition has ${replicas} replica: use replicas=2 or more`;
  if (strategy === 'single-leader' && (ack === 'first' || ack === 'any') && settings.k > replicas - 1)
    return `ack=${ack}, k=${settings.k} wait for ${settings.k} follower${settings.k === 1 ? '' : 's'}, and a partition has ${replicas} replica${replicas === 1 ? '' : 's'}: use replicas=${settings.k + 1} or more`;
  for (const name of ['splitRows', 'splitLoad', 'dedicate', 'cacheFor', 'mapFor', 'moveDelay'] as const)
    if (!(settings[name] >= 0)) return `${name}=${settings[name]} cannot be: use 0 or more`;
  if (!Number.isInteger(settings.moveChunk) || settings.moveChunk < 1)
    return `moveChunk=${settings.moveChunk} is no number of rows: use 1 or more`;
  if (!Number.isInteger(settings.salt) || settings.salt < 1 || settings.salt > 100)
    return `salt=${settings.salt} is no number of places: use 1 to 100`;
  for (const name of ['splitRows', 'splitLoad', 'dedicate'] as const)
    if (settings[name] > 0 && partitioning !== 'range' && partitioning !== 'directory')
      return `partitioning=${partitioning} spreads keys by their hash: only ranges (range, directory) are split (${name}=${settings[name]})`;
  try {
    const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
    const split = partitioningOf(settings, names) as Partitioning;
    const weights = weightsOf(settings);
    if (weights.size > split.groups.length)
      return `weights=${settings.weights} names ${weights.size} shards, and there are ${split.groups.length}`;
    const owners = split.groups.slice(0, shards).map(({ shard }) => shard);
    schemeOf(split).place(membersOf(owners, weights));
    return null;
  } catch (error) {
    if (error instanceof BadMap) return error.message;
    throw error;
  }
}

/** Ports whose operations each concern one row, or all rows of a table wherever they are. */
const ONLY_SPLIT = ['partition', 'hotspot', 'placement'];
const MERGING_PORTS = ['register', 'set', 'counter', 'crdt-set', 'siblings', ...ONLY_SPLIT];
const SPLIT_PORTS = ['register', 'set', 'counter', ...ONLY_SPLIT, ...SPREAD_PORT_NAMES];

/** Why a client port cannot be had where data are split, or are not; null if it can. */
export function partitionedPortConflict(settings: StoreSettings, port: string): string | null {
  const { partitioning, strategy } = settings;
  const needsSplit = ONLY_SPLIT.includes(port);
  if (partitioning === 'none')
    return needsSplit ? 'nothing is split there: choose a configuration with partitioning' : null;
  if (rowsMerge(settings) && SPREAD_PORT_NAMES.includes(port))
    return `port ${port} takes a log a shard, which strategy=${strategy} has not: use single-leader or raft`;
  return (rowsMerge(settings) ? MERGING_PORTS : SPLIT_PORTS).includes(port)
    ? null
    : `port ${port} is not for data that are split (partitioning=${partitioning})`;
}
