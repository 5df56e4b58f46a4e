import type { Random } from '../../harness/runtime/types.ts';
import { randomStream } from '../../harness/runtime/random.ts';
import { CLUSTERS } from '../../clusters/registry.ts';
import type { ClusterDefinition, Setting } from '../../clusters/types.ts';
import { FAULTS } from '../../nemesis/registry.ts';
import { WORKLOADS } from '../../workloads/registry.ts';
import { closure } from '../../checkers/guarantees.ts';
import { resolveRun, type ResolvedRun, type RunRequest } from '../run/config.ts';
import { DoesNotFit, lookup, UsageError } from '../usage.ts';

/**
 * Forms a family is asked for in: words that mean some nodes of any cluster. In the order in which they are dealt:
 * what has to reach a node comes before what ends it, what cuts before what promotes, so that the one meets the other.
 */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  clock: ['clock:one:+5s', 'clock:one:-250ms', 'clock:all:+1m'],
  drift: ['drift:one:+20%', 'drift:one:-10%'],
  strobe: ['strobe:one:200ms'],
  loss: ['loss:one:20%', 'loss:primary:10%', 'loss:all:5%'],
  duplicate: ['duplicate:all:20%'],
  reorder: ['reorder:all:20%', 'reorder:primary:50%'],
  delay: ['delay:primary:20ms', 'delay:one:50ms', 'delay:all:10ms', 'delay:all:50ms'],
  partition: [
    'partition:primary',
    'partition:one',
    'partition:halves',
    'partition:primary:in',
    'partition:one:out',
    'partition:halves:reset',
    'partition:bridge',
  ],
  'cut-standbys': ['cut-standbys'],
  'fsync-error': ['fsync-error:one', 'fsync-error:primary', 'fsync-error:all'],
  'disk-full': ['disk-full:one', 'disk-full:primary', 'disk-full:all'],
  kill: ['kill:one', 'kill:primary', 'kill:minority', 'kill:all', 'kill:all:restart', 'kill:one:restart'],
  pause: ['pause:one', 'pause:primary', 'pause:minority'],
  failover: ['failover', 'failover:unfenced'],
  'restart-then-promote': ['restart-then-promote'],
  membership: ['membership:one', 'membership:primary'],
  rebalance: ['rebalance:join', 'rebalance:leave', 'rebalance:split', 'rebalance:merge'],
};

/** Who is dead or stopped tells no time, and an operator kills a primary that does not answer. */
const ENDS = ['kill', 'pause', 'fsync-error', 'disk-full', 'failover', 'restart-then-promote'];
const SPOILING: readonly (readonly [string, readonly string[]])[] = [
  ['clock', [...ENDS, 'drift', 'strobe']],
  ['drift', [...ENDS, 'strobe']],
  ['strobe', ENDS],
  ['fsync-error', ENDS],
  ['disk-full', ENDS],
  ['pause', ['kill', 'failover', 'restart-then-promote']],
  // A majority of those that are left must agree.
  ['membership', [...ENDS, 'partition', 'clock', 'drift', 'strobe']],
];
/** These need standbys that answer. */
const MOVES = ['cut-standbys', 'failover', 'restart-then-promote'];

/** Only whoever writes feels these, and only where rows are is something to split; one workload only reads. */
const WRITES = ['fsync-error', 'disk-full'];
const NEEDS_ROWS = 'rebalance:split';
const ONLY_READS = 'key-movement';

/** Isolation levels. */
const LEVELS = ['read-committed', 'snapshot-isolation', 'serializable', 'strict-serializable'];
/** Which guarantees a workload can put to the test; one that tests none of those promised proves nothing. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  register: ['linearizable', 'no-stale-read'],
  session: ['read-your-writes', 'monotonic-reads', 'linearizable'],
  set: ['durable', 'linearizable'],
  lww: ['convergent'],
  'crdt-counter': ['convergent'],
  'crdt-set': ['convergent'],
  siblings: ['convergent'],
  'conflict-log': ['conflicts-kept'],
  'row-deletes': ['convergent'],
  'fifo-queue': ['linearizable'],
  'total-queue': ['linearizable'],
  log: ['linearizable'],
  'unique-ids': ['linearizable'],
  'list-append': LEVELS,
  'rw-register': LEVELS,
  rebalance: ['single-owner'],
  'key-movement': ['minimal-movement'],
};

/** What these workloads do is kept only where conflicts are resolved so. */
const MERGED: Readonly<Record<string, string>> = {
  'crdt-counter': 'crdt',
  'crdt-set': 'crdt',
  siblings: 'siblings',
  'conflict-log': 'siblings',
};

/** At most so many families of faults in one run: more of them seldom leave anything alive to look at. */
const MOST_FAULTS = 3;
const TIMES = [6, 8, 10];
const RATES = [40, 100, 200];
/** A shard that nobody asks feels no fault, and one that does not answer holds up whoever asks it: so many at least. */
const KEYS_OF_SHARDS = 8;
const CLIENTS_OF_SHARDS = 6;

/**
 * The run of a seed (swarm testing: Groce et al., ISSTA 2012): a random subset of the faults that the claim tolerates,
 * of the workloads that test what it promises, and of rates, clients, keys and nodes. What the user asked for stays.
 * @throws UsageError for what cannot be run at all.
 */
export function drawRun(asked: RunRequest, seed: string): ResolvedRun {
  const random = randomStream(seed, 'swarm');
  const cluster = lookup('cluster', asked.cluster, CLUSTERS);
  const plain = resolveRun({ world: 'sim', workload: someWorkload(asked), ...asked, nemesis: '', seed });
  const time = random.pick(TIMES);
  const drawn = {
    world: 'sim' as const,
    workload: random.pick(workloadsFor(cluster, plain, asked)),
    time,
    faultFor: random.pick([1, 2]),
    faultEvery: random.pick([3, 4]),
    rate: random.pick(isSplit(plain) ? RATES.slice(1) : RATES),
    concurrency: (isSplit(plain) ? CLIENTS_OF_SHARDS : 2) + random.below(14),
    keys: (isSplit(plain) ? KEYS_OF_SHARDS : 1) + random.below(5),
    nodes: nodesOf(plain, random.pick([3, 3, 4, 5])),
    operationTimeout: random.pick([0.5, 1, 2]),
  };
  const settings = { ...drawnSettings(plain, random), ...asked.settings };
  const nemesis = asked.nemesis ?? faultsFor(plain, drawn.workload, random).join(',');
  return resolveRun({ ...drawn, ...asked, settings, nemesis, seed });
}

function isSplit({ settings }: ResolvedRun): boolean {
  return (settings.partitioning ?? 'none') !== 'none';
}

/** Shards need the nodes that their configuration counts on. */
function nodesOf(plain: ResolvedRun, drawn: number): number {
  return isSplit(plain) ? plain.config.nodes : drawn;
}

/** One that fits, to learn what the configuration promises. */
function someWorkload(asked: RunRequest): string {
  return Object.keys(TESTS).find((workload) => fits({ ...asked, workload })) ?? 'register';
}

/** Can it be run at all? Not every strategy has a client for every workload. */
function fits(request: RunRequest): boolean {
  try {
    resolveRun({ world: 'sim', ...request, nemesis: '' });
    return true;
  } catch (error) {
    if (error instanceof DoesNotFit) return false;
    throw error;
  }
}

/** Options that promise nothing, but move what a run comes by. */
function drawnSettings({ settings }: ResolvedRun, random: Random): Readonly<Record<string, Setting>> {
  return settings.strategy === 'raft' ? { snapshotEvery: random.pick([50, 200, 1000]) } : {};
}

function workloadsFor(
  cluster: ClusterDefinition,
  { claim, settings }: ResolvedRun,
  asked: RunRequest,
): string[] {
  const promised = closure(claim.guarantee);
  // In one log nothing is concurrent, so that nothing is lost to whoever wrote last.
  const logged = settings.strategy === 'raft' || settings.strategy === 'single-leader';
  const conflicts = logged ? 'crdt' : settings.conflicts;
  const fitting = [...WORKLOADS.values()].filter(
    ({ name, port }) =>
      cluster.ports.includes(port) &&
      (TESTS[name] ?? []).some((one) => promised.has(one)) &&
      (MERGED[name] ?? conflicts) === conflicts &&
      fits({ ...asked, workload: name }),
  );
  if (fitting.length === 0)
    throw new UsageError(
      `No workload tests what this configuration promises (${claim.guarantee.join(', ')})`,
    );
  return fitting.map(({ name }) => name);
}

function faultsFor(plain: ResolvedRun, workload: string, random: Random): string[] {
  const { cluster, claim, config, settings } = plain;
  const tolerated = Object.keys(FORMS).filter(
    (family) =>
      FAULTS.has(family) &&
      !(WRITES.includes(family) && workload === ONLY_READS) &&
      (claim.tolerates.faults.includes(family) || claim.tolerates.faults.includes('*')) &&
      cluster.refuses(family, config.world, settings, plain.workload.port) === null,
  );
  const reaches = (form: string): boolean => {
    const [family, target] = form.split(':');
    // A shard that nobody writes to, as a spare, has nothing that could fail.
    if (WRITES.includes(family) && isSplit(plain) !== (target === 'all')) return false;
    if (workload === ONLY_READS && form === NEEDS_ROWS) return false;
    return cluster.refuses(family, config.world, settings, plain.workload.port, target) === null;
  };
  const chosen: string[] = [];
  for (const family of random.shuffle(tolerated).slice(0, random.below(MOST_FAULTS + 1)))
    if (!chosen.some((other) => spoil(family, other))) chosen.push(family);
  const moves = chosen.some((family) => MOVES.includes(family));
  // Nodes that elect need a majority: with one cut off and another one dead nobody could be asked to hand over.
  const elects = settings.strategy === 'raft' || settings.failover === 'automatic';
  const lame = elects && moves && chosen.includes('partition') ? 'kill' : null;
  return tolerated
    .filter((family) => chosen.includes(family) && family !== lame)
    .map((family) =>
      random.pick(
        FORMS[family].filter(
          (form) => reaches(form) && (!moves || family !== 'kill' || form === 'kill:primary'),
        ),
      ),
    );
}

/** Would one of them take from the other what it is to be proven by? */
function spoil(a: string, b: string): boolean {
  return SPOILING.some(
    ([one, others]) => (a === one && others.includes(b)) || (b === one && others.includes(a)),
  );
}
