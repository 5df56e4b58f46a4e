import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput } from '../../../harness/history/event.ts';
import type { Checker } from '../../types.ts';
import { monotonicReads } from '../monotonic-reads.ts';
import { readYourWrites } from '../read-your-writes.ts';
import { historyOfSteps, stepsArbitrary } from './histories.ts';
import { refutesMonotonicReads, refutesReadYourWrites } from './oracle.ts';
import { spareIn } from '../../testing/minimal.ts';

const PAIRS: readonly [Checker, (events: readonly EventInput[], realTime: boolean) => boolean][] = [
  [readYourWrites, refutesReadYourWrites],
  [monotonicReads, refutesMonotonicReads],
];

/** Compares read-your-writes and monotonic-reads with brute force on `count` random histories. Throws on the first difference. */
export function fuzzSessions(
  count: number,
  seed: number,
): { readonly valid: number; readonly refuted: number } {
  const tally = { valid: 0, refuted: 0 };
  const shape = fc.record({
    keys: fc.constantFrom(1, 1, 2),
    sessions: fc.constantFrom(1, 2, 3),
    cas: fc.boolean(),
  });
  const input = shape.chain((s) =>
    fc.tuple(fc.constant(s), stepsArbitrary({ ...s, operations: 9 }), fc.boolean(), fc.boolean()),
  );
  fc.assert(
    fc.property(input, ([{ cas }, steps, tokens, realTime]) => {
      const events = historyOfSteps(steps, tokens);
      if (events.filter((e) => e.type === 'invoke' && e.f !== 'read').length > 6) return;
      const history = historyOf(events);
      const options = realTime ? { assume: ['later-write-wins', 'monotonic-writes'] } : {};
      let refuted = false;
      for (const [checker, oracle] of PAIRS) {
        const verdict = checker.check(history, options);
        if (verdict instanceof Promise) throw new Error('session checkers answer at once');
        const expected = oracle(events, realTime);
        const found = verdict.valid === false;
        refuted ||= found;
        // Chains of compare-and-sets are followed from the session's last view only: sound, not complete.
        if (found !== expected && !(cas && expected))
          throw new Error(
            `${checker.name}: ${found ? 'false alarm' : 'missed'}\n${JSON.stringify(events, null, 1)}`,
          );
        for (const finding of verdict.findings) {
          if (!finding.certain) continue;
          const kept = new Set(finding.witness.flatMap((i) => [i, history.pair[i]]));
          const alone = events.filter((_, i) => kept.has(i));
          if (!oracle(alone, realTime))
            throw new Error(`${checker.name}: witness proves nothing: ${finding.explanation}`);
          if (spareIn(events, finding.witness, (rest) => oracle(rest, realTime)).length > 0)
            throw new Error(`${checker.name}: witness not minimal: ${finding.explanation}`);
        }
      }
      tally[refuted ? 'refuted' : 'valid']++;
    }),
    { numRuns: count, seed },
  );
  return tally;
}
