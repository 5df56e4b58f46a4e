import type { Claim } from '../../types.ts';
import type { StoreSettings } from '../settings.ts';
import { rowsMerge } from './settings.ts';

/**
 * What several rows together promise, where a row by itself is linearizable. Two-phase commit over strict two-phase
 * locking is strictly serializable. A local index, and one that changes in the row's own transaction, show what is
 * acknowledged; one that follows the rows shows it by and by, and nothing that was never there. Rows whose columns are
 * written one group after the other are no rows: of them, each group is durable, and that is all.
 */
export function spreadClaim(settings: StoreSettings, { guarantee, operations, ...claim }: Claim): Claim {
  const { index, columnGroups, atomicRows } = settings;
  if (!guarantee.includes('linearizable') || rowsMerge(settings)) return { guarantee, operations, ...claim };
  const promised: Readonly<Record<typeof index, readonly string[]>> = {
    none: [],
    local: ['fresh-index'],
    synchronous: ['fresh-index'],
    asynchronous: ['convergent-index', 'index-follows-base'],
  };
  const whole = columnGroups === '' || atomicRows;
  return {
    ...claim,
    guarantee: [
      ...guarantee.filter((name) => whole || name !== 'linearizable'),
      whole ? 'strict-serializable' : 'durable',
      ...promised[index],
    ],
    operations: `${operations}; transactions, bank, range (write, delete, scan)${index === 'none' ? '' : ', indexed (write, delete, read, find)'}${columnGroups === '' ? '' : ', rows (read, write)'}`,
  };
}
