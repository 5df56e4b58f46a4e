import type { FoldedFindings } from '../fold.ts';
import type { Verdict } from '../types.ts';
import type { Registers } from './registers.ts';

/** Refuted by a certain finding; unknown when nothing was read, or when reads could not be attributed to a write. */
export function verdictOf(checker: string, registers: Registers, folded: FoldedFindings): Verdict {
  const findings = folded.findings();
  const reads = readsOf(registers);
  const { ambiguousReads, sessions } = registers;
  const stats = { reads, sessions, ambiguousReads };
  if (findings.some((f) => f.certain)) return { checker, valid: false, findings, stats };
  const reason =
    ambiguousReads > 0
      ? `${ambiguousReads} of ${reads} reads returned a value that was written more than once: ` +
        'write unique values per key, so that a read names its write'
      : reads === 0
        ? 'no read completed'
        : undefined;
  if (reason !== undefined) return { checker, valid: 'unknown', findings, reason, stats };
  return { checker, valid: true, findings, stats };
}

function readsOf({ count, completed, writes, sees }: Registers): number {
  let reads = 0;
  for (let op = 0; op < count; op++) if (completed[op] >= 0 && (writes[op] === 0 || sees[op] !== -1)) reads++;
  return reads;
}
