import { describe, expect, it } from 'vitest';
import { closure } from '../../checkers/guarantees.ts';
import { linearizability } from '../../checkers/linearizability/linearizability.ts';
import { sequential } from '../../checkers/sequential/sequential.ts';
import { monotonicReads } from '../../checkers/session/monotonic-reads.ts';
import { monotonicWrites } from '../../checkers/session/monotonic-writes.ts';
import { readYourWrites } from '../../checkers/session/read-your-writes.ts';
import { writesFollowReads } from '../../checkers/session/writes-follow-reads.ts';
import type { Checker } from '../../checkers/types.ts';
import { historyOf } from '../../harness/history/builder.ts';
import type { History } from '../../harness/history/history.ts';
import { virtualRuntime } from '../../harness/runtime/virtual.ts';
import { MILLISECOND, SECOND, type Random } from '../../harness/runtime/types.ts';
import type { Setting } from '../types.ts';
import { claimOf } from './claims.ts';
import { LEADERLESS } from './configurations/leaderless.ts';
import { MULTI_LEADER } from './configurations/multi-leader.ts';
import { SINGLE_LEADER } from './configurations/single-leader.ts';
import { storeSettings } from './settings.ts';
import { missing } from './settle.ts';
import type { Status } from './replica/types.ts';
import { Simulation } from './testing/simulation.ts';

/** Of the linearizability checker, what refutes a regular register too. */
const freshness: Checker = {
  ...linearizability,
  check: async (history, options) => {
    const verdict = await linearizability.check(history, options);
    return { ...verdict, findings: verdict.findings.filter(({ name }) => name === 'stale-read') };
  },
};

const CHECKERS: Readonly<Record<string, Checker>> = {
  sequential,
  linearizable: linearizability,
  'no-stale-read': freshness,
  'read-your-writes': readYourWrites,
  'monotonic-reads': monotonicReads,
  'monotonic-writes': monotonicWrites,
  'writes-follow-reads': writesFollowReads,
};
/** More by hand: ALIBI_SEEDS=500 npx vitest run clusters/reference/claims.test.ts */
const SEEDS = Array.from({ length: Number(process.env.ALIBI_SEEDS ?? 2) }, (_, i) => i + 1);
const LENGTH = 2 * SECOND;

/** One fault after another, of these families, until the end. */
async function faults(
  store: Simulation,
  families: readonly string[],
  random: Random,
  sleep: (ms: number) => Promise<void>,
  going: () => boolean,
): Promise<void> {
  while (going()) {
    const family = random.pick(families);
    const node = random.pick(store.names);
    if (family === 'partition')
      for (const from of store.names)
        for (const to of store.names) if (from !== to && random.chance(0.4)) store.cuts.add(`${from} ${to}`);
    if (family === 'kill') await store.kill(node);
    // An operator who is refused, or whose promotion does not take hold, tries again at the next fault.
    if (family === 'failover')
      await store.operator.failover({ fence: random.chance(0.5) }).catch(() => undefined);
    if (family === 'restart-then-promote') await store.operator.restartThenPromote().catch(() => undefined);
    await sleep(random.below(200));
    store.cuts.clear();
    for (const name of store.names) await store.restart(name);
    await sleep(random.below(100));
  }
}

/** Runs sessions under faults, then heals; gives what is missing anywhere, and the history. */
async function run(
  seed: number,
  chosen: Readonly<Record<string, Setting>>,
  families: readonly string[],
  settleMs = 20_000,
) {
  const runtime = virtualRuntime(seed);
  const settings = storeSettings(chosen);
  return runtime.run(async () => {
    const names = ['n1', 'n2', 'n3', ...(settings.sloppy || settings.k > 1 ? ['n4', 'n5'] : [])];
    const store = new Simulation(runtime, settings, names);
    const { clock } = runtime;
    for (const name of store.names) await store.start(name, false);
    const sleep = (ms: number) => clock.sleep(ms * MILLISECOND);
    await Promise.all([
      ...[1, 2, 3, 4].map((session) => store.session(session, 2, LENGTH)),
      faults(store, families, runtime.random('faults'), sleep, () => clock.now() < LENGTH),
    ]);
    for (const name of store.names) await store.restart(name);
    const primary = settings.strategy === 'single-leader' ? store.operator.primary : null;
    let left: readonly string[] = [];
    await store.until(settleMs, async () => {
      const statuses = new Map<string, Status>();
      for (const name of store.names)
        await store.ask(name, { command: 'status' }).then(
          (status) => statuses.set(name, status),
          () => undefined,
        );
      left = missing(store.names, statuses, primary);
      return left.length === 0;
    });
    // The last word: what every replica holds.
    const finals = await Promise.all(store.names.map((name) => store.contents(name, 2)));
    for (const name of store.names) await store.kill(name);
    return { left, finals, history: historyOf(store.events), events: store.events };
  });
}

async function findings(checkers: readonly string[], history: History): Promise<string[]> {
  const found: string[] = [];
  for (const name of checkers) {
    const { findings: anomalies } = await CHECKERS[name].check(history, {});
    found.push(...anomalies.map((anomaly) => anomaly.explanation));
  }
  return found;
}

/** Families that the simulation knows, of those the claim tolerates. */
const SIMULATED = ['partition', 'kill', 'failover', 'restart-then-promote'];

const CONFIGURATIONS: Readonly<Record<string, Readonly<Record<string, Setting>>>> = {
  'async, reads from the leader': { ack: 'async', reads: 'primary' },
  'async, reads from any replica': { ack: 'async', reads: 'any' },
  'async, sticky reads': { ack: 'async', reads: 'sticky' },
  'semi-sync': { ack: 'semi-sync', reads: 'primary' },
  'semi-sync, sticky reads': { ack: 'semi-sync', reads: 'sticky' },
  sync: { ack: 'sync', reads: 'primary' },
  'sync, reads from any replica': { ack: 'sync', reads: 'any' },
  'sync, sticky reads': { ack: 'sync', reads: 'sticky' },
  'sync without fencing': { ack: 'sync', reads: 'primary', fencing: false },
  'multi-leader': { strategy: 'multi-leader', reads: 'sticky' },
  'multi-leader, any': { strategy: 'multi-leader', reads: 'any' },
  ...Object.fromEntries(
    [...SINGLE_LEADER.slice(7), ...MULTI_LEADER, ...LEADERLESS].map(({ name, settings }) => [
      `configuration ${name}`,
      settings,
    ]),
  ),
};

describe('every claim holds in simulation under the faults that it tolerates', () => {
  for (const [name, settings] of Object.entries(CONFIGURATIONS))
    it(name, async () => {
      const claim = claimOf(storeSettings(settings));
      const families = SIMULATED.filter((family) => claim.tolerates.faults.includes(family));
      const checkers = [...closure(claim.guarantee)].filter((guarantee) => guarantee in CHECKERS);
      let ok = 0;
      for (const seed of SEEDS) {
        const { left, finals, history, events } = await run(seed, settings, families);
        expect({ seed, left, findings: await findings(checkers, history) }).toEqual({
          seed,
          left: [],
          findings: [],
        });
        for (const final of finals) expect({ seed, final }).toEqual({ seed, final: finals[0] });
        ok += events.filter((event) => event.type === 'ok').length;
      }
      expect(ok).toBeGreaterThan(SEEDS.length * 200);
    });
});

describe('the simulation sees what a claim leaves out', () => {
  const violated = async (
    settings: Readonly<Record<string, Setting>>,
    families: string[],
    checker: string,
  ) => {
    for (const seed of SEEDS)
      if ((await findings([checker], (await run(seed, settings, families, 0)).history)).length > 0)
        return true;
    return false;
  };

  it.each([
    [
      'failover loses writes under async',
      { ack: 'async', reads: 'primary' },
      ['partition', 'failover'],
      'linearizable',
    ],
    [
      'no fencing: stale reads under sync',
      { ack: 'sync', reads: 'primary', fencing: false },
      ['partition', 'failover'],
      'linearizable',
    ],
    ['reads anywhere miss own writes', { ack: 'sync', reads: 'any' }, ['partition'], 'read-your-writes'],
    ['reads anywhere go back in time', { ack: 'async', reads: 'any' }, ['partition'], 'monotonic-reads'],
    [
      'roaming between leaders misses own writes',
      { strategy: 'multi-leader', reads: 'any' },
      ['partition'],
      'read-your-writes',
    ],
    [
      'quorums that do not overlap are stale',
      { strategy: 'leaderless', lww: 'field', r: 1, w: 1 },
      ['partition'],
      'no-stale-read',
    ],
  ])('%s', async (_name, settings, families, checker) => {
    expect(await violated(settings as Record<string, Setting>, families, checker)).toBe(true);
  });
});
