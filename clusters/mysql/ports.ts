import { Positions } from '../kit/positions.ts';
import { bank } from '../sql/bank.ts';
import { counter, ids } from '../sql/counter.ts';
import { log, queue } from '../sql/lists.ts';
import { lock } from '../sql/lock.ts';
import { transactions } from '../sql/transaction.ts';
import { counterDialect, idsDialect } from './clients/counter.ts';
import { listsDialect } from './clients/lists.ts';
import { lockDialect } from './clients/lock.ts';
import type { Planner } from './clients/plan.ts';
import { register } from './clients/register.ts';
import { rows } from './clients/rows.ts';
import { set } from './clients/set.ts';
import { bankDialect, transactionDialect } from './clients/transaction.ts';

/** By port, what plans the operations of one session: it may remember how far it has read. */
export type Planners = Readonly<Record<string, (session: number) => Planner>>;

/** What every MySQL server can serve. */
export function planners(): Planners {
  const positions = new Positions();
  return {
    register: () => register,
    set: () => set,
    rows: () => rows,
    counter: () => counter(counterDialect),
    queue: () => queue(listsDialect),
    log: (session) => log(listsDialect, positions.of(session)),
    ids: () => ids(idsDialect),
    lock: () => lock(lockDialect),
    transaction: () => transactions(transactionDialect),
    bank: () => bank(bankDialect),
  };
}

export const PORTS = Object.keys(planners());
