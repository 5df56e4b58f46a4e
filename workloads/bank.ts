import { fn } from '../harness/generator/operations.ts';
import { phases } from '../harness/generator/sequence.ts';
import { untilOk } from '../harness/generator/transform.ts';
import type { Generator } from '../harness/generator/types.ts';
import { paced } from './parts.ts';
import { defineWorkload, type WorkloadContext } from './types.ts';

const OPENING_BALANCE = 10;
const MOST = 5;

/** Accounts are opened once, then money moves between them; half of the operations look at all accounts. */
function banking(context: WorkloadContext, oneByOne: boolean): Generator {
  const accounts = Array.from({ length: Math.max(2, context.keys) }, (_, i) => i);
  const balances = Object.fromEntries(accounts.map((account) => [account, OPENING_BALANCE]));
  return phases(
    untilOk(fn(() => ({ f: 'open', value: balances }))),
    paced(
      context,
      fn(({ random }) => {
        if (random.below(2) === 0) return { f: 'read', value: oneByOne ? random.shuffle(accounts) : null };
        const [from, to] = random.shuffle(accounts);
        return { f: 'transfer', value: { from, to, amount: 1 + random.below(MOST) } };
      }),
    ),
  );
}

export const bank = defineWorkload({
  name: 'bank',
  title: 'Transfers between accounts; all of them read in one statement: the total must stay',
  port: 'bank',
  checkers: ['bank'],
  main: (context) => banking(context, false),
});

/** What an application does that loads its objects one by one. */
export const bankOneByOne = defineWorkload({
  name: 'bank-one-by-one',
  title: 'Transfers between accounts, read in one transaction but a statement each: read skew',
  port: 'bank',
  checkers: ['bank'],
  main: (context) => banking(context, true),
});
