import type { Json } from '../../harness/history/event.ts';
import type { Checker } from '../types.ts';
import { Findings, operationsOf } from './elements.ts';

/**
 * Bank (Jepsen, `bank`): accounts between which only transfers happen; f `read` (`ok` value = `{account: balance}`,
 * all accounts in one transaction). Every read adds up to the total, which is the first read's: a run whose money
 * changed before anybody looked has no witness. No balance is negative. O(n).
 */
export const bank: Checker = {
  name: 'bank',
  title: 'Bank: the total stays, no balance is negative',
  anomalies: ['wrong-total', 'negative-balance'],
  check: (history) => {
    const findings = new Findings();
    const reads = operationsOf(history, 'read').filter((op) => op.type === 'ok' && isAccounts(op.answer));
    const sums = reads.map((op) => balances(op.answer).reduce((sum, [, balance]) => sum + balance, 0));
    const [total] = sums;
    reads.forEach(({ completed, answer, key }, n) => {
      if (sums[n] !== total)
        findings.add(
          'wrong-total',
          key,
          [reads[0].completed, completed],
          `Read #${completed} adds up to ${sums[n]}, read #${reads[0].completed} to ${total}, although only transfers happened.`,
        );
      for (const [account, balance] of balances(answer))
        if (balance < 0)
          findings.add(
            'negative-balance',
            key,
            [completed],
            `Read #${completed} shows ${balance} in account ${account}.`,
          );
    });
    return findings.verdict('bank', reads.length === 0 ? 'no read completed' : null, { reads: reads.length });
  },
};

function isAccounts(value: Json): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function balances(value: Json): [string, number][] {
  return Object.entries(value as { readonly [account: string]: Json }).map(([name, balance]) => [
    name,
    Number(balance),
  ]);
}
