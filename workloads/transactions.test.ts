import { describe, expect, it } from 'vitest';
import { invocations } from '../harness/generator/testing/simulate.ts';
import type { Json } from '../harness/history/event.ts';
import { WORKLOADS } from './registry.ts';
import type { WorkloadContext } from './types.ts';

const context: WorkloadContext = {
  nodes: ['n1', 'n2', 'n3'],
  copies: [],
  concurrency: 3,
  rate: null,
  keys: 4,
  transactionSize: 6,
};

type Micro = readonly [string, Json, Json];

function operationsOf(name: string, operations = 600) {
  const workload = WORKLOADS.get(name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  return invocations(workload.main(context), { operations });
}

const transactionsOf = (name: string): Micro[][] =>
  operationsOf(name).map((op) => op.value as unknown as Micro[]);

const TRANSACTIONAL = [...WORKLOADS.values()]
  .filter(({ port }) => port === 'transaction')
  .map(({ name }) => name);

describe.each(TRANSACTIONAL)('%s', (name) => {
  it('writes no value twice to a key, and asks for reads with null', () => {
    const written = new Set<string>();
    for (const [f, key, value] of transactionsOf(name).flat()) {
      if (f === 'r' || f === 'rp') expect(value).toBeNull();
      else if (value !== null) {
        expect(written.has(JSON.stringify([key, value]))).toBe(false);
        written.add(JSON.stringify([key, value]));
      }
    }
    expect(written.size).toBeGreaterThan(100);
  });

  it('judges them by the transactional checker', () => {
    expect(WORKLOADS.get(name)?.checkers).toContain('transactions');
  });
});

it.each(['list-append', 'rw-register', 'predicate'])(
  '%s keeps to the transaction size, and reaches it',
  (name) => {
    const sizes = transactionsOf(name).map((txn) => txn.length);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([1, context.transactionSize]);
  },
);

it('lost-update reads one register and then writes that one', () => {
  for (const txn of transactionsOf('lost-update')) {
    expect(txn.map(([f]) => f)).toEqual(['r', 'w']);
    expect(txn[0][1]).toBe(txn[1][1]);
  }
});

it('write-skew reads both rows of a pair and writes one of them', () => {
  for (const txn of transactionsOf('write-skew')) {
    expect(txn.map(([f]) => f)).toEqual(['r', 'r', 'append']);
    const [first, second, written] = txn.map(([, key]) => Number(key));
    expect([first % 2, second]).toEqual([0, first + 1]);
    expect([first, second]).toContain(written);
  }
});

it('long-fork writes every key once, alone, and reads whole groups', () => {
  const transactions = transactionsOf('long-fork');
  const written = transactions.filter(([[f]]) => f === 'w');
  expect(written.every((txn) => txn.length === 1)).toBe(true);
  expect(new Set(written.map(([[, key]]) => key)).size).toBe(written.length);
  for (const txn of transactions.filter(([[f]]) => f === 'r')) {
    const keys = txn.map(([, key]) => Number(key)).sort((a, b) => a - b);
    expect(keys[0] % context.keys).toBe(0);
    expect(keys).toEqual(keys.map((_, i) => keys[0] + i));
    expect(keys.length).toBe(context.keys);
  }
});

it('predicate looks at all live keys, inserts, changes and deletes', () => {
  const all = transactionsOf('predicate').flat();
  const looked = all.filter(([f]) => f === 'rp').map(([, about]) => about as unknown as { keys: number[] });
  expect(looked.every(({ keys }) => keys.length === context.keys)).toBe(true);
  expect(all.some(([f, , value]) => f === 'w' && value === null)).toBe(true);
  expect(looked.length).toBeGreaterThan(100);
});

describe('bank', () => {
  it('opens the accounts before anything else, and moves money between two of them', () => {
    const [first, ...rest] = operationsOf('bank');
    expect(first).toMatchObject({ f: 'open', value: { 0: 10, 1: 10, 2: 10, 3: 10 } });
    const after = rest.filter(({ f }) => f !== 'open');
    expect(new Set(after.map(({ f }) => f))).toEqual(new Set(['read', 'transfer']));
    for (const { f, value } of after) {
      if (f !== 'transfer') continue;
      const { from, to } = value as { from: number; to: number };
      expect(from).not.toBe(to);
    }
  });

  it('reads all accounts at once, or names them to have them read one by one', () => {
    const reads = (name: string) => operationsOf(name).filter(({ f }) => f === 'read');
    expect(reads('bank').every(({ value }) => value === null)).toBe(true);
    for (const { value } of reads('bank-one-by-one'))
      expect([...(value as number[])].sort()).toEqual([0, 1, 2, 3]);
  });
});
