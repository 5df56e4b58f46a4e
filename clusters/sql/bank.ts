import type { Json } from '../../harness/history/event.ts';
import { unknownOperation, type Plan, type Planner } from './plan.ts';
import { inTransaction, type Session } from './session.ts';

/** The statements of the port in one database's SQL, over a table of accounts (`k`, `balance`). */
export interface BankDialect {
  readonly cluster: string;
  readonly begin: string;
  readonly primaryOnly: boolean;
  /** Parameters: account, balance. Leaves an account that is there alone. */
  readonly open: string;
  /** Parameters: amount, account, amount. Changes no row of an account that holds less. */
  readonly withdraw: string;
  /** Parameters: amount, account. */
  readonly deposit: string;
  /** Columns `k`, `balance`. */
  readonly readAll: string;
  /** Parameters: account. Column `balance`. */
  readonly readOne: string;
}

interface Transfer {
  readonly from: string | number;
  readonly to: string | number;
  readonly amount: number;
}

/**
 * `bank`: open (value = `{account: balance}`; twice does no harm), transfer (`{from, to, amount}`; `false` when the
 * account holds less) and read (`{account: balance}`): in one SELECT, or, when the invocation's value is a list of
 * accounts, in one SELECT each, in that order. All in one transaction each.
 */
export function bank<C extends Session>(dialect: BankDialect): Planner<C> {
  return ({ f, value }) => {
    switch (f) {
      case 'open':
        return changing(dialect, async (run) => {
          for (const [account, balance] of Object.entries(value as Record<string, Json>))
            await run(dialect.open, [account, balance]);
          return undefined;
        });
      case 'transfer':
        return transfer(dialect, value as unknown as Transfer);
      case 'read':
        return reading(dialect, value as readonly (string | number)[] | null);
      default:
        throw unknownOperation('bank', dialect.cluster, f);
    }
  };
}

type Work = Parameters<typeof inTransaction<Json | undefined>>[3];

function changing<C extends Session>({ begin }: BankDialect, work: Work): Plan<C> {
  return {
    reads: false,
    run: (session, signal) => inTransaction(session, signal, { begin, reads: false }, work),
  };
}

/** Accounts are touched in the order of their names, as a careful application does: no two transfers deadlock. */
function transfer<C extends Session>(dialect: BankDialect, { from, to, amount }: Transfer): Plan<C> {
  return changing(dialect, async (run) => {
    const take = async (account: string) =>
      (await run(dialect.withdraw, [amount, account, amount])).count > 0;
    const give = (account: string) => run(dialect.deposit, [amount, account]);
    const [source, target] = [String(from), String(to)];
    if (source < target) {
      if (!(await take(source))) return false;
      await give(target);
    } else {
      await give(target);
      if (!(await take(source))) {
        await take(target);
        return false;
      }
    }
    return undefined;
  });
}

function reading<C extends Session>(
  dialect: BankDialect,
  accounts: readonly (string | number)[] | null,
): Plan<C> {
  const { begin, primaryOnly } = dialect;
  return {
    reads: true,
    primaryOnly,
    run: (session, signal) =>
      inTransaction(session, signal, { begin, reads: true }, async (run) => {
        const found: Record<string, Json> = {};
        if (accounts === null)
          for (const row of (await run(dialect.readAll)).rows) found[row.k as string] = Number(row.balance);
        else
          for (const account of accounts) {
            const [row] = (await run(dialect.readOne, [String(account)])).rows;
            if (row !== undefined) found[String(account)] = Number(row.balance);
          }
        return found;
      }),
  };
}
