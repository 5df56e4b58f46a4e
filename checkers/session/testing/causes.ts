import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput, Json } from '../../../harness/history/event.ts';
import type { Checker, Verdict } from '../../types.ts';
import { monotonicWrites } from '../monotonic-writes.ts';
import { writesFollowReads } from '../writes-follow-reads.ts';
import { historyOfSteps, stepsArbitrary, type Step } from './histories.ts';
import { plainOperations, type PlainOperation } from './oracle.ts';
import { spareIn } from '../../testing/minimal.ts';

/** Something and then something else by one session; others read the latter, then the former. */
const relays: fc.Arbitrary<Step[]> = fc
  .tuple(fc.boolean(), fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }))
  .map(([reads, picks]): Step[] => {
    const ok = { type: 'ok' as const, span: 0 };
    const first: Step[] = reads
      ? [
          { ...ok, session: 0, key: 0, f: 'write', pick: 0 },
          { ...ok, session: 1, key: 0, f: 'read', pick: picks[0] },
        ]
      : [
          { ...ok, session: 1, key: 0, f: 'write', pick: 0 },
          { ...ok, session: 1, key: 0, f: 'write', pick: 0 },
        ];
    return [
      ...first,
      { ...ok, session: 1, key: 1, f: 'write', pick: 0 },
      { ...ok, session: 2, key: 1, f: 'read', pick: picks[1] },
      { ...ok, session: 2, key: 0, f: 'read', pick: picks[2] },
      { ...ok, session: 2, key: 0, f: 'read', pick: picks[3] },
    ];
  });

/** `missed`: refuted by the definition, but not found (these checkers are sound, not complete). */
export interface CausesTally {
  readonly runs: number;
  valid: number;
  refuted: number;
  missed: number;
}

/**
 * Holds what monotonic-writes and writes-follow-reads are certain of against the definition, on random histories at
 * two nodes with faults in between; the definition also judges every witness alone.
 */
export function fuzzCauses(runs: number, seed: number): CausesTally {
  const tally = { runs, valid: 0, refuted: 0, missed: 0 };
  const mixed = fc.boolean().chain((cas) => stepsArbitrary({ operations: 12, sessions: 3, keys: 2, cas }));
  const rolls = fc.array(fc.nat(31), { minLength: 24, maxLength: 24 });
  fc.assert(
    fc.property(
      fc.oneof(mixed, { weight: 6, arbitrary: relays }),
      rolls,
      fc.boolean(),
      fc.boolean(),
      (steps, places, tokens, causal) => {
        const events = historyOfSteps(steps, tokens).flatMap((event, i): EventInput[] => {
          const roll = places[i % places.length];
          const fault: EventInput = { time: event.time, process: -1, type: 'info', f: 'fault', value: {} };
          return [...(roll === 31 ? [fault] : []), { ...event, node: roll % 3 === 0 ? 'n1' : 'n2' }];
        });
        const history = historyOf(events);
        const assume = causal ? ['causal'] : [];
        let refuted = false;
        for (const checker of [monotonicWrites, writesFollowReads]) {
          const found = (checker.check(history, { assume }) as Verdict).findings.filter((f) => f.certain);
          const expected = refutes(checker, events, causal);
          refuted ||= found.length > 0;
          if (expected && found.length === 0) tally.missed++;
          const told = (): string => events.map((e, i) => `${i} ${JSON.stringify(e)}`).join('\n');
          if (found.length > 0 && !expected) throw new Error(`${checker.name}: false alarm\n${told()}`);
          for (const finding of found) {
            const kept = new Set(finding.witness.flatMap((i) => [i, history.pair[i]]));
            const alone = events.filter((_, i) => kept.has(i));
            if (!refutes(checker, alone, causal))
              throw new Error(`${checker.name}: witness proves nothing: ${finding.explanation}\n${told()}`);
            if (spareIn(events, finding.witness, (rest) => refutes(checker, rest, causal)).length > 0)
              throw new Error(`${checker.name}: witness not minimal: ${finding.explanation}\n${told()}`);
          }
        }
        tally[refuted ? 'refuted' : 'valid']++;
      },
    ),
    { numRuns: runs, seed },
  );
  return tally;
}

/**
 * Terry et al.: a server that has a session's write has what that session had written (or read) before it. So a session
 * that read such a write at a node, and later another key there with no fault in between (anywhere, if the store is
 * causal), must find there what its author had left, or something later. It is refuted if what it found comes before that
 * in every order of the versions; compare-and-sets order them, and, where sessions' writes keep their order, these.
 */
function refutes({ name }: Checker, events: readonly EventInput[], causal: boolean): boolean {
  const ops = plainOperations(events);
  const byWrites = name === 'monotonic-writes';
  // Causal stores keep the order of a session's writes, too.
  const before = earlierVersions(ops, byWrites || causal);
  const together = (a: PlainOperation, b: PlainOperation): boolean =>
    causal ||
    (events[a.ret].node === events[b.ret].node &&
      !events.some((e, i) => e.process < 0 && i > a.ret && i < b.ret));
  return ops.some((seen) =>
    ops.some((read) => {
      if (read.session !== seen.session || seen.ret >= read.inv || read.key === seen.key) return false;
      if (seen.saw === undefined || read.saw === undefined || !together(seen, read)) return false;
      return ops.some((written) => {
        const { session } = written;
        if (written.key !== seen.key || written.wrote !== seen.saw || session === seen.session) return false;
        return ops.some((done) => {
          if (done.session !== session || done.key !== read.key || done.ret >= written.inv) return false;
          const version = byWrites ? done.wrote : done.saw;
          return version !== undefined && before(read.key, version).has(read.saw!);
        });
      });
    }),
  );
}

/** Versions of a key that come before one of its versions in every order; null, the initial one, before all others. */
function earlierVersions(
  ops: readonly PlainOperation[],
  ownOrder: boolean,
): (key: Json, version: Json) => ReadonlySet<Json> {
  return (key, version) => {
    const onKey = ops.filter((o) => o.key === key);
    const known = new Set<Json>();
    const queue = [version];
    for (let next = queue.pop(); next !== undefined; next = queue.pop())
      for (const later of onKey) {
        if (later.wrote !== next) continue;
        const own = onKey.filter((o) => ownOrder && o.session === later.session && o.ret < later.inv);
        for (const earlier of [later.saw, ...own.map((o) => o.wrote)])
          if (earlier !== undefined && !known.has(earlier)) {
            known.add(earlier);
            queue.push(earlier);
          }
      }
    if (version !== null) known.add(null);
    return known;
  };
}
