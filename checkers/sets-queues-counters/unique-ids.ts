import { identityOf } from '../../harness/history/dictionary.ts';
import type { Checker } from '../types.ts';
import { Findings, operationsOf } from './elements.ts';

/** Unique ids (Jepsen, `unique-ids`): no two acknowledged `generate` operations on a key answered the same value. */
export const uniqueIds: Checker = {
  name: 'unique-ids',
  title: 'Unique ids',
  anomalies: ['duplicate-id'],
  check: (history) => {
    const first = new Map<unknown, number>();
    const findings = new Findings();
    const generated = operationsOf(history, 'generate').filter((op) => op.type === 'ok');
    for (const { completed, answer, key } of generated) {
      const before = first.get(identityOf([key, answer]));
      if (before === undefined) first.set(identityOf([key, answer]), completed);
      else
        findings.add(
          'duplicate-id',
          key,
          [before, completed],
          `The id ${JSON.stringify(answer)} was handed out twice (#${before} and #${completed}).`,
        );
    }
    const stats = { generated: generated.length, distinct: first.size };
    return findings.verdict('unique-ids', generated.length === 0 ? 'no id was generated' : null, stats);
  },
};
