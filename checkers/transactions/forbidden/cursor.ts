import { OK } from '../../../harness/history/history.ts';
import { RW, WW } from '../graph.ts';
import { LIST, REGISTER } from '../kinds.ts';
import { READ, isWriting } from '../micro.ts';
import type { ForbiddenCycle, Order } from './forbidden.ts';
import { SOME } from './single.ts';

/** Transactions that read a version of a key and wrote the key, but not the next version: another came in between. */
export function cursorCycles({ inferred, events }: Order): ForbiddenCycle[] {
  const { transactions, kinds } = inferred;
  const { count, first, kind, key, keys, status } = transactions;
  const found: ForbiddenCycle[] = [];
  const write = new Int32Array(keys.length).fill(-1);
  for (let t = 0; t < count && found.length < SOME; t++) {
    if (status[t] !== OK) continue;
    for (let m = first[t + 1] - 1; m >= first[t]; m--) {
      const k = key[m];
      if (kinds.of[k] !== LIST && kinds.of[k] !== REGISTER) continue;
      if (isWriting(kind[m])) {
        if (write[k] < m) write[k] = m;
        continue;
      }
      if (kind[m] !== READ || write[k] < m) continue;
      const other = events.between(m, write[k]);
      if (other < 0 || other === t) continue;
      const steps = [
        { from: t, to: other, type: RW },
        { from: other, to: t, type: WW },
      ];
      found.push({ steps, missed: m, key: k });
    }
  }
  return found;
}
