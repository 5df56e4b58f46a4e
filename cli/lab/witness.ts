import type { JudgedAnomaly } from '../../checkers/judge.ts';
import { NEMESIS } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { partOf } from '../../harness/history/part.ts';
import type { RunMeta } from '../../results/run-meta.ts';
import { judgeRun } from '../check/judge-run.ts';

/**
 * Holds a witness against the history once more: the same checker must find the same anomaly in the witness'
 * operations alone, or (where the order of versions has to be known) among all operations on the witness' keys. What
 * the nemesis and the harness noted is there in either case, since it is no operation.
 */
export async function isWitnessed(
  history: History,
  { name, witness }: Pick<JudgedAnomaly, 'name' | 'witness'>,
  meta: RunMeta,
): Promise<boolean> {
  if (witness.length === 0 || !isAscending(witness, history.length)) return false;
  const named = new Set<number>();
  for (const index of witness) {
    named.add(index);
    if (history.pair[index] >= 0) named.add(history.pair[index]);
  }
  const keys = new Set([...named].map((index) => history.key[index]));
  const parts = [(index: number) => named.has(index), (index: number) => keys.has(history.key[index])];
  for (const keep of parts) {
    const part = partOf(history, (index) => history.process[index] === NEMESIS || keep(index));
    const { anomalies } = await judgeRun(meta, part, null);
    if (anomalies.some((found) => found.name === name && found.status === 'violation')) return true;
  }
  return false;
}

function isAscending(witness: readonly number[], length: number): boolean {
  return witness.every((index, i) => index < length && index > (i === 0 ? -1 : witness[i - 1]));
}
