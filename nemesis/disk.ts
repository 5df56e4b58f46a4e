// Faults of a node's disk: its power, its room, its bytes.
import type { MadeUpDisk, Storage } from '../harness/cluster.ts';
import { cutOff, flipBit } from '../harness/hosts/corruption.ts';
import type { Disk } from '../harness/hosts/types.ts';
import { MILLISECOND } from '../harness/runtime/types.ts';
import { NODE_TARGETS, nodesOf } from './targets.ts';
import { wrongTarget } from './spec.ts';
import { defineFault, type FaultContext, type FaultSpec, type Injection } from './types.ts';

/** Less than this is no room for anything: a page of a database has 4 KiB at least. */
const NO_ROOM = 4096;

function storageOn({ cluster }: FaultContext, node: string): Storage {
  if (cluster.storage === undefined) throw new Error('this cluster does not say where its data lies');
  return cluster.storage(node);
}

function diskOf(context: FaultContext, node: string): Disk | MadeUpDisk {
  if (context.cluster.disk !== undefined) return context.cluster.disk(node);
  const { disk } = storageOn(context, node).host;
  if (disk === undefined) throw new Error(`${node} has no disk of its own`);
  return disk;
}

async function allGone({ cluster }: FaultContext, nodes: readonly string[]): Promise<boolean> {
  const states = await Promise.all(nodes.map((node) => cluster.processes.state(node)));
  return states.every((state) => state === 'gone');
}

async function restart({ cluster }: FaultContext, nodes: readonly string[]): Promise<void> {
  await Promise.all(nodes.map((node) => cluster.processes.restart(node)));
}

function forms(family: string, options: readonly string[] = ['']): string[] {
  return [...NODE_TARGETS, '<node>[+<node>…]'].flatMap((target) =>
    options.map((option) => `${family}:${target}${option && `:${option}`}`),
  );
}

function plainTarget(spec: FaultSpec, nodes: readonly string[]): string | null {
  return spec.option !== null ? 'it takes no option' : wrongTarget(spec.target, NODE_TARGETS, nodes);
}

/** What a kill cannot test: a killed process leaves its unsynced writes to the kernel, a machine without power to nobody. */
export const powerOff = defineFault({
  name: 'power-off',
  title: 'Cut the power: every process dies, and writes that were never synced are lost; restart at heal',
  forms: forms('power-off'),
  needsDisk: true,
  validate: plainTarget,
  inject: async (spec, context): Promise<Injection> => {
    const targets = await nodesOf(spec, context);
    const ran = !(await allGone(context, targets));
    const evidence = await Promise.all(
      targets.map(async (node) => `${node}: ${await diskOf(context, node).cutPower()}`),
    );
    const gone = await allGone(context, targets);
    return {
      targets,
      reached: gone && ran,
      evidence: ran ? evidence.join('; ') : 'it was not running before',
      heal: async () => {
        await restart(context, targets);
        return { bit: gone && ran, evidence: 'restarted from what the disk held' };
      },
    };
  },
});

export const diskFull = defineFault({
  name: 'disk-full',
  title: 'Fill the disk to the last byte; make room again at heal, and restart what gave up',
  forms: forms('disk-full'),
  needsDisk: true,
  validate: plainTarget,
  inject: async (spec, context): Promise<Injection> => {
    const targets = await nodesOf(spec, context);
    const left = await Promise.all(targets.map((node) => diskOf(context, node).fill()));
    const told = (bytes: readonly number[]) =>
      targets.map((node, i) => `${node} ${bytes[i]} bytes`).join(', ');
    return {
      targets,
      reached: left.every((bytes) => bytes < NO_ROOM),
      evidence: `left free: ${told(left)}`,
      heal: async () => {
        const last = await Promise.all(targets.map((node) => diskOf(context, node).available()));
        await Promise.all(targets.map((node) => diskOf(context, node).free()));
        await restart(context, targets);
        // Room that it made for itself by deleting is no fault any more.
        return { bit: last.every((bytes) => bytes < 64 * NO_ROOM), evidence: `free at heal: ${told(last)}` };
      },
    };
  },
});

const CORRUPTIONS = { 'bit-flip': flipBit, truncate: cutOff } as const;

function isCorruption(word: string | null): word is keyof typeof CORRUPTIONS {
  return word !== null && word in CORRUPTIONS;
}

export const corrupt = defineFault({
  name: 'corrupt',
  title: 'Kill the database and damage its files: turn a bit, or cut a file off; restart at heal',
  forms: forms('corrupt', Object.keys(CORRUPTIONS)),
  validate: (spec, nodes) =>
    isCorruption(spec.option)
      ? wrongTarget(spec.target, NODE_TARGETS, nodes)
      : 'it needs to be told what to do: bit-flip or truncate',
  inject: async (spec, context): Promise<Injection> => {
    if (!isCorruption(spec.option)) throw new Error(`there is no corruption "${spec.option ?? ''}"`);
    const kind = spec.option;
    const damage = CORRUPTIONS[kind];
    const targets = await nodesOf(spec, context);
    await Promise.all(targets.map((node) => context.cluster.processes.kill(node)));
    const gone = await allGone(context, targets);
    const done = await Promise.all(
      targets.map(async (node) => {
        const random = context.random.fork(node);
        if (context.cluster.disk !== undefined) {
          const { file, at, done: changed } = await context.cluster.disk(node).damage(kind, random);
          return { changed, told: `${node}: ${file} at record ${at}` };
        }
        const { data } = storageOn(context, node);
        const { file, at, done: changed } = await damage(data, random);
        return { changed, told: `${node}: ${file.slice(data.length + 1)} at byte ${at}` };
      }),
    );
    const reached = gone && done.every(({ changed }) => changed);
    return {
      targets,
      reached,
      evidence: done.map(({ told }) => told).join('; '),
      heal: async () => {
        await restart(context, targets);
        return { bit: reached, evidence: 'restarted on the damaged files' };
      },
    };
  },
});

const LOOKS = 40;
const BETWEEN_LOOKS = 50 * MILLISECOND;

/** After a failed fsync nobody knows what the disk holds: a database must end (Rebello et al., ATC 2020). */
export const fsyncError = defineFault({
  name: 'fsync-error',
  title: 'Let every sync of the disk fail with EIO; mend it at heal, and restart what gave up',
  forms: forms('fsync-error'),
  validate: plainTarget,
  inject: async (spec, context): Promise<Injection> => {
    const targets = await nodesOf(spec, context);
    const disks = targets.map((node) => {
      const disk = context.cluster.disk?.(node);
      if (disk === undefined) throw new Error(`the disk of ${node} cannot be told to fail`);
      return disk;
    });
    const sum = () => disks.reduce((all, disk) => all + disk.failed, 0);
    const before = sum();
    for (const disk of disks) disk.failSyncs(true);
    for (let i = 0; i < LOOKS && sum() === before; i++) await context.clock.sleep(BETWEEN_LOOKS);
    const reached = sum() > before;
    return {
      targets,
      reached,
      evidence: `${sum() - before} syncs have failed so far`,
      heal: async () => {
        for (const disk of disks) disk.failSyncs(false);
        await restart(context, targets);
        return { bit: reached, evidence: `${sum() - before} syncs failed` };
      },
    };
  },
});
