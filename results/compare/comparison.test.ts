import { describe, expect, it } from 'vitest';
import type { FaultImpact, Performance } from '../../checkers/performance/performance.ts';
import type { Json } from '../../harness/history/event.ts';
import type { ResultDocument } from '../document.ts';
import type { RunMeta } from '../run-meta.ts';
import { paretoFront } from './charts.ts';
import { compare } from './comparison.ts';
import { comparisonMarkdown } from './markdown.ts';
import { comparisonPage } from './page.ts';
import type { ComparedRun } from './run.ts';

interface Invented {
  readonly configuration?: string;
  readonly seed?: number;
  readonly outcome?: ResultDocument['outcome'];
  readonly anomalies?: readonly string[];
  readonly checks?: ResultDocument['checks'];
  readonly faults?: readonly Partial<FaultImpact>[];
  readonly calm?: number;
  readonly p50?: number;
  readonly nodes?: readonly string[];
  /** Stale reads, of 1,000, and the age that one in a hundred exceeds, ms. */
  readonly stale?: readonly [reads: number, p99: number];
}

const none = { seconds: 0, attempts: 0, ok: 0, fail: 0, info: 0, availability: null, okPerSecond: null };

/** A run as it might have been: one kind of operation, and faults as told. */
function run(invented: Invented): ComparedRun {
  const {
    configuration = 'a',
    seed = 1,
    outcome = 'valid',
    anomalies = [],
    faults = [],
    calm = 2,
    p50 = calm,
  } = invented;
  const performance: Performance = {
    ...{ total: none, duringFaults: none, withoutFaults: none, calmMedians: { write: calm }, seconds: [] },
    latency: [
      { f: 'write', type: 'ok', count: 9, p50, p99: p50 * 3, p999: p50 * 9, max: p50 * 10, curve: [] },
    ],
    faults: faults.map(
      (fault) => ({ reached: true, bit: true, sides: [], medians: {}, ...fault }) as FaultImpact,
    ),
  };
  const document = {
    outcome,
    anomalies: anomalies.map((name) => ({ name, status: 'permitted', certain: true, count: 1 })),
    checks: invented.checks ?? [],
    stats: {
      performance: performance as unknown as Json,
      ...(invented.stale === undefined ? {} : { staleness: stalenessOf(...invented.stale) }),
    },
  } as unknown as ResultDocument;
  const meta = {
    workload: 'w',
    nemesis: [],
    nodes: invented.nodes ?? ['n1', 'n2', 'n3'],
    seed: String(seed),
    options: { time: 1, rate: 1 },
  } as unknown as RunMeta;
  return { configuration, meta, document };
}

const stalenessOf = (stale: number, p99: number): Json => ({
  ...{ reads: 1000, stale },
  ageMs: { p50: 0, p90: 0, p99, p999: 2 * p99, max: 3 * p99 },
});

const sides = (...shares: (number | null)[]): Partial<FaultImpact> => ({
  family: 'partition',
  sides: shares.map((share, i) => ({ nodes: [`n${i}`], healthy: 10, share })),
});
const slow = (ms: number): Partial<FaultImpact> => ({
  family: 'delay',
  fault: 'delay:all:20ms',
  medians: { write: ms },
});
const letters = (...runs: ComparedRun[]) => {
  const { p, e } = compare(runs).configurations[0].scorecard;
  return [p.letter, e.letter];
};

describe('the scorecard', () => {
  it('gives P an A only when both sides go on serving, and a C only when no answer was wrong', () => {
    expect(letters(run({ faults: [sides(0.95, 1)], anomalies: ['stale-read'] }))[0]).toBe('A');
    expect(letters(run({ faults: [sides(0, 1)] }))[0]).toBe('C');
    expect(letters(run({ faults: [sides(0, 1)], anomalies: ['stale-read'] }))[0]).toBe('neither');
    expect(letters(run({ faults: [sides(1, 1)] }))[0]).toBe('both');
  });

  it('leaves a side out that serves nobody when healthy, and says nothing when none does', () => {
    expect(letters(run({ faults: [sides(null, 1)], anomalies: ['stale-read'] }))[0]).toBe('A');
    expect(letters(run({ faults: [sides(null, null)] }))[0]).toBe(null);
  });

  it('gives E a C from half a round trip on, and an L below', () => {
    expect(letters(run({ faults: [slow(22)], calm: 2 }))[1]).toBe('C');
    expect(letters(run({ faults: [slow(21)], calm: 2 }))[1]).toBe('L');
  });

  it('takes no letter from faults that were not felt', () => {
    expect(
      letters(
        run({
          faults: [
            { ...sides(0, 1), bit: false },
            { ...slow(100), reached: false },
          ],
        }),
      ),
    ).toEqual([null, null]);
  });
});

describe('the strongest that was not refuted', () => {
  const linearizability = (valid: boolean) => [{ checker: 'linearizability', title: '', valid }];
  const strength = (...runs: ComparedRun[]) => compare(runs).configurations[0].strength;

  it('is what a checker tried and did not refute', () => {
    expect(strength(run({ checks: linearizability(true) })).notRefuted).toEqual(['linearizable']);
  });

  it('is nothing weaker that a checker which found something else never asked for', () => {
    const found = run({ checks: linearizability(false), anomalies: ['stale-read'] });
    expect(strength(found)).toEqual({ notRefuted: [], refuted: ['no-stale-read'] });
    expect(strength(run({ checks: linearizability(true) }), found).notRefuted).not.toContain('sequential');
  });

  it('is no bound without its number', () => {
    const checks = [{ checker: 'staleness', title: 'staleness', valid: true as const }];
    const { notRefuted } = compare([run({ checks })]).configurations[0].strength;
    expect(notRefuted.filter((name) => name.includes('staleness'))).toEqual([]);
  });

  it('is nothing at all without a verdict', () => {
    expect(
      strength(run({ checks: [{ checker: 'linearizability', title: '', valid: 'unknown' }] })).notRefuted,
    ).toEqual([]);
  });
});

describe('differences from the first configuration', () => {
  const of = (configuration: string, more: (seed: number) => Invented, runs = 8) =>
    Array.from({ length: runs }, (_, seed) => run({ configuration, seed, ...more(seed) }));

  it('are none between a configuration and itself', () => {
    const noise = (seed: number) => ({ p50: 2 + (seed % 3) / 100 });
    expect(compare([...of('a', noise), ...of('b', (seed) => noise(seed + 1))]).differences).toEqual([]);
  });

  it('are a latency that is higher in every pair, and an anomaly that shows in most runs', () => {
    const worse = (seed: number) => ({
      p50: 3 + seed / 100,
      anomalies: ['stale-read'],
      outcome: 'violation' as const,
    });
    const { differences } = compare([...of('a', () => ({ p50: 2 })), ...of('b', worse)]);
    expect(differences.map(({ what }) => what)).toEqual([
      'stale-read',
      'valid',
      'violation',
      'write p50',
      'write p99',
    ]);
  });

  it('are no latency that differs by less than a tenth, or over two pairs only', () => {
    expect(compare([...of('a', () => ({ p50: 2 })), ...of('b', () => ({ p50: 2.1 }))]).differences).toEqual(
      [],
    );
    expect(
      compare([...of('a', () => ({ p50: 2 }), 2), ...of('b', () => ({ p50: 9 }), 2)]).differences,
    ).toEqual([]);
  });
});

describe('staleness', () => {
  const text = (...runs: ComparedRun[]) =>
    comparisonMarkdown(compare([...runs, run({ configuration: 'b' })]));

  it('is the share of reads that were stale, and how old one in a hundred and in a thousand was', () => {
    const { staleness } = compare([1, 2, 3].map((i) => run({ seed: i, stale: [10 * i, 20 * i] })))
      .configurations[0];
    expect(staleness).toMatchObject({ share: { value: 0.02 }, p50: { value: 0 }, p99: { value: 40 } });
    expect(text(run({ stale: [20, 40] }))).toContain('2.0 % of reads; age 0.00 ms · 40.0 ms · 80.0 ms');
  });

  it('is told as none where no read was stale, and as nothing where nobody measured it', () => {
    expect(text(run({ stale: [0, 0] }))).toContain('| no read |');
    expect(compare([run({})]).configurations[0].staleness).toBe(null);
  });
});

it('one node has no letters: there is no link to cut or to slow down', () => {
  const { p, e } = compare([run({ nodes: ['n1'] })]).configurations[0].scorecard;
  expect([p.letter, e.letter]).toEqual([null, null]);
  expect(p.evidence).toBe('one node: there is no link to cut');
});

it('the Pareto front leaves out who is slower and keeps no more', () => {
  const dot = (configuration: string, ms: number, kept: number) => ({
    configuration,
    ms,
    kept,
    available: null,
  });
  const dots = [dot('fast', 1, 0.5), dot('strong', 9, 1), dot('worse', 9, 0.4), dot('slow', 10, 1)];
  expect(paretoFront(dots).map(({ configuration }) => configuration)).toEqual(['fast', 'strong']);
});

it('hostile names are text, on the page and in Markdown', () => {
  const name = '<img src=x onerror=alert(1)>|`';
  const comparison = compare([run({ configuration: name }), run({ configuration: 'b' })]);
  expect(comparisonPage(comparison)).not.toContain('<img');
  expect(comparisonMarkdown(comparison)).not.toMatch(/[^\\]<img|[^\\]\|`/);
});
