import type { WalkedBug } from '../../clusters/reference/bugs/types.ts';
import type { BugName } from '../../clusters/reference/bugs.ts';
import { walkRaft, type Walked } from '../../clusters/reference/sim/raft-walk.ts';
import { quantile } from '../../results/statistics/quantiles.ts';
import { seedsUntil, type Examined } from './zoo.ts';

/** Steps of one walk: about a tenth of a second. */
const STEPS = 60_000;
const NODES = 3;

/** A walk of three nodes, with the bug or without. */
export function walkOf(bug: WalkedBug, seed: string, ill = true): Walked {
  const name = ill ? (bug.name as BugName) : 'none';
  return walkRaft(seed, { nodes: NODES, steps: STEPS, ...bug.walk, bug: name });
}

/** Which of Raft's promises it broke, as an anomaly is written: `election-safety`. */
export function promiseOf({ broken }: Walked): string | null {
  return broken === null ? null : broken.slice(0, broken.indexOf(':')).replaceAll(' ', '-');
}

/** As {@link examine}, of a bug that walks show. */
export function examineWalked(bug: WalkedBug, seeds: readonly string[]): Examined {
  const { name, strategy, expected } = bug;
  const before = process.cpuUsage();
  const ill = seeds.map((seed) => walkOf(bug, seed));
  const { user, system } = process.cpuUsage(before);
  const sound = seeds.map((seed) => walkOf(bug, seed, false));
  const found: Record<string, number> = {};
  for (const walked of ill) {
    const promise = promiseOf(walked);
    if (promise !== null) found[promise] = (found[promise] ?? 0) + 1;
  }
  const isCaught = ill.map((walked) => promiseOf(walked) === expected);
  const first = isCaught.indexOf(true);
  const waits = seedsUntil(isCaught).sort((a, b) => a - b);
  const violations = sound.filter(({ broken }) => broken !== null).length;
  return {
    name,
    strategy,
    expected,
    caught: first >= 0 && violations === 0,
    found,
    seeds: seeds.length,
    catchRate: (found[expected] ?? 0) / seeds.length,
    firstSeed: first < 0 ? null : seeds[first],
    seedsToCatch: first < 0 ? null : { p50: quantile(waits, 0.5), p95: quantile(waits, 0.95) },
    without: { valid: sound.length - violations, ...(violations > 0 ? { violation: violations } : {}) },
    replay: `alibi zoo --bug ${name} --seeds ${first < 0 ? seeds.length : seeds[first]}`,
    explanation: ill[first]?.broken ?? null,
    cpuMs: Math.round((user + system) / 1000 / seeds.length),
  };
}
