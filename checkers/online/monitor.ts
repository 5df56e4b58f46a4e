import { HistoryBuilder } from '../../harness/history/builder.ts';
import { identityOf } from '../../harness/history/dictionary.ts';
import { NEMESIS, type EventInput, type Json } from '../../harness/history/event.ts';
import type { Checker, CheckOptions, Finding, Verdict } from '../types.ts';

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
}

/** Checkers whose verdict on a history is the sum of those on its keys, so that keys can be judged as they grow. */
export const ONLINE: readonly string[] = ['linearizability', 'read-your-writes', 'monotonic-reads', 'set'];

/** The keys touched since are judged anew after so long of the history's own time, ns. */
const INTERVAL = 500_000_000;
/** Events that may be judged anew for each second of history: keys that have grown long are judged less often. */
const EVENTS_A_SECOND = 400_000;
/** What is left at the end says nothing before the final reads. */
const OF_FINALS = ['lost-acknowledged-write', 'divergence'];

interface Key {
  readonly key: Json;
  readonly builder: HistoryBuilder;
  /** Numbers of its events in the whole history. */
  readonly numbers: number[];
  readonly refuted: Map<string, boolean | 'unknown'>;
  readonly told: Set<string>;
}

/**
 * Judges a history while it is being written. It is split by key; every half second of its own time the keys that
 * were touched are judged anew by the very checkers that judge it at the end, so at the end both say the same.
 * Memory: the events. No timers, no clock: the same history is judged at the same points, in simulation too.
 */
export class OnlineMonitor {
  readonly #options: MonitorOptions;
  readonly #keys = new Map<unknown, Key>();
  readonly #touched = new Set<Key>();
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
      one.builder.add(event);
      one.numbers.push(number);
      if (event.type !== 'invoke') this.#touched.add(one);
    }
    if (event.time >= this.#next) this.#next = event.time + this.#judge(event.time);
  }

  /** Judges what is left to judge. By checker: false if some key is refuted, else 'unknown' if one is, else true. */
  async finish(time: number): Promise<ReadonlyMap<string, boolean | 'unknown'>> {
    for (const one of this.#keys.values()) this.#touched.add(one);
    this.#judge(time);
    await Promise.all(this.#underWay);
    const keys = [...this.#keys.values()];
    return new Map(
      this.#options.checkers.map(({ name }) => {
        const said = keys.map((one) => one.refuted.get(name));
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
    for (const one of this.#keys.values()) {
      one.builder.add(event);
      one.numbers.push(number);
    }
  }

  #keyOf(key: Json): Key {
    const identity = identityOf(key);
    const known = this.#keys.get(identity);
    if (known !== undefined) return known;
    const fresh: Key = {
      key,
      builder: new HistoryBuilder(),
      numbers: [],
      refuted: new Map(),
      told: new Set(),
    };
    for (const { event, number } of this.#marks) {
      fresh.builder.add(event);
      fresh.numbers.push(number);
    }
    this.#keys.set(identity, fresh);
    return fresh;
  }

  /** Judges the keys touched; gives how long to wait until the next time, ns. */
  #judge(time: number): number {
    let events = 0;
    for (const one of this.#touched) {
      events += one.builder.length;
      const history = one.builder.build();
      for (const checker of this.#options.checkers) {
        const verdict = checker.check(history, this.#options.options);
        if (verdict instanceof Promise)
          this.#underWay.push(verdict.then((v) => this.#told(one, checker.name, v, time)));
        else this.#told(one, checker.name, verdict, time);
      }
    }
    this.#touched.clear();
    return Math.max(INTERVAL, Math.ceil((events / EVENTS_A_SECOND) * 1e9));
  }

  #told(one: Key, checker: string, verdict: Verdict, time: number): void {
    one.refuted.set(checker, verdict.valid);
    for (const finding of verdict.findings) {
      const name = `${checker} ${finding.name}`;
      if (!finding.certain || one.told.has(name) || (OF_FINALS.includes(finding.name) && !this.#final))
        continue;
      one.told.add(name);
      const { name: anomaly, certain, witness, explanation } = finding;
      const whole = {
        name: anomaly,
        certain,
        key: one.key,
        witness: witness.map((i) => one.numbers[i]),
        explanation: explanation.replace(
          /#(\d+)/g,
          (text, i: string) => `#${one.numbers[Number(i)] ?? text.slice(1)}`,
        ),
      };
      this.#options.announce({ checker, finding: whole, time });
    }
  }
}
