import { bank } from '../sql/bank.ts';
import { transactions } from '../sql/transaction.ts';
import type { Planner } from './clients/plan.ts';
import { register } from './clients/register.ts';
import { rows } from './clients/rows.ts';
import { set } from './clients/set.ts';
import { bankDialect, transactionDialect } from './clients/transaction.ts';

/** What every MySQL server can serve, by port. */
export const PLANNERS: Readonly<Record<string, Planner>> = {
  register,
  set,
  rows,
  transaction: transactions(transactionDialect),
  bank: bank(bankDialect),
};

export const PORTS = Object.keys(PLANNERS);
