import { CONTAINER_FAULTS, refusedUnless } from '../kit/refusals.ts';
import { refusedSetting } from '../postgres/config.ts';
import { readPostgresqlConf } from '../postgres/config-file.ts';
import { DockerServer } from '../postgres/server/docker-server.ts';
import { NpmServer } from '../postgres/server/npm-server.ts';
import { defineCluster, type ClusterContext, type Configuration } from '../types.ts';
import { claimOf, claimOfThree } from './claims.ts';
import { MultiLeaderCluster, NO_STANDBY, portsOf } from './cluster.ts';
import { SETTINGS, settingsOf, type Conflicts } from './settings.ts';

const NO_CLOCK =
  "PostgreSQL without Docker runs on this machine's clock: use --world docker for clock faults.";
const OPERATED = ['failover', 'restart-then-promote', 'cut-standbys', 'switchover'];

function configuration(name: string, title: string, conflicts: Conflicts, nodes = 2): Configuration {
  return { name, title, settings: { conflicts }, claim: nodes > 2 ? claimOfThree : claimOf, nodes };
}

function create(context: ClusterContext): MultiLeaderCluster {
  const settings = settingsOf(context.settings);
  return context.world === 'docker'
    ? new MultiLeaderCluster(context, new DockerServer(settings.version), settings, null)
    : new MultiLeaderCluster(context, new NpmServer(context.runId), settings, { refused: NO_CLOCK });
}

/** PostgreSQL servers that all take writes and replicate them to each other, logically. */
export const postgresMultileader = defineCluster({
  name: 'postgres-multileader',
  title: 'PostgreSQL, two or three leaders by logical replication',
  worlds: ['process', 'docker'],
  ports: ['rows', 'register', 'set', 'siblings'],
  configurations: [
    configuration('plain', 'Two leaders, and nothing that decides between them', 'none'),
    configuration('lww', 'Two leaders; the later stamp of a row wins (a trigger, ENABLE ALWAYS)', 'lww'),
    configuration('lww-three', 'Three leaders; the later stamp of a row wins', 'lww', 3),
    configuration('conflict-table', 'Two leaders; every write is a row of document_versions', 'table'),
  ],
  settings: SETTINGS,
  refusesSetting: refusedSetting,
  files: { 'postgresql.conf': readPostgresqlConf },
  refusesPort: (port, settings) => {
    const { conflicts } = settingsOf(settings);
    return portsOf(conflicts).includes(port) ? null : `conflicts=${conflicts} has no tables for it`;
  },
  refuses: (family, world) => {
    if (OPERATED.includes(family)) return NO_STANDBY;
    if (['clock', 'strobe'].includes(family) && world === 'process') return NO_CLOCK;
    return refusedUnless(world === 'docker' ? CONTAINER_FAULTS : [], family);
  },
  conflict: (_settings, _world, nodes) => (nodes < 2 ? 'one leader has nobody to replicate to' : null),
  images: ['postgres', 'postgres18'],
  create,
});
