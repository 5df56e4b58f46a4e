import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import { NEMESIS, type EventInput, type Json } from '../../harness/history/event.ts';
import { randomStream } from '../../harness/runtime/random.ts';
import type { Verdict } from '../types.ts';
import { hotSpots } from './hot-spots.ts';

/** A second's answers for keys, then a sample of what each shard has been asked so far. */
class Seconds {
  readonly events: EventInput[] = [];
  #time = 0;
  #counts: Record<string, number> = {};

  sample(counts: Record<string, number>, owners = 3): this {
    this.#time += 1e9;
    this.#counts = counts;
    const value: Json = { ...counts, 'shards-that-own-data': owners };
    this.events.push({ type: 'ok', process: NEMESIS, f: 'sample', time: this.#time, value });
    return this;
  }

  /** Answers about these keys, by n1, and as many requests more for each shard. */
  second(keys: readonly Json[], more: Record<string, number>): this {
    for (const key of keys)
      for (const type of ['invoke', 'ok'] as const)
        this.events.push({ type, process: 1, f: 'read', key, time: this.#time, node: 'n1', value: null });
    return this.sample(
      Object.fromEntries(Object.entries(this.#counts).map(([name, count]) => [name, count + more[name]])),
    );
  }
}

const ZERO = { 'requests:s1': 0, 'requests:s2': 0, 'requests:s3': 0 };
const of = (s1: number, s2: number, s3: number) => ({
  'requests:s1': s1,
  'requests:s2': s2,
  'requests:s3': s3,
});
const many = (key: Json, count: number): Json[] => Array.from({ length: count }, () => key);
const different = (count: number): Json[] => Array.from({ length: count }, (_, i) => i);
const check = ({ events }: Seconds, options = {}): Verdict =>
  hotSpots.check(historyOf(events), options) as Verdict;

describe('hot-spots', () => {
  it('names the shard that had more than 1.5 times the mean, from when to when, and how much', () => {
    const seconds = new Seconds()
      .sample(ZERO)
      .second([], of(700, 150, 150))
      .second([], of(650, 150, 200))
      .second([], of(340, 330, 330));
    const { findings } = check(seconds);
    expect(findings).toMatchObject([{ name: 'hot-partition', key: 's1', witness: [0, 2], certain: true }]);
    expect(findings[0].explanation).toBe(
      'Between 1.0 and 3.0 s (#0, #2), shard s1 had 1350 of 2000 requests, 67.5 %, 2.02 times the mean of 33.3 % (threshold: 1.5).',
    );
    expect(findings[0].evidence).toMatchObject({ from: 1e9, to: 3e9, count: 1350, of: 2000 });
  });

  it('names the key that a tenth of all answers were about, by the first element of composite keys', () => {
    const answers = [...many('a', 300), ...different(700)];
    const { findings } = check(new Seconds().sample(ZERO).second(answers, of(330, 330, 340)));
    expect(findings.map(({ name, key }) => [name, key])).toEqual([['hot-key', 'a']]);
    expect(findings[0].explanation).toContain('300 of 1000 answers, 30.0 %, were about key "a"');
    const rows = many(0, 500).flatMap(
      (_, i) =>
        [
          ['b', i],
          [`other${i}`, 0],
        ] as Json[],
    );
    expect(check(new Seconds().sample(ZERO).second(rows, of(330, 330, 340))).findings).toMatchObject([
      { name: 'hot-key', key: 'b' },
    ]);
  });

  it('does not take chance for heat: fair shares of few requests, over 2,000 seconds', () => {
    const random = randomStream(1, 'fair');
    const seconds = new Seconds().sample(ZERO);
    for (let i = 0; i < 2000; i++) {
      const counts = [0, 0, 0];
      for (let k = 0; k < 60; k++) counts[random.below(3)] += 1;
      seconds.second([], of(counts[0], counts[1], counts[2]));
    }
    expect(check(seconds)).toMatchObject({ valid: true, findings: [], stats: { windows: 2000 } });
  });

  it('says nothing of a second in which a node has started anew, nor of answers that no node gave', () => {
    const restarted = new Seconds().sample(of(900, 900, 900)).sample(of(10, 1200, 1200));
    expect(check(restarted)).toMatchObject({ valid: true, stats: { windows: 0 } });
    const cached = new Seconds().sample(ZERO).second(many('a', 500), of(10, 10, 10));
    const events = cached.events.map((event) => (event.f === 'read' ? { ...event, node: null } : event));
    expect(hotSpots.check(historyOf(events), {})).toMatchObject({ valid: true });
  });

  it('is unknown where even load is asked for and nobody has counted', () => {
    const nothing = new Seconds().second(different(10), {});
    expect(check(nothing)).toMatchObject({ valid: true });
    expect(check(nothing, { consistency: ['even-load'] })).toMatchObject({ valid: 'unknown' });
  });
});
