import { HistoryBuilder } from '../../harness/history/builder.ts';
import { identityOf } from '../../harness/history/dictionary.ts';
import { NEMESIS, type EventInput, type Json } from '../../harness/history/event.ts';
import { eventAt, type History } from '../../harness/history/history.ts';
import type { Checker, CheckOptions, Finding, Verdict } from '../types.ts';
import { forgetReads, forgetRepeats, forgetValues, type Forget } from './forget.ts';
import { withoutOpen } from './open.ts';

/** A certain finding, as soon as it is one. Event numbers are those of the whole history. */
export interface Announcement {
  readonly checker: string;
  readonly finding: Finding;
  /** Time of the event up to which the history had been judged, ns. */
  readonly time: number;
}

export interface MonitorOptions {
  /** Checkers that judge each key by itself: see {@link ONLINE}. */
  readonly checkers: readonly Checker[];
  readonly options: CheckOptions;
  readonly announce: (announcement: Announcement) => void;
  /** Events of an object to keep before any are forgotten. Default 64. */
  readonly remember?: number;
}

/** What each checker may forget whose verdict on a history is the sum of those on its keys. */
const BY_KEY: ReadonlyMap<string, Forget> = new Map([
  ['linearizability', forgetValues],
  ['read-your-writes', forgetRepeats],
  ['monotonic-reads', forgetRepeats],
  ['set', forgetReads],
]);
/** Checkers of the whole, in the phase of final reads: before it they have nothing to say. */
const WHOLE: readonly string[] = ['lww'];

/** Checkers that can judge while a run goes on. */
export const ONLINE: readonly string[] = [...BY_KEY.keys(), ...WHOLE];

/** The keys touched since are judged anew after so long of the history's own time, ns. */
const INTERVAL = 500_000_000;
/** Events that may be judged anew for each second of history: keys that have grown long are judged less often. */
const EVENTS_A_SECOND = 400_000;
/** Events of a key that cost nothing to keep. */
const REMEMBER = 64;
/** What is left at the end says nothing before the final reads. */
const OF_FINALS = ['lost-acknowledged-write', 'divergence'];
/** What no outcome of an open operation mends: a history that has an order keeps one without what has not completed. */
const FOR_GOOD = ['linearizability'];

/** What some checkers remember of a key, or of all keys. */
interface View {
  readonly checkers: readonly Checker[];
  readonly forget: Forget | null;
  builder: HistoryBuilder;
  /** Numbers of its events in the whole history. */
  numbers: number[];
  /** Events that were left when some were last forgotten. */
  kept: number;
}

interface Key {
  readonly key: Json;
  readonly views: readonly View[];
  readonly refuted: Map<string, boolean | 'unknown'>;
  readonly told: Set<string>;
}

/**
 * Judges a history while it is being written. It is split by key; every half second of its own time the keys that
 * were touched are judged anew by the very checkers that judge it at the end, and what the future of a key does not
 * depend on is forgotten (see `forget.ts`): of a register, all but what overlaps. No timers, no clock: the same history is
 * judged at the same points, in simulation too.
 */
export class OnlineMonitor {
  readonly #options: MonitorOptions;
  readonly #keys = new Map<unknown, Key>();
  readonly #touched = new Set<Key>();
  readonly #whole: Key | null;
  /** Events of the nemesis, which every key needs to know of. */
  readonly #marks: { readonly event: EventInput; readonly number: number }[] = [];
  /** Keys of open operations, by process: completions may leave theirs out. */
  readonly #open = new Map<number, Json>();
  readonly #underWay: Promise<void>[] = [];
  #next = INTERVAL;
  #number = 0;
  #final = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
    const checkers = options.checkers.filter(({ name }) => WHOLE.includes(name));
    this.#whole = checkers.length > 0 ? keyOf(null, [{ checkers, forget: null }]) : null;
  }

  /** Events that are remembered now, over all keys and checkers. */
  get remembered(): number {
    const keys = [...this.#keys.values(), ...(this.#whole === null ? [] : [this.#whole])];
    return keys.reduce((sum, { views }) => sum + views.reduce((n, view) => n + view.builder.length, 0), 0);
  }

  /** To be told of every event, in order. The event is not kept. */
  observe(event: EventInput): void {
    const number = this.#number++;
    if (event.process === NEMESIS) this.#mark(event, number);
    else {
      const key = event.type === 'invoke' ? (event.key ?? null) : (this.#open.get(event.process) ?? null);
      if (event.type === 'invoke') this.#open.set(event.process, key);
      else this.#open.delete(event.process);
      const one = this.#keyOf(key);
      for (const each of this.#whole === null ? [one] : [one, this.#whole]) {
        add(each, event, number);
        if (event.type !== 'invoke') this.#touched.add(each);
      }
    }
    if (event.time >= this.#next) this.#next = event.time + this.#judge(event.time);
  }

  /** Judges what is left to judge. By checker: false if some key is refuted, else 'unknown' if one is, else true. */
  async finish(time: number): Promise<ReadonlyMap<string, boolean | 'unknown'>> {
    const keys = [...this.#keys.values(), ...(this.#whole === null ? [] : [this.#whole])];
    for (const one of keys) this.#touched.add(one);
    this.#judge(time, true, true);
    await Promise.all(this.#underWay);
    return new Map(
      this.#options.checkers.map(({ name }) => {
        const said = keys.flatMap((one) => one.refuted.get(name) ?? []);
        return [
          name,
          said.includes(false) ? false : said.includes('unknown') || said.length === 0 ? 'unknown' : true,
        ];
      }),
    );
  }

  #mark(event: EventInput, number: number): void {
    const value = event.value as { readonly phase?: Json } | null | undefined;
    if (event.f === 'phase' && value?.phase === 'final') this.#final = true;
    if (event.f !== 'phase' && event.f !== 'settled') return;
    this.#marks.push({ event: { ...event }, number });
    for (const one of this.#keys.values()) add(one, event, number);
    if (this.#whole !== null) add(this.#whole, event, number);
  }

  #keyOf(key: Json): Key {
    const identity = identityOf(key);
    const known = this.#keys.get(identity);
    if (known !== undefined) return known;
    const fresh = keyOf(key, this.#byForgetting());
    for (const { event, number } of this.#marks) add(fresh, event, number);
    this.#keys.set(identity, fresh);
    return fresh;
  }

  /** Judges the keys touched; gives how long to wait until the next time, ns. */
  #judge(time: number, whole = this.#final, ended = false): number {
    let events = 0;
    for (const one of this.#touched)
      for (const view of one.views) {
        if (view.forget === null && !whole) continue;
        events += view.builder.length;
        this.#judgeView(one, view, time, ended);
      }
    this.#touched.clear();
    return Math.max(INTERVAL, Math.ceil((events / EVENTS_A_SECOND) * 1e9));
  }

  #judgeView(one: Key, view: View, time: number, ended: boolean): void {
    const { options, remember = REMEMBER } = this.#options;
    const history = view.builder.build();
    const { numbers, kept } = view;
    let clean = true;
    for (const checker of view.checkers) {
      const verdict = checker.check(history, options);
      const holds = (finding: Finding): boolean => ended || holdsForGood(finding, checker, history, options);
      const tell = (said: Verdict): void => this.#told(one, checker.name, said, holds, numbers, kept, time);
      if (verdict instanceof Promise) this.#underWay.push(verdict.then(tell));
      else tell(verdict);
      clean &&= !(verdict instanceof Promise) && verdict.findings.length === 0;
    }
    if (!clean || view.forget === null || view.builder.length < Math.max(remember, 2 * view.kept)) return;
    const keep = view.forget(history, options.initial ?? null);
    if (keep === null) return;
    view.builder = new HistoryBuilder();
    view.numbers = [];
    for (let i = 0; i < history.length; i++) {
      if (keep[i] === 0) continue;
      view.builder.add(eventAt(history, i));
      view.numbers.push(numbers[i]);
    }
    view.kept = Math.max(1, view.builder.length);
  }

  /** The checkers that judge by key, those together that forget alike. */
  #byForgetting(): Pick<View, 'checkers' | 'forget'>[] {
    const forgets = new Set(this.#options.checkers.flatMap(({ name }) => BY_KEY.get(name) ?? []));
    return [...forgets].map((forget) => ({
      forget,
      checkers: this.#options.checkers.filter(({ name }) => BY_KEY.get(name) === forget),
    }));
  }

  #told(
    one: Key,
    checker: string,
    verdict: Verdict,
    holds: (finding: Finding) => boolean,
    numbers: readonly number[],
    kept: number,
    time: number,
  ): void {
    one.refuted.set(checker, verdict.valid);
    for (const finding of verdict.findings) {
      const name = `${checker} ${finding.name}`;
      if (!finding.certain || one.told.has(name) || (OF_FINALS.includes(finding.name) && !this.#final))
        continue;
      if (!holds(finding)) continue;
      one.told.add(name);
      const { name: anomaly, certain, witness, explanation } = finding;
      const told = explanation.replace(
        /#(\d+)/g,
        (text, i: string) => `#${numbers[Number(i)] ?? text.slice(1)}`,
      );
      // A value that nobody is remembered to have written was over long ago, unless nobody wrote it.
      const forgotten = kept > 0 && anomaly === 'thin-air-read';
      const whole = {
        name: forgotten ? 'stale-read' : anomaly,
        certain,
        key: one === this.#whole ? (finding.key ?? null) : one.key,
        witness: witness.map((i) => numbers[i]),
        explanation: forgotten ? `${told} (or had overwritten it long before)` : told,
      };
      this.#options.announce({ checker, finding: whole, time });
    }
  }
}

/**
 * Is a finding one however the open operations end? Certain means that it is one if they took effect; one that fails
 * wrote nothing, so that who read its value has no version to compare: it must be there without them, too.
 */
function holdsForGood(finding: Finding, checker: Checker, history: History, options: CheckOptions): boolean {
  if (FOR_GOOD.includes(checker.name)) return true;
  const failed = withoutOpen(history);
  if (failed === history) return true;
  const verdict = checker.check(failed, options);
  if (verdict instanceof Promise) return false;
  const same = (other: Finding): boolean =>
    other.certain && other.name === finding.name && other.witness.join() === finding.witness.join();
  return verdict.findings.some(same);
}

function keyOf(key: Json, views: readonly Pick<View, 'checkers' | 'forget'>[]): Key {
  return {
    key,
    views: views.map((view) => ({ ...view, builder: new HistoryBuilder(), numbers: [], kept: 0 })),
    refuted: new Map(),
    told: new Set(),
  };
}

function add(one: Key, event: EventInput, number: number): void {
  for (const view of one.views) {
    view.builder.add(event);
    view.numbers.push(number);
  }
}
