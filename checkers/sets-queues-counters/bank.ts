import type { Json } from '../../harness/history/event.ts';
import type { Checker } from '../types.ts';
import { Findings, operationsOf } from './elements.ts';

/**
 * Bank (Jepsen, `bank`): accounts between which only transfers happen; f `read` (`ok` value = `{account: balance}`,
 * all accounts in one transaction), f `open` (value = the opening balances). Every read adds up to the total: of the
 * opening, else of the first read. A read that shows no account at all came before the opening. No balance is
 * negative. O(n).
 */
export const bank: Checker = {
  name: 'bank',
  title: 'Bank: the total stays, no balance is negative',
  anomalies: ['wrong-total', 'negative-balance'],
  check: (history) => {
    const findings = new Findings();
    const [opening] = operationsOf(history, 'open').filter((op) => isAccounts(op.asked));
    const reads = operationsOf(history, 'read').filter((op) => op.type === 'ok' && showsAccounts(op.answer));
    const sums = reads.map((op) => sumOf(op.answer));
    const total = opening === undefined ? sums[0] : sumOf(opening.asked);
    const standard = opening === undefined ? reads[0]?.completed : opening.invoked;
    reads.forEach(({ completed, answer, key }, n) => {
      if (sums[n] !== total)
        findings.add(
          'wrong-total',
          key,
          [standard, completed],
          `Read #${completed} adds up to ${sums[n]}, ${opening === undefined ? 'read' : 'opening'} #${standard} to ${total}, although only transfers happened.`,
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

const showsAccounts = (value: Json): boolean => isAccounts(value) && balances(value).length > 0;

function sumOf(accounts: Json): number {
  return balances(accounts).reduce((sum, [, balance]) => sum + balance, 0);
}

function isAccounts(value: Json): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function balances(value: Json): [string, number][] {
  return Object.entries(value as { readonly [account: string]: Json }).map(([name, balance]) => [
    name,
    Number(balance),
  ]);
}
