import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { phases } from '../../harness/history/fault.ts';
import { FAIL, INVOKE, OK, type History } from '../../harness/history/history.ts';
import { witnessOf } from '../fold.ts';
import type { Checker, Finding, Verdict } from '../types.ts';
import { finalPhase, finalReads, leadersOf, settlementOf, type Settlement } from './final-reads.ts';

/**
 * Sets to which elements are only added: f `add` (value = the element, each added once), f `read` (value = array of
 * all elements). After Jepsen's `set` checker, for several final reads (one from each replica):
 *
 * - lost: acknowledged before every final read began, and in none of them; where the cluster said who leads, in none of
 *   those who lead: what a replica alone still has, no client gets back;
 * - divergent: acknowledged, not lost, and missing from some final read, once the replicas had settled;
 * - recovered: indeterminate, and in a final read (counted, no anomaly);
 * - unexpected: read, but never added before; or its add had certainly failed; or twice in one read.
 *
 * Of several final reads of one node the last counts. Without proof of quiescence (a run whose replicas did not settle)
 * a loss is only possible. In a bare file the last reads are taken to be final, as Jepsen does. O(total length of the reads).
 */
export const set: Checker = {
  name: 'set',
  title: 'Lost, recovered and unexpected elements of a set',
  anomalies: [
    'lost-acknowledged-write',
    'divergence',
    'unexpected-element',
    'failed-write-visible',
    'duplicate-element',
  ],
  check: checkSet,
};

function checkSet(history: History): Verdict {
  const settlement = settlementOf(history);
  const sets = [...setsOf(history).values()];
  const findings = sets.flatMap((s) => [...lostOf(history, s, settlement), ...wrongOf(history, s)]);
  const sum = (of: (s: ElementSet) => number): number => sets.reduce((total, s) => total + of(s), 0);
  const inFinal = (s: ElementSet, e: Element): boolean =>
    s.finals.some((read) => read.elements.has(e.identity));
  const counted = (s: ElementSet, keep: (e: Element) => boolean): number =>
    [...s.elements.values()].filter(keep).length;
  const stats = {
    attempted: sum((s) => s.elements.size),
    acknowledged: sum((s) => counted(s, (e) => e.acknowledged >= 0)),
    lost: findings
      .filter((f) => f.name === 'lost-acknowledged-write')
      .reduce((n, f) => n + (f.count ?? 1), 0),
    recovered: sum((s) => counted(s, (e) => e.acknowledged < 0 && !e.failed && inFinal(s, e))),
    finalReads: sum((s) => s.finals.length),
  };
  if (findings.some((f) => f.certain)) return { checker: 'set', valid: false, findings, stats };
  const unread = sets.filter((s) => s.finals.length === 0).length;
  const reason =
    sets.length === 0 ? 'nothing was added or read' : unread > 0 ? 'no final read completed' : undefined;
  if (reason !== undefined) return { checker: 'set', valid: 'unknown', findings, stats, reason };
  return { checker: 'set', valid: true, findings, stats };
}

interface Element {
  readonly value: Json;
  readonly identity: unknown;
  readonly invoked: number;
  /** Event of the acknowledgement, -1 if there was none. */
  readonly acknowledged: number;
  readonly failed: boolean;
}

interface FinalRead {
  readonly index: number;
  readonly began: number;
  readonly elements: ReadonlySet<unknown>;
}

interface ElementSet {
  readonly key: Json;
  readonly elements: Map<unknown, Element>;
  /** Completions of all reads, in order. */
  readonly reads: number[];
  /** Event at which the last add ended, or began if it never did; -1 if there was none. */
  lastUpdate: number;
  finals: readonly FinalRead[];
}

function setsOf(history: History): Map<number, ElementSet> {
  const { type, f, pair, process, values } = history;
  const add = history.functions.idOf('add');
  const read = history.functions.idOf('read');
  const sets = new Map<number, ElementSet>();
  const setAt = (i: number): ElementSet => {
    const id = history.key[i];
    let known = sets.get(id);
    if (known === undefined) {
      known = {
        key: id < 0 ? null : history.keys.valueOf(id),
        elements: new Map(),
        reads: [],
        lastUpdate: -1,
        finals: [],
      };
      sets.set(id, known);
    }
    return known;
  };
  for (let i = 0; i < history.length; i++) {
    if (process[i] < 0) continue;
    if (f[i] === read && type[i] === OK && Array.isArray(values[i])) setAt(i).reads.push(i);
    if (f[i] !== add || type[i] !== INVOKE) continue;
    const end = pair[i] < 0 ? -1 : type[pair[i]];
    setAt(i).lastUpdate = Math.max(setAt(i).lastUpdate, i, pair[i]);
    const identity = identityOf(values[i]);
    const known = setAt(i).elements.get(identity);
    const acknowledged =
      known !== undefined && known.acknowledged >= 0 ? known.acknowledged : end === OK ? pair[i] : -1;
    const failed = end === FAIL && (known?.failed ?? true);
    setAt(i).elements.set(identity, {
      value: values[i],
      identity,
      invoked: known?.invoked ?? i,
      acknowledged,
      failed,
    });
  }
  const phase = finalPhase(history);
  for (const one of sets.values())
    one.finals = lastOfEach(history, finalReads(history, one.reads, one.lastUpdate, phase)).map((index) => ({
      index,
      began: pair[index],
      elements: new Set((values[index] as readonly Json[]).map(identityOf)),
    }));
  return sets;
}

/** The last read of each node: what it showed before says nothing of what is left. */
function lastOfEach(history: History, reads: readonly number[]): number[] {
  const last = new Map<number, number>();
  for (const read of reads) last.set(history.node[read], read);
  return [...last.values()].sort((a, b) => a - b);
}

/** Names at most this many elements in a finding's evidence. */
const NAMED = 100;

function lostOf(history: History, one: ElementSet, settlement: Settlement | null): Finding[] {
  const { finals } = one;
  if (finals.length === 0) return [];
  const firstFinal = Math.min(...finals.map((read) => read.began));
  const due = [...one.elements.values()].filter((e) => e.acknowledged >= 0 && e.acknowledged < firstFinal);
  const leaders = leadersOf(history);
  const led = finals.filter(({ index }) => leaders.has(history.node[index]));
  const asked = led.length > 0 ? led : finals;
  const firstAsked = Math.min(...asked.map((read) => read.began));
  // Whoever was still reading then, and saw it, may have seen it afterwards.
  const late = new Set(
    one.reads
      .filter((read) => read > firstAsked && (led.length === 0 || leaders.has(history.node[read])))
      .flatMap((read) => (history.values[read] as readonly Json[]).map(identityOf)),
  );
  const holders = (e: Element): readonly FinalRead[] =>
    finals.filter((read) => read.elements.has(e.identity));
  const lost = due.filter(
    (e) => !late.has(e.identity) && !asked.some((read) => read.elements.has(e.identity)),
  );
  const gone = new Set(lost);
  const split = due.filter((e) => {
    const having = holders(e).length;
    return !gone.has(e) && having > 0 && having < finals.length;
  });
  // A run that was broken off never settled: its last read may be of a replica that lags.
  const brokenOff = phases(history).length > 0 && finalPhase(history) < 0;
  const settled = settlement?.settled ?? !brokenOff;
  const found: Finding[] = [];
  if (lost.length > 0) {
    const [first] = lost;
    const seen = one.reads.find((i) =>
      (history.values[i] as readonly Json[]).some((v) => identityOf(v) === first.identity),
    );
    found.push({
      name: 'lost-acknowledged-write',
      certain: settled,
      count: lost.length,
      key: one.key,
      witness: witnessOf(first.acknowledged, seen ?? -1, ...asked.map((read) => read.index)),
      explanation:
        `${lost.length} of ${due.length} acknowledged adds ${lost.length === 1 ? 'is' : 'are'} in no final read` +
        `${lost.some((e) => holders(e).length > 0) ? ' of who leads' : ''}; ` +
        `${JSON.stringify(first.value)} was acknowledged (#${first.acknowledged}${at(history, first.acknowledged)})` +
        `${seen === undefined ? '' : `, was read (#${seen}${at(history, seen)})`} and is absent from ` +
        `${asked.map((read) => `#${read.index}${at(history, read.index)}`).join(', ')}` +
        `${settled ? '' : '; the replicas had not settled, so it may still arrive'}.`,
      evidence: {
        elements: lost.slice(0, NAMED).map((e) => e.value),
        acknowledgements: lost.slice(0, NAMED).map((e) => e.acknowledged),
        finals: asked.map((read) => read.index),
      },
    });
  }
  // Without a phase of final reads there was no quiescence, and replicas may lawfully differ.
  if (split.length > 0 && settlement?.settled === true) found.push(divergence(history, one, split));
  return found;
}

function divergence(history: History, { finals, key }: ElementSet, split: readonly Element[]): Finding {
  const [first] = split;
  const has = finals.find((read) => read.elements.has(first.identity))!;
  const lacks = finals.find((read) => !read.elements.has(first.identity))!;
  return {
    name: 'divergence',
    certain: true,
    count: split.length,
    key,
    witness: witnessOf(first.acknowledged, has.index, lacks.index),
    explanation:
      `After the replicas had settled, ${JSON.stringify(first.value)} (acknowledged: #${first.acknowledged}) was in ` +
      `final read #${has.index}${at(history, has.index)} but not in #${lacks.index}${at(history, lacks.index)}.`,
    evidence: { elements: split.slice(0, NAMED).map((e) => e.value) },
  };
}

/** Elements that should not be there: never added, failed, or there twice. The first instance of each is the witness. */
function wrongOf(history: History, one: ElementSet): Finding[] {
  const wrong = new Map<string, { values: Map<unknown, Json>; witness: number[] }>();
  const note = (name: string, value: Json, ...witness: number[]): void => {
    const known = wrong.get(name);
    if (known === undefined)
      wrong.set(name, { values: new Map([[identityOf(value), value]]), witness: witnessOf(...witness) });
    else known.values.set(identityOf(value), value);
  };
  for (const read of one.reads) {
    const here = new Set<unknown>();
    for (const value of history.values[read] as readonly Json[]) {
      const identity = identityOf(value);
      const element = one.elements.get(identity);
      if (here.has(identity)) note('duplicate-element', value, read);
      else if (element === undefined || element.invoked > read) note('unexpected-element', value, read);
      else if (element.failed) note('failed-write-visible', value, history.pair[element.invoked], read);
      here.add(identity);
    }
  }
  const why: Readonly<Record<string, string>> = {
    'duplicate-element': 'is in one read more than once',
    'unexpected-element': 'was read, but nobody had added it',
    'failed-write-visible': 'was read, although its add had failed',
  };
  return [...wrong].map(([name, { values, witness }]) => {
    const [first] = values.values();
    return {
      name,
      certain: true,
      key: one.key,
      count: values.size,
      witness,
      explanation: `${JSON.stringify(first)} ${why[name]} (#${witness.at(-1)}${at(history, witness.at(-1)!)}).`,
      evidence: { elements: [...values.values()].slice(0, NAMED) },
    };
  });
}

function at(history: History, i: number): string {
  return history.node[i] < 0 ? '' : ` at ${history.nodes.valueOf(history.node[i])}`;
}
