import { etcd } from './etcd/definition.ts';
import { mysql } from './mysql/definition.ts';
import { mysqlGroup } from './mysql-group/definition.ts';
import { postgres } from './postgres/definition.ts';
import { postgresMultileader } from './postgres-multileader/definition.ts';
import { redis, valkey } from './redis/definition.ts';
import { redisCluster, valkeyCluster } from './redis-cluster/definition.ts';
import { reference } from './reference/definition.ts';
import type { ClusterDefinition } from './types.ts';

const all: readonly ClusterDefinition[] = [
  reference,
  postgres,
  postgresMultileader,
  mysql,
  mysqlGroup,
  etcd,
  redis,
  valkey,
  redisCluster,
  valkeyCluster,
];

/** Clusters by name, in the order in which they are listed. */
export const CLUSTERS: ReadonlyMap<string, ClusterDefinition> = new Map(
  all.map((cluster) => [cluster.name, cluster]),
);
