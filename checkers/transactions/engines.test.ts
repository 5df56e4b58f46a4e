// The engine against a second one, and on simulated histories of a thousand transactions with one anomaly in them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../types.ts';
import { CLASSES } from './anomalies.ts';
import { LEVELS } from './levels.ts';
import { historyOfTxns, micro, type Txn } from './testing/histories.ts';
import { cyclesByGraphlib } from './testing/second-engine.ts';
import { simulateRows } from './testing/simulate-rows.ts';
import { simulateLists, staleReads } from './testing/simulate.ts';
import { violatedBy } from './judged-models.ts';
import { transactions } from './transactions.ts';

const CYCLES = LEVELS.flatMap((suffix) =>
  CLASSES.flatMap((name) => [name + suffix, name.replace('-item', '') + suffix]),
);

function cyclesOf(txns: readonly Txn[]): string[] {
  const { findings } = transactions.check(historyOfTxns(txns), {}) as Verdict;
  return [...new Set(findings.map(({ name }) => name).filter((name) => CYCLES.includes(name)))].sort();
}

const load = { concurrency: 6, appendsPerKey: 8, seed: 1 };

describe('two engines', () => {
  it('name the same cycles in histories with stale reads', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 5, max: 40 }),
        fc.boolean(),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        (seed, count, snapshot, probability) => {
          const isolation = snapshot ? 'snapshot' : 'serializable';
          const txns = staleReads(
            simulateLists({ ...load, transactions: count, isolation, seed }),
            seed,
            probability,
          );
          const names = cyclesOf(txns);
          for (const name of names) seen.add(name);
          expect(names).toEqual(cyclesByGraphlib(txns));
        },
      ),
      { numRuns: 300, seed: 5 },
    );
    expect(seen.size).toBeGreaterThan(6);
  });

  it.each([
    ['registers', false],
    ['registers that are deleted and read by predicate', true],
  ])('name the same cycles in histories over %s', (_kind, predicates) => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 5, max: 30 }),
        fc.double({ min: 0, max: 0.4, noNaN: true }),
        (seed, count, stale) => {
          const txns = simulateRows({ transactions: count, seed, stale, predicates });
          const names = cyclesOf(txns);
          for (const name of names) seen.add(name);
          expect(names).toEqual(cyclesByGraphlib(txns));
        },
      ),
      { numRuns: 300, seed: 5 },
    );
    expect(seen.size).toBeGreaterThan(3);
  });
});

describe('a thousand transactions with one anomaly among them', () => {
  const correct = simulateLists({ ...load, transactions: 1000, isolation: 'serializable' });
  const middle = correct[500].at;

  /** Transactions on keys of their own, all at once or one after the other, by processes from 100 on. */
  function among(texts: readonly string[], inTurn: boolean): Txn[] {
    const injected = texts.map((text, i): Txn => {
      const [head, body] = text.includes(':') ? text.split(':') : [String(i), text];
      const at = inTurn ? middle + 2 * i : middle + i;
      return {
        process: 100 + parseInt(head, 10),
        at,
        until: inTurn ? at + 1 : middle + 100 + i,
        type: head.endsWith('!') ? 'fail' : 'ok',
        micro: micro(body),
      };
    });
    return [...correct, ...injected];
  }

  it('without it is valid', () => {
    expect(transactions.check(historyOfTxns(correct), {})).toMatchObject({ valid: true, findings: [] });
  });

  it.each([
    ['G0', false, ['a x 1, a y 1', 'a x 2, a y 2', 'r x [1 2], r y [2 1]'], 2],
    ['G1a', false, ['0!: a x 1', '1: r x [1]'], 2],
    ['G1b', false, ['a x 1, a x 2', 'r x [1]'], 2],
    ['G1c', false, ['a x 1, r y [1]', 'a y 1, r x [1]'], 2],
    ['G-single-item', false, ['a x 1, a y 1', 'r x [1], r y', 'r y [1]'], 2],
    ['G-nonadjacent-item', false, ['a x 1', 'a y 1', 'r x [1], r y', 'r x, r y [1]'], 4],
    ['G2-item', false, ['r x, a y 1', 'r y, a x 1', 'r x [1], r y [1]'], 2],
    ['lost-update', false, ['r x, a x 1', 'r x, a x 2', 'r x [1 2]'], 2],
    ['internal', false, ['a x 1, r x'], 1],
    ['incompatible-order', false, ['a x 1', 'a x 2', 'r x [1 2]', 'r x [2]'], 2],
    ['duplicate-elements', false, ['a x 1', 'r x [1 1]'], 2],
    ['dirty-update', false, ['0!: a x 1', '1: a x 2', '2: r x [1 2]'], 3],
    ['future-read', false, ['r x [1], a x 1'], 1],
    ['G0-process', true, ['0: a x 1', '0: a x 2', '1: r x [2 1]'], 2],
    ['G0-realtime', true, ['0: a x 1', '1: a x 2', '2: r x [2 1]'], 2],
    ['G1c-process', true, ['0: r x [1]', '0: a x 1'], 2],
    ['G1c-realtime', true, ['0: r x [1]', '1: a x 1'], 2],
    ['G-single-item-process', true, ['0: a x 1', '0: r x', '1: r x [1]'], 2],
    ['G-single-item-realtime', true, ['0: a x 1', '1: r x', '2: r x [1]'], 2],
  ])('%s is named, with the smallest witness', (name, inTurn, texts, size) => {
    const { findings, valid } = transactions.check(historyOfTxns(among(texts, inTurn)), {}) as Verdict;
    expect(valid).toBe(false);
    const [found] = findings.filter((finding) => finding.name === name);
    expect(found).toMatchObject({ name, certain: true });
    expect(found.witness).toHaveLength(size);
    // No component but the injected one, so no cycle of another class either; what one transaction shows may add up.
    const cycles = findings.filter((finding) => CYCLES.includes(finding.name)).map((finding) => finding.name);
    if (CYCLES.includes(name)) expect(cycles).toEqual([name]);
  });

  /** Everything that is found, by the model asked for. */
  function foundAmong(texts: readonly string[], inTurn: boolean, model: string): Verdict {
    const history = historyOfTxns(among(texts, inTurn));
    return transactions.check(history, { consistency: [model] }) as Verdict;
  }

  // By the weakest model that the first of the names refutes. Nothing but these names is found.
  it.each([
    // Weak models: the cycle of known dependencies, if there is one, and what it leaves to say.
    [['G-monotonic', 'G-single-item'], false, ['a x 1, a y 1', 'r x [1], r y', 'r y [1]'], 2],
    [['G-monotonic'], false, ['w x 1, w y 1', 'w x 2, w y 2', 'r y 1, r x 2', 'r y 2, r x 1'], 4],
    [['fractured-read', 'G-single-item'], false, ['a x 1, a y 1', 'r y, r x [1]', 'r y [1]'], 2],
    [['fractured-read', 'G-single-item'], false, ['w x 1, w y 1', 'r y, r x 1'], 2],
    [['causality-violation', 'G-single-item', 'G-monotonic-indirect'], false, ['a x 1', 'r x [1], a y 1', 'r y [1], r x'], 3], // prettier-ignore
    [['causality-violation', 'G-single-item', 'G-monotonic-indirect'], false, ['w x 1', 'r x 1, w y 1', 'r y 1, r x'], 3], // prettier-ignore
    [['fractured-read-process', 'G-single-item-process'], true, ['0: w x 1', '0: r x', '1: r x 1'], 2],
    [['causality-violation-process', 'G-single-item-process'], true, ['0: a x 1', '0: a y 1', '1: r y [1], r x', '2: r x [1]'], 3], // prettier-ignore
    // Cycles that models between read committed and serializability forbid.
    [['G-cursor', 'G-single-item'], false, ['r x, a x 1', 'a x 2', 'r x [2 1]'], 2],
    [['G-monotonic-indirect', 'G-single-item', 'causality-violation'], false, ['a x 1', 'r x [1], a y 1', 'r y [1], r x'], 3], // prettier-ignore
    [['G-update', 'G2-item'], false, ['a x 1', 'r x, a y 1', 'r x [1], r y'], 3],
    // Predicates.
    [['G-single', 'G-monotonic'], false, ['w x 1, w y 1', 'r x 1, p y', 'r y 1'], 2],
    [['G-nonadjacent'], false, ['w x 1', 'w y 1', 'p xy x1', 'p xy y1'], 4],
    [['G2', 'G-update'], false, ['p xy, w x 1', 'p xy, w y 2', 'p xy x1 y2'], 2],
    [['G-single-process', 'fractured-read-process'], true, ['0: w x 1', '0: p x', '1: p x x1'], 2],
    [['G-single-realtime'], true, ['0: w x 1', '1: p x', '2: p x x1'], 2],
    // Orders of versions that nothing shows.
    [['no-serial-order'], false, ['w x 1, r q', 'w x 2, r p', 'w p 1', 'w q 1', 'r x 1, r p 1', 'r x 2, r q 1'], 6], // prettier-ignore
    [['no-snapshot-order'], false, ['w x 1', 'w x 2', 'w z 1', 'w u 1', 'r x 1, r z 1', 'r x 2, r z', 'r x 2, r u 1', 'r x 1, r u'], 8], // prettier-ignore
    [['no-prefix-order', 'G-nonadjacent-item'], false, ['a x 1', 'a y 1', 'r x [1], r y', 'r x, r y [1]'], 4],
  ])('%j, and nothing else', (names, inTurn, texts, size) => {
    const [model] = violatedBy(names[0]);
    const { findings, valid } = foundAmong(texts, inTurn, model);
    expect(valid).toBe(false);
    expect(findings.map(({ name }) => name).sort()).toEqual([...names].sort());
    const [found] = findings.filter(({ name }) => name === names[0]);
    expect(found.certain).toBe(true);
    expect(found.witness).toHaveLength(size);
  });

  it('a read skew made by the simulator has a witness of the writer and the reader', () => {
    const txns = simulateLists({
      ...load,
      appendsPerKey: 64,
      transactions: 1000,
      isolation: 'serializable',
      readSkew: true,
    });
    const { findings } = transactions.check(historyOfTxns(txns), {}) as Verdict;
    expect(cyclesOf(txns)).toEqual(['G-single-item']);
    expect(findings[0].witness).toHaveLength(2);
    expect(findings[0].evidence?.['dot']).toMatch(/^digraph anomaly \{/);
  });
});
