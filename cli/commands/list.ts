import { ANOMALIES, CHECKERS } from '../../checkers/registry.ts';
import { GUARANTEES } from '../../checkers/guarantees.ts';
import { BUGS, WALKED } from '../../clusters/reference/bugs.ts';
import { CLUSTERS } from '../../clusters/registry.ts';
import { TWINS } from '../../clusters/twins.ts';
import type { ClusterDefinition } from '../../clusters/types.ts';
import { FAULTS } from '../../nemesis/registry.ts';
import { WORKLOADS } from '../../workloads/registry.ts';
import { defineCommand } from '../command.ts';
import { resolveSettings } from '../run/settings.ts';
import { writeJson, writeLines } from '../output.ts';

interface Listed {
  readonly name: string;
  readonly title: string;
}

const LISTS: Readonly<Record<string, () => readonly Listed[]>> = {
  clusters: () => [...CLUSTERS.values()].map(listedCluster),
  workloads: () =>
    [...WORKLOADS.values()].map(({ name, title, port, checkers }) => ({ name, title, port, checkers })),
  nemeses: () => [...FAULTS.values()].map(({ name, title, forms }) => ({ name, title, forms })),
  checkers: () => [...CHECKERS.values()].map(({ name, title, anomalies }) => ({ name, title, anomalies })),
  anomalies: () => [...ANOMALIES.values()],
  guarantees: () => [...GUARANTEES.values()],
  bugs: () => [...BUGS.values(), ...WALKED.values()],
  matrix: () => [...CLUSTERS.values()].map(matrixRow),
};

function listedCluster(cluster: ClusterDefinition) {
  return {
    name: cluster.name,
    title: cluster.title,
    worlds: cluster.worlds,
    ports: cluster.ports,
    settings: cluster.settings,
    configurations: cluster.configurations.map((configuration) => ({
      name: configuration.name,
      title: configuration.title,
      twin: TWINS.get(`${cluster.name}:${configuration.name}`) ?? null,
      claim: configuration.claim(resolveSettings(cluster, configuration, {})),
    })),
  };
}

/** Which workloads have a client for a cluster, and which faults reach it in which world (null) or why not. */
function matrixRow(cluster: ClusterDefinition) {
  const settings = resolveSettings(cluster, cluster.configurations[0], {});
  const faults = [...FAULTS.keys()].map((family) => ({
    family,
    refused: Object.fromEntries(
      cluster.worlds.map((world) => [world, cluster.refuses(family, world, settings, null)]),
    ),
  }));
  return {
    name: cluster.name,
    title: cluster.title,
    workloads: [...WORKLOADS.values()].map((workload) => ({
      name: workload.name,
      runs: cluster.ports.includes(workload.port) && cluster.lacks?.[workload.name] === undefined,
    })),
    faults,
  };
}

function line(entry: Listed, width: number): string {
  const { name, title, ...rest } = entry as Listed & {
    forms?: readonly string[];
    configurations?: readonly Listed[];
    strategy?: string;
    expected?: string;
  };
  const found = rest.expected === undefined ? [] : [`${rest.strategy}, found as ${rest.expected}`];
  const below = rest.forms ?? rest.configurations?.map((c) => `${name}:${c.name}  ${c.title}`) ?? found;
  return [`${name.padEnd(width)}${title}`, ...below.map((text) => `    ${text}`)].join('\n');
}

export const listCommand = defineCommand({
  usage: 'list [what]',
  title: 'List what there is',
  options: (yargs) =>
    yargs
      .positional('what', { choices: Object.keys(LISTS), default: 'clusters' })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON array on stdout' }),
  run: async (args) => {
    const entries = LISTS[args.what]();
    if (args.json) await writeJson(entries);
    else if (args.what === 'matrix') await writeLines(entries.map(matrixText));
    else {
      const width = Math.max(...entries.map(({ name }) => name.length)) + 2;
      await writeLines(entries.map((entry) => line(entry, width)));
    }
    return 0;
  },
});

function matrixText(entry: Listed): string {
  const row = entry as ReturnType<typeof matrixRow>;
  const runs = row.workloads.filter((w) => w.runs).map((w) => w.name);
  const faults = row.faults.map(({ family, refused }) => {
    const worlds = Object.entries(refused).map(([world, why]) => `${world}: ${why ?? 'yes'}`);
    return `    ${family.padEnd(22)}${worlds.join(' · ')}`;
  });
  return [`${row.name}: workloads ${runs.join(', ')}`, ...faults].join('\n');
}
