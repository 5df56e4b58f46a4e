import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput, Json } from '../../../harness/history/event.ts';
import { spareIn } from '../../testing/minimal.ts';
import type { Checker, CheckOptions, Finding, Verdict } from '../../types.ts';
import { crdtCounter } from '../crdt-counter.ts';
import { crdtSet } from '../crdt-set.ts';
import { siblings } from '../siblings.ts';
import { explainsFinal, explainsReads } from './explain-counter.ts';
import { gossip, type Asked, type Gossiped } from './gossip.ts';
import { counterType, setType, siblingsType, type ReplicaType } from './replicas.ts';
import type { Tape } from './tape.ts';
import { setFindingHolds, siblingFindingHolds } from './validate.ts';

const STICKY: CheckOptions = { assume: ['read-your-writes', 'monotonic-reads'] };
const SESSION = ['read-your-writes', 'monotonic-reads'];
const tape = fc.array(fc.nat(255), { minLength: 8, maxLength: 120 });
type Tally = Record<string, number>;

class Mismatch extends Error {
  constructor(message: string, events: readonly EventInput[], found: readonly Finding[]) {
    const lines = events.map((e, i) => `${i} ${JSON.stringify(e)}`).join('\n');
    super(`${message}\n${lines}\nfound: ${JSON.stringify(found, null, 1)}`);
  }
}

function judged(checker: Checker, events: readonly EventInput[], options: CheckOptions): Verdict {
  return checker.check(historyOf(events), options) as Verdict;
}

function certain(verdict: Verdict): Finding[] {
  return verdict.findings.filter((f) => f.certain);
}

/** Without defects nothing is found; nor from roaming sessions, but that they miss their own or go back. */
function acquits(checker: Checker, events: readonly EventInput[], sticky: boolean): void {
  const found = sticky ? judged(checker, events, STICKY).findings : certain(judged(checker, events, {}));
  const wrong = found.filter((f) => sticky || !SESSION.includes(f.name));
  if (wrong.length > 0) throw new Mismatch(`${checker.name}: false alarm`, events, wrong);
}

/** `alone`: the witness as a history. `mayGo`: what a minimal witness could do without; all, if not given. */
interface Validator {
  readonly holds: (alone: readonly EventInput[], finding: Finding, whole: readonly EventInput[]) => boolean;
  readonly mayGo: (event: EventInput, finding: Finding) => boolean;
}

/** A certain finding's witness alone, as a history, is still guilty of it, and no smaller one is: so says who shares no code with the checker. */
function witnessesStand(
  checker: Checker,
  events: readonly EventInput[],
  found: readonly Finding[],
  { holds, mayGo }: Validator,
): void {
  const { pair } = historyOf(events);
  for (const finding of found) {
    const kept = new Set(finding.witness.flatMap((i) => [i, pair[i]]));
    const alone = events.filter((e, i) => kept.has(i) || e.process < 0);
    if (!certain(judged(checker, alone, STICKY)).some((f) => f.name === finding.name))
      throw new Mismatch(`${checker.name}: witness proves nothing`, alone, [finding]);
    if (!holds(alone, finding, events))
      throw new Mismatch(`${checker.name}: by definition the witness proves nothing`, events, [finding]);
    const proves = (rest: readonly EventInput[], left: ReadonlySet<number>): boolean =>
      holds(rest, { ...finding, witness: finding.witness.filter((i) => left.has(i)) }, events);
    const spare = spareIn(events, finding.witness, proves, (event) => mayGo(event, finding));
    if (spare.length > 0)
      throw new Mismatch(`${checker.name}: the witness can do without ${spare.join()}`, events, [finding]);
  }
}

/** No sets of the witness's adds explain all of its reads. */
function counterFindingHolds(alone: readonly EventInput[]): boolean {
  const finals = new Set(alone.filter((e) => e.process >= 900 && e.type === 'ok').map((e) => e.value));
  const good = [...finals].every((value) => explainsFinal(alone, value as number)) && finals.size <= 1;
  return !good || !explainsReads(alone);
}

function count(tally: Tally, found: readonly Finding[]): void {
  if (found.length === 0) tally.valid = (tally.valid ?? 0) + 1;
  else tally.refuted = (tally.refuted ?? 0) + 1;
  for (const { name } of found) tally[name] = (tally[name] ?? 0) + 1;
}

function forAll(
  runs: number,
  seed: number,
  each: (tape: readonly number[], kind: number, tally: Tally) => void,
): Tally {
  const tally: Tally = {};
  fc.assert(
    fc.property(tape, fc.nat(11), (t, kind) => each(t, kind, tally)),
    { numRuns: runs, seed },
  );
  return tally;
}

/** Replicated counters against a search over all sets of adds that could explain each read. */
export function fuzzCounters(runs: number, seed: number): Tally {
  return forAll(runs, seed, (t, kind, tally) => {
    const sticky = kind % 2 === 0;
    const defect = [null, null, 'doubling', 'amnesia'][kind % 4];
    const exact = kind % 3 > 0;
    const ask = (dice: Tape, serial: number): Asked => {
      if (dice.roll(3) === 0) return { f: 'read', value: null };
      const sign = kind % 3 === 2 && dice.roll(3) === 0 ? -1 : 1;
      return { f: 'add', value: sign * (exact ? 4 ** serial : 1 + dice.roll(4)) };
    };
    const type = counterType(2, defect === 'doubling' ? (a, b) => (a === b ? a : a + b) : Math.max);
    const shape = { nodes: 2, sessions: 3, operations: 8, sticky, amnesia: defect === 'amnesia' };
    const { events } = gossip({ type, ...shape, ask }, t);
    const found = certain(judged(crdtCounter, events, STICKY));
    count(tally, found);
    if (defect === null) acquits(crdtCounter, events, sticky);
    const values = new Set(events.filter((e) => e.process >= 900 && e.type === 'ok').map((e) => e.value));
    const good = [...values].every((v) => explainsFinal(events, v as number)) && values.size === 1;
    const explained = explainsReads(events) && good;
    if (found.length > 0 && explained) throw new Mismatch('crdt-counter: false alarm', events, found);
    if (found.length === 0 && (exact ? !explained : !good))
      throw new Mismatch('crdt-counter: missed', events, found);
    witnessesStand(crdtCounter, events, exact ? found : [], {
      holds: (alone, { name }) =>
        counterFindingHolds(alone) &&
        certain(judged(crdtCounter, alone, STICKY)).some((f) => f.name === name),
      // Without an add a sum is wrong in another way.
      mayGo: ({ f, process }) => f === 'read' && process < 900,
    });
  });
}

/** Replicated sets against the same run without the defect: every finding names an element that differs there. */
export function fuzzSets(runs: number, seed: number): Tally {
  return forAll(runs, seed, (t, kind, tally) => {
    const sticky = kind % 2 === 0;
    const defect = (['none', 'forgetful', 'by-name', 'amnesia'] as const)[kind % 4 > 1 ? kind % 4 : kind % 3];
    const grows = kind > 8;
    const ask = (dice: Tape, serial: number): Asked => {
      const roll = dice.roll(7);
      if (roll < 2) return { f: 'read', value: null };
      const value = dice.roll(3) === 0 ? serial : dice.roll(2);
      return { f: roll > 4 && !grows ? 'remove' : 'add', value };
    };
    const run = (type: ReplicaType<ReturnType<ReturnType<typeof setType>['empty']>>, amnesia: boolean) =>
      gossip({ type, nodes: 2, sessions: 3, operations: 14, sticky, amnesia, ask }, t);
    const twin = run(setType('none'), false);
    acquits(crdtSet, twin.events, sticky);
    const { events } = run(setType(defect === 'amnesia' ? 'none' : defect), defect === 'amnesia');
    const found = certain(judged(crdtSet, events, STICKY));
    count(tally, found);
    const has = (run_: readonly EventInput[], at: number, element: Json): boolean =>
      (run_[at].value as readonly Json[]).includes(element);
    for (const finding of found) {
      if (!sticky && (SESSION.includes(finding.name) || finding.name === 'resurrected-element')) continue;
      const element = finding.evidence!.element;
      const reads = finding.witness.filter((i) => events[i].f === 'read' && events[i].type === 'ok');
      if (!reads.some((i) => has(events, i, element) !== has(twin.events, i, element)))
        throw new Mismatch('crdt-set: false alarm', events, [finding]);
    }
    const finals = (run_: readonly EventInput[]): readonly (readonly Json[])[] =>
      run_.filter((e) => e.process >= 900 && e.type === 'ok').map((e) => e.value as readonly Json[]);
    const acknowledged = events.filter((e) => e.type === 'ok' && e.f === 'add').map((e) => e.value!);
    const lost = acknowledged.filter((e) => finals(events).every((read) => !read.includes(e)));
    if (grows && lost.length > 0 && !found.some((f) => f.name === 'lost-add'))
      throw new Mismatch('crdt-set: missed', events, found);
    witnessesStand(crdtSet, events, found, {
      holds: (_, finding, whole) => setFindingHolds(whole, finding),
      mayGo: () => true,
    });
  });
}

/** Multi-value registers against what the replicas themselves knew of contexts. */
export function fuzzSiblings(runs: number, seed: number): Tally {
  return forAll(runs, seed, (t, kind, tally) => {
    const sticky = kind % 2 === 0;
    const defect = (['none', 'none', 'blind', 'lww', 'amnesia', 'none'] as const)[kind % 6];
    const ask = (dice: Tape, serial: number): Asked =>
      dice.roll(2) === 0 ? { f: 'read', value: null } : { f: 'write', value: serial };
    const type = siblingsType(defect === 'amnesia' ? 'none' : defect);
    const shape = { nodes: 2, sessions: 3, operations: 10, sticky, amnesia: defect === 'amnesia' };
    const run = gossip({ type, ...shape, ask }, t);
    const verdict = judged(siblings, run.events, STICKY);
    const found = certain(verdict);
    count(tally, found);
    if (defect === 'none') acquits(siblings, run.events, sticky);
    // A blind store and a forgetful one pass contexts on that do not hold together: only losses can be compared.
    if (defect !== 'amnesia' && defect !== 'lww') {
      const expected = supersededPairs(run);
      const counted = verdict.findings.filter((f) => f.name === 'superseded-sibling');
      const got = counted.reduce((n, f) => n + (f.count ?? 1), 0);
      if (got !== expected)
        throw new Mismatch(`siblings: ${got} superseded, not ${expected}`, run.events, found);
    }
    witnessesStand(siblings, run.events, found, {
      holds: (_, finding, whole) => siblingFindingHolds(whole, finding),
      mayGo: () => true,
    });
  });
}

/** Pairs of values shown together of which one's tag was in the context of the other's update, by the replicas' own. */
function supersededPairs({ events, contexts }: Gossiped): number {
  const tagOf = new Map(
    events.flatMap((e, i) => (e.type === 'invoke' && e.f === 'write' ? [[e.value, i]] : [])),
  );
  let pairs = 0;
  for (const e of events) {
    if (e.type !== 'ok' || e.f !== 'read') continue;
    const tags = (e.value as readonly Json[]).map((v) => tagOf.get(v)!);
    for (const a of tags) for (const b of tags) if (contexts.get(b)?.has(a)) pairs++;
  }
  return pairs;
}
