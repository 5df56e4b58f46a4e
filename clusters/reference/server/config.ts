import type { Endpoint } from '../../../harness/hosts/types.ts';
import type { Random } from '../../../harness/runtime/types.ts';
import type { BugName } from '../bugs.ts';
import type { ClockSetting } from '../node-clock.ts';
import type { AgentOptions } from '../replica/automatic/agent.ts';
import { AutomaticFailover } from '../replica/automatic/automatic.ts';
import type { AutomaticMessage } from '../replica/automatic/messages.ts';
import { Leaderless } from '../replica/leaderless/leaderless.ts';
import type { LeaderlessMessage } from '../replica/leaderless/messages.ts';
import type { LeaderlessSettings } from '../replica/leaderless/options.ts';
import type { MultiLeaderMessage } from '../replica/multi-leader/messages.ts';
import { MultiLeader } from '../replica/multi-leader/multi-leader.ts';
import type { MultiLeaderSettings } from '../replica/multi-leader/options.ts';
import type { SingleLeaderMessage } from '../replica/messages.ts';
import type { RaftMessage } from '../replica/raft/messages.ts';
import { Raft } from '../replica/raft/raft.ts';
import type { Confirmation } from '../replica/raft/reading.ts';
import type { Isolation } from '../replica/transaction.ts';
import { SingleLeader } from '../replica/single-leader.ts';
import type { SingleLeaderOptions } from '../replica/single-leader-parts.ts';
import type { Replica, ReplicaOptions } from '../replica/types.ts';
import { tokenOfRows, type Partitioning } from '../partition/partitioning.ts';
import { GuardedReplica, type MergingReplica } from '../partition/merging/guard.ts';
import { PartitionedReplica, type ShardMessage } from '../partition/shell.ts';

/** What makes a replica: the same object for a server process and for a simulated node. */
export type Strategy = {
  readonly bug: BugName | 'none';
  /** How data are split over groups of nodes, each of which replicates for itself; absent: not at all. */
  readonly partitioning?: Partitioning;
} & (
  | ({ readonly strategy: 'single-leader' } & Omit<SingleLeaderOptions, keyof ReplicaOptions> & {
        /** Nodes choose who leads by leases; else an operator does. */
        readonly automatic: Pick<AgentOptions, 'ttlMs' | 'maxLag'> | null;
      })
  | ({ readonly strategy: 'multi-leader' } & MultiLeaderSettings)
  | ({ readonly strategy: 'leaderless' } & LeaderlessSettings)
  | {
      readonly strategy: 'raft';
      readonly confirm: Confirmation;
      readonly isolation: Isolation;
      readonly preVote: boolean;
      readonly snapshotEvery: number;
    }
);

/** The server's whole configuration, given as one JSON argument. */
export interface ServerConfig {
  readonly name: string;
  readonly strategy: Strategy;
  /** Where to listen, by role. */
  readonly listen: Readonly<Record<Role, Endpoint>>;
  /** Where to dial the other nodes' peer port. */
  readonly peers: Readonly<Record<string, Endpoint>>;
  /** The write-ahead log's file. */
  readonly log: string;
  /** Whatever the log says, do not lead: the operator has moved on. */
  readonly standby: boolean;
  /** How this node's clock stands to the machine's, to begin with. */
  readonly clock: ClockSetting;
}

export type Role = 'client' | 'peer' | 'control';

export type AnyMessage = ShardMessage | ReplicaMessage;

type ReplicaMessage =
  SingleLeaderMessage | AutomaticMessage | MultiLeaderMessage | LeaderlessMessage | RaftMessage;

/** Two lives of a node hardly ever draw the same number below this. */
const LIVES = 2 ** 30;

/** `random`: the node's own, for whatever a strategy decides by lot. */
export function createReplica(
  name: string,
  peers: readonly string[],
  strategy: Strategy,
  random: Random,
): Replica<AnyMessage> {
  const { partitioning } = strategy;
  if (partitioning === undefined) return createStrategy(name, peers, strategy, random);
  const group = partitioning.groups.find(({ nodes }) => nodes.includes(name))?.nodes ?? [name];
  const tokenOf = tokenOfRows(partitioning);
  const others = group.filter((node) => node !== name);
  const own = strategy.strategy === 'single-leader' ? { ...strategy, firstLeader: group[0] } : strategy;
  const { groups, index } = partitioning;
  const made = createStrategy(name, others, own, random, { tokenOf, index });
  const inner = 'held' in made ? new GuardedReplica(made, tokenOf, strategy.bug) : made;
  return new PartitionedReplica<ReplicaMessage>(inner, {
    name,
    groups,
    tokenOf,
    index,
    bug: strategy.bug,
    life: random.below(LIVES),
  });
}

function createStrategy(
  name: string,
  peers: readonly string[],
  strategy: Strategy,
  random: Random,
  split: Pick<ReplicaOptions, 'tokenOf' | 'index'> = {},
): Replica<ReplicaMessage> | MergingReplica<ReplicaMessage> {
  // A node only ever hears nodes of its own strategy, so each class may take the others' messages for impossible.
  switch (strategy.strategy) {
    case 'single-leader':
      return strategy.automatic === null
        ? new SingleLeader({ name, peers, ...split, ...strategy })
        : new AutomaticFailover({ name, peers, random, ...split, ...strategy, ...strategy.automatic });
    case 'multi-leader':
      return new MultiLeader({ name, peers, ...strategy });
    case 'leaderless':
      return new Leaderless({ name, peers, ...strategy });
    case 'raft':
      return new Raft({ name, peers, random, ...split, ...strategy });
  }
}
