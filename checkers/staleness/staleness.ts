import type { Json } from '../../harness/history/event.ts';
import { faultWindows } from '../../harness/history/fault.ts';
import type { History } from '../../harness/history/history.ts';
import { FoldedFindings, witnessOf, type Details } from '../fold.ts';
import { boundOf } from '../guarantees.ts';
import { INITIAL, registersOf, type Registers } from '../session/registers.ts';
import { eventOf, wordsFor } from '../session/words.ts';
import type { CheckOptions, Checker, Verdict } from '../types.ts';
import { lagsOf, type Lags } from './lags.ts';

/**
 * How stale the reads of registers with unique values were, at least: in ms and in versions (see {@link Lags}). Reports
 * percentiles, the share of fresh reads by the time since the last acknowledged write (t-visibility, after Bailis et
 * al., PBS), the share within k versions, and how long after each heal stale reads went on. Judges only what is asked:
 * `bounded-staleness:MS` and `k-staleness:K`. O(n log n). Sound and complete for these bounds of real time.
 */
export const staleness: Checker = {
  name: 'staleness',
  title: 'How old reads were at least, in time and in versions',
  anomalies: ['too-old', 'too-many-versions-behind'],
  check: checkStaleness,
};

function checkStaleness(history: History, options: CheckOptions): Verdict {
  const registers = registersOf(history, options.initial);
  const lags = lagsOf(registers);
  const asked = [...(options.assume ?? []), ...(options.consistency ?? [])];
  const bounds = { ms: boundOf('bounded-staleness', asked), versions: boundOf('k-staleness', asked) };
  const findings = new FoldedFindings();
  const words = wordsFor(registers, options.initial ?? null);
  const reads: number[] = [];
  for (let op = 0; op < registers.count; op++) {
    if (lags.versions[op] < 0) continue;
    reads.push(op);
    const details = (bound: string, newer: readonly number[]): Details =>
      older(registers, lags, options, op, bound, newer);
    if (ageOf(registers, lags, op) > bounds.ms * 1e6)
      findings.add('too-old', true, words.keyOf(op), () => details(`${bounds.ms} ms`, [lags.since[op]]));
    if (lags.versions[op] > bounds.versions)
      findings.add('too-many-versions-behind', true, words.keyOf(op), () =>
        details(`${bounds.versions} versions`, newerThan(registers, lags, op).slice(0, bounds.versions + 1)),
      );
  }
  const found = findings.findings();
  const stats = statsOf(history, registers, lags, reads);
  const checker = 'staleness';
  if (found.length > 0) return { checker, valid: false, findings: found, stats };
  const isAsked = bounds.ms < Infinity || bounds.versions < Infinity;
  const reason =
    reads.length === 0
      ? 'no read named the write that it returned'
      : registers.ambiguousReads > 0
        ? `${registers.ambiguousReads} reads returned a value that was written more than once`
        : undefined;
  if (isAsked && reason !== undefined) return { checker, valid: 'unknown', findings: [], stats, reason };
  return { checker, valid: true, findings: [], stats };
}

/** Since when the version that a read returned was old when the read began, ns; 0 for a fresh one. */
function ageOf({ history, invoked }: Registers, { since }: Lags, op: number): number {
  return since[op] < 0 ? 0 : history.time[invoked[op]] - history.time[since[op]];
}

/** Completions of the writes that show how far behind a read was, in order. */
function newerThan(registers: Registers, { effect }: Lags, read: number): number[] {
  const { count, key, invoked, completed, writes, sees } = registers;
  const since = sees[read] === INITIAL ? -1 : effect[sees[read]];
  const found: number[] = [];
  for (let op = 0; op < count; op++)
    if (writes[op] === 1 && key[op] === key[read] && invoked[op] > since)
      if (completed[op] >= 0 && completed[op] < invoked[read]) found.push(completed[op]);
  return found.sort((a, b) => a - b);
}

/** `proof`: completions of as many newer writes as it takes to break the bound. */
function older(
  registers: Registers,
  lags: Lags,
  options: CheckOptions,
  op: number,
  bound: string,
  proof: readonly number[],
): Details {
  const { history, invoked, completed, sees } = registers;
  const words = wordsFor(registers, options.initial ?? null);
  const u = sees[op];
  const newer = lags.since[op];
  const ms = ageOf(registers, lags, op) / 1e6;
  // The acknowledgement of what was read is sight enough of it where the newer writes began after that.
  const begun = Math.min(...proof.map((event) => history.pair[event]));
  const sight = (write: number): number =>
    completed[write] >= 0 && completed[write] < begun ? completed[write] : lags.effect[write];
  return {
    witness: witnessOf(
      u === INITIAL ? -1 : eventOf(registers, u),
      u === INITIAL ? -1 : sight(u),
      ...proof,
      invoked[op],
      completed[op],
    ),
    explanation:
      `${words.session(op)} read ${words.version(u)} from ${words.key(op)} (${words.at(op)}), which write #${newer} had replaced ` +
      `${ms.toFixed(1)} ms before the read began: ${lags.versions[op]} versions behind at least, where ${bound} are allowed.`,
    evidence: {
      read: completed[op],
      newer,
      ageMs: ms,
      versions: lags.versions[op],
      returned: u === INITIAL ? null : history.values[invoked[u]],
    },
  };
}

/** Upper ends of the classes of t-visibility, ms. */
const SINCE_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, Infinity];
const WITHIN = [0, 1, 2, 5, 10, 100];

function statsOf(
  history: History,
  registers: Registers,
  lags: Lags,
  reads: readonly number[],
): { [name: string]: Json } {
  const ages = reads.map((op) => ageOf(registers, lags, op) / 1e6).sort((a, b) => a - b);
  const behind = reads.map((op) => lags.versions[op]).sort((a, b) => a - b);
  const stale = behind.filter((k) => k > 0).length;
  const classes = SINCE_MS.map((upTo) => ({ upTo, reads: 0, fresh: 0 }));
  for (const op of reads) {
    if (lags.latest[op] < 0) continue;
    const since = (history.time[registers.invoked[op]] - history.time[lags.latest[op]]) / 1e6;
    const one = classes.find(({ upTo }) => since <= upTo)!;
    one.reads++;
    if (lags.versions[op] === 0) one.fresh++;
  }
  return {
    reads: reads.length,
    stale,
    ageMs: percentiles(ages),
    versions: percentiles(behind),
    withinVersions: WITHIN.map((k) => ({
      k,
      share: share(behind.filter((b) => b <= k).length, reads.length),
    })),
    tVisibility: classes
      .filter((one) => one.reads > 0)
      .map(({ upTo, reads: all, fresh }) => ({
        upToMs: upTo === Infinity ? null : upTo,
        reads: all,
        fresh: share(fresh, all),
      })),
    afterHeal: afterHeal(history, registers, lags, reads),
  };
}

/** How long after each heal, until the next fault, stale reads still began; null where none was read. */
function afterHeal(history: History, { invoked }: Registers, lags: Lags, reads: readonly number[]): Json {
  const windows = faultWindows(history);
  return windows.flatMap(({ fault, end }): Json[] => {
    if (end === null) return [];
    const next = Math.min(...windows.map((w) => w.start).filter((start) => start > end), Infinity);
    const after = reads.filter((op) => history.time[invoked[op]] >= end && history.time[invoked[op]] < next);
    const last = after.findLast((op) => lags.versions[op] > 0);
    const convergedMs = last === undefined ? 0 : (history.time[invoked[last]] - end) / 1e6;
    return [{ fault, reads: after.length, staleForMs: after.length === 0 ? null : convergedMs }];
  });
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

function percentiles(sorted: readonly number[]): Json {
  const at = (q: number): number =>
    sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) };
}
