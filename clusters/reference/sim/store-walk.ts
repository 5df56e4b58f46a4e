// A cluster in a rough world, without clients that take turns: whatever is asked, lost, doubled, cut, crashed and started
// again comes by lot. What was acknowledged must be on as many disks as the configuration says, be shown to whoever is
// promised to see it, and be everywhere once nothing goes wrong any more.
import { createHash } from 'node:crypto';
import { randomStream } from '../../../harness/runtime/random.ts';
import type { Random } from '../../../harness/runtime/types.ts';
import type { ReadAt } from '../replica/types.ts';
import type { Setting } from '../../types.ts';
import type { StoreSettings } from '../settings.ts';
import { leaderOf, left, settingsOf } from './costs.ts';
import { Lockstep, tokenOf } from './lockstep.ts';
import { RaftInvariants } from './raft-invariants.ts';

/** ms of a walk, and until all is even again: a lease, an election, every pair's hashes compared. */
const WALK = 6000;
const EVEN = 6000;
/** Increments of one counter: few, so that hardly any is left open, and one done twice shows. */
const EACH = 3;

interface Asked {
  readonly id: number;
  readonly key: string;
  readonly by: string;
}

/** On how many disks a write is at least, once it is acknowledged. */
function disksOf(settings: StoreSettings, nodes: number): number {
  const { strategy, failover, fallback, ack, k } = settings;
  switch (strategy) {
    case 'raft':
      return Math.floor(nodes / 2) + 1;
    case 'leaderless':
      return settings.w;
    case 'multi-leader':
      return 1;
    case 'single-leader':
      // Whose acknowledgements count may be fewer after a takeover.
      if (failover === 'automatic' || fallback > 0) return 1;
      return { async: 1, 'semi-sync': 2, first: 1 + k, any: 1 + k, sync: nodes }[ack];
  }
}

/** Who is promised to see what `by` was told is done, and how it asks; null for nobody. */
function whoSees(world: Lockstep, by: string, random: Random): readonly [string, ReadAt] | null {
  const { strategy, r, w, n, sloppy, confirm } = world.settings;
  if (strategy === 'multi-leader') return [by, 'replica'];
  if (strategy === 'leaderless') return r + w > n && !sloppy ? [random.pick(world.running), 'quorum'] : null;
  if (strategy === 'raft' && confirm !== 'none') return [random.pick(world.running), 'confirmed'];
  return [by, 'leader'];
}

function counts({ strategy, conflicts }: StoreSettings): boolean {
  return strategy === 'raft' || strategy === 'single-leader' || conflicts === 'crdt';
}

/** Walks by the seed, with these settings `besides`; gives a digest of all that was answered. @throws Error that says which promise was broken. */
export function walkStore(
  configuration: string,
  nodes: number,
  seed: string,
  besides: Readonly<Record<string, Setting>> = {},
): { world: Lockstep; digest: string } {
  const random = randomStream(seed, 'store-walk');
  const invariants = new RaftInvariants();
  const settings = { ...settingsOf(configuration), ...besides };
  const dress = settings.strategy === 'raft' ? invariants.watched : undefined;
  const world = new Lockstep(seed, nodes, settings, dress);
  const need = disksOf(world.settings, nodes);
  const writes: Asked[] = [];
  const additions: Asked[] = [];
  const reads = new Map<number, Asked>();
  const told = new Set<number>();
  world.rough = true;

  const look = (): void => {
    for (const asked of writes) {
      const answer = world.answers.get(asked.id);
      if (!answer?.reply.ok || told.has(asked.id)) continue;
      told.add(asked.id);
      if (answer.disks < need)
        throw new Error(
          `write ${asked.id} is acknowledged by ${asked.by} with ${answer.disks} of ${need} disks`,
        );
      const sees = world.running.includes(asked.by) ? whoSees(world, asked.by, random) : null;
      if (sees === null) continue;
      const [by, at] = sees;
      reads.set(world.ask(by, { op: 'read', table: 't', key: asked.key, at }), asked);
    }
    for (const [id, asked] of reads) {
      const reply = world.answers.get(id)?.reply;
      if (reply === undefined) continue;
      reads.delete(id);
      if (reply.ok && reply.fields?.value !== tokenOf(asked.id))
        throw new Error(`write ${asked.id}, which ${asked.by} acknowledged, is not read`);
    }
  };

  const ask = (): void => {
    if (world.running.length === 0) return;
    const by = random.below(2) === 0 ? random.pick(world.running) : (leaderOf(world.statuses()) ?? 'n1');
    if (!world.running.includes(by)) return;
    if (counts(world.settings) && random.below(4) === 0) {
      const key = `c${Math.floor(additions.length / EACH)}`;
      additions.push({ id: world.ask(by, { op: 'increment', table: 't', key, amount: 1 }), key, by });
      return;
    }
    const id = world.write(by);
    writes.push({ id, key: `k${id}`, by });
  };

  while (world.now < WALK) {
    const name = random.pick(world.names);
    const lot = random.below(100);
    if (lot < 75) ask();
    else if (lot < 78) world.crash(name);
    else if (lot < 88) world.start(name);
    else if (lot < 90) world.cut(name);
    else world.join(name);
    world.run(1 + random.below(24));
    look();
  }
  world.rough = false;
  for (const name of world.names) {
    world.join(name);
    world.start(name);
  }
  world.run(1);
  if (world.until(() => world.running.length === nodes && left(world).length === 0, EVEN) === null)
    throw new Error(`not even within ${EVEN} ms: ${left(world).join('; ')}`);
  world.run(200);
  look();
  atTheEnd(world, writes, additions);
  const answers = [...world.answers].map(([id, { at, reply }]) => [id, at, reply]);
  const digest = createHash('sha256').update(JSON.stringify(answers)).digest('hex').slice(0, 16);
  return { world, digest };
}

/** Every node shows what was acknowledged, and no counter more than was asked for. */
function atTheEnd(world: Lockstep, writes: readonly Asked[], additions: readonly Asked[]): void {
  const isDone = ({ id }: Asked): boolean => world.answers.get(id)?.reply.ok === true;
  const valueAt = (by: string, key: string): unknown => {
    const id = world.ask(by, { op: 'read', table: 't', key, at: 'replica' });
    world.until(() => world.answers.has(id), 10);
    const reply = world.answers.get(id)?.reply;
    if (!reply?.ok) throw new Error(`${key} at the end, by ${by}: ${reply?.message ?? 'no answer'}`);
    return reply.fields?.value;
  };
  const counters = [...new Set(additions.map(({ key }) => key))];
  for (const by of world.names) {
    for (const { id, key, by: who } of writes.filter(isDone))
      if (valueAt(by, key) !== tokenOf(id))
        throw new Error(`write ${id}, which ${who} acknowledged, is lost on ${by}`);
    for (const key of counters) {
      const own = additions.filter((one) => one.key === key);
      const [value, least] = [Number(valueAt(by, key) ?? 0), own.filter(isDone).length];
      if (value < least || value > own.length)
        throw new Error(`counter: ${value} on ${by} after ${least} to ${own.length} increments`);
    }
  }
}
