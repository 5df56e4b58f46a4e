import type Docker from 'dockerode';
import { cleanDisks } from './disk.ts';
import { connectEngine, messageOf, statusOf, within } from './engine.ts';
import { HARNESS, ownerLives, RUN } from './owner.ts';

export interface CleanOptions {
  /** Only this run, even when its harness still lives. */
  readonly run?: string;
}

/** Names of what was removed. */
export interface Removed {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  /** Files that disks of nodes were kept in. */
  readonly disks?: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

/**
 * Removes the containers and networks of runs whose harness is dead, or of one given run. What living runs use, and
 * whatever carries no label of ours, is left alone. Rejects, after trying everything, when something would not go.
 */
export async function cleanDocker({ run }: CleanOptions = {}): Promise<Removed> {
  const removed = await removeLabelled(connectEngine(), (labels) =>
    run === undefined ? !ownerLives(labels[HARNESS]) : labels[RUN] === run,
  );
  // A disk is let go only when no container holds it any more.
  const disks = run === undefined ? await cleanDisks((owner) => !ownerLives(owner)) : [];
  return { ...removed, disks };
}

/** Of the containers and networks with our label, removes those that `which` says. */
export async function removeLabelled(docker: Docker, which: (labels: Labels) => boolean): Promise<Removed> {
  const filters = { label: [RUN] };
  const listed = await within(30_000, 'listing containers', docker.listContainers({ all: true, filters }));
  const containers = listed.filter(({ Labels }) => which(Labels));
  const failures: string[] = [];
  const remove = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await within(60_000, `removing ${what}`, work());
    } catch (error) {
      // 404: gone meanwhile; 409: its removal is already in progress.
      if (![404, 409].includes(statusOf(error) ?? 0)) failures.push(`${what}: ${messageOf(error)}`);
    }
  };
  const name = (container: Docker.ContainerInfo): string => container.Names[0]?.slice(1) ?? container.Id;
  await Promise.all(
    containers.map((container) =>
      remove(name(container), () => docker.getContainer(container.Id).remove({ force: true, v: true })),
    ),
  );
  // A network goes only after its last container.
  const networks = (await within(30_000, 'listing networks', docker.listNetworks({ filters }))).filter(
    (network) => which(network.Labels ?? {}),
  );
  await Promise.all(networks.map(({ Id, Name }) => remove(Name, () => docker.getNetwork(Id).remove())));
  if (failures.length > 0) throw new Error(`Not everything could be removed: ${failures.join('; ')}`);
  return { containers: containers.map(name), networks: networks.map(({ Name }) => Name) };
}
