// What a node is told of its strategy, by the store's settings.
import { partitioningOf } from './partition/settings.ts';
import type { Strategy } from './server/config.ts';
import { fences, type StoreSettings } from './settings.ts';

/** What every replica goes by, on these nodes. @throws BadMap when data cannot be split so. */
export function strategyOn(settings: StoreSettings, nodes: readonly string[]): Strategy {
  const strategy = strategyOf(settings, nodes[0]);
  const partitioning = partitioningOf(settings, nodes);
  return partitioning === null ? strategy : { ...strategy, partitioning };
}

export function strategyOf(settings: StoreSettings, firstLeader: string): Strategy {
  const { bug, strategy, conflicts, lww: granularity, merge, stamps } = settings;
  switch (strategy) {
    case 'single-leader':
      return {
        strategy,
        firstLeader,
        ack: settings.ack,
        k: settings.k,
        fallbackMs: settings.fallback,
        fencing: fences(settings),
        automatic:
          settings.failover === 'automatic' ? { ttlMs: settings.ttl, maxLag: settings.maxLag } : null,
        bug,
      };
    case 'multi-leader':
      return {
        strategy,
        conflicts,
        granularity,
        merge,
        stamps: stamps === 'hybrid' ? 'hybrid' : 'wall',
        topology: settings.topology,
        home: settings.home,
        bug,
      };
    case 'leaderless': {
      const { n, r, w, sloppy, atomic, repair, grace: graceMs } = settings;
      return {
        strategy,
        n,
        r,
        w,
        sloppy,
        atomic,
        repair,
        graceMs,
        conflicts,
        granularity,
        merge,
        stamps,
        bug,
      };
    }
    case 'raft': {
      const { confirm, isolation, preVote, snapshotEvery } = settings;
      return { strategy, confirm, isolation, preVote, snapshotEvery, bug };
    }
  }
}
