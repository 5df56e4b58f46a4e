import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import { fuzzRuns } from '../testing/runs.ts';
import type { Checker, Verdict } from '../types.ts';
import { rangeScan } from './range-scan.ts';
import { secondaryIndex } from './secondary-index.ts';
import { fuzzScans } from './testing/fuzz.ts';
import { tornRow } from './torn-row.ts';

const check = (checker: Checker, { events }: Script): Verdict =>
  checker.check(historyOf(events.map((e) => ({ ...e, time: e.time * 1e6 }))), {}) as Verdict;
const named = (checker: Checker, script: Script): string[] =>
  check(checker, script).findings.map((f) => (f.certain ? f.name : `possible ${f.name}`));
const sentence = (checker: Checker, script: Script): string => check(checker, script).findings[0].explanation;

/** Row 1 goes from Oslo to Rome. */
const moved = (): Script =>
  new Script()
    .op(1, 'write', { city: 'oslo', v: 1 }, { key: 1 })
    .op(1, 'write', { city: 'rome', v: 2 }, { key: 1 });
const find = (script: Script, city: string, ...saw: Json[]): Script =>
  script.op(2, 'find', ['city', city], { saw });
const oslo = [1, { city: 'oslo', v: 1 }];
const rome = [1, { city: 'rome', v: 2 }];

describe('secondary-index', () => {
  it('is satisfied with an index that agrees, whether it tells rows or only keys', () => {
    expect(check(secondaryIndex, find(find(moved(), 'oslo'), 'rome', rome))).toMatchObject({ valid: true });
    expect(check(secondaryIndex, find(moved(), 'rome', [1, null]))).toMatchObject({ valid: true });
  });
  it('names an entry that was not removed, and says how old it is', () => {
    const stale = find(moved(), 'oslo', oslo);
    expect(check(secondaryIndex, stale)).toMatchObject({
      valid: false,
      findings: [{ name: 'stale-entry', witness: [0, 1, 2, 3, 4, 5] }],
      stats: { stale: { count: 1, ageMs: { max: 1 } } },
    });
    expect(sentence(secondaryIndex, stale)).toBe(
      'The index query #5 for city = "oslo" gave row 1 as #0 had left it, although #2, which replaced it, had been acknowledged (#3) 1.0 ms before the query began.',
    );
    expect(named(secondaryIndex, find(moved(), 'oslo', [1, null]))).toEqual(['stale-entry']);
  });
  it('names a row that the index does not give', () => {
    const missing = find(moved(), 'rome');
    expect(check(secondaryIndex, missing).findings).toMatchObject([
      { name: 'missing-entry', witness: [2, 3, 4, 5] },
    ]);
    expect(sentence(secondaryIndex, missing)).toBe(
      'The index query #5 for city = "rome" does not give row 1, which #2 had put there, acknowledged (#3) 1.0 ms before the query began, and which nothing took away since.',
    );
  });
  it('does not ask for what was still under way, or never acknowledged', () => {
    const open = new Script().op(1, 'write', { city: 'oslo', v: 1 }, { key: 1, type: 'info' });
    expect(named(secondaryIndex, find(open, 'oslo'))).toEqual([]);
    expect(named(secondaryIndex, find(open, 'oslo', oslo))).toEqual([]);
  });
  it('names entries of nobody, of failed writes, of other terms, and doubled ones', () => {
    expect(named(secondaryIndex, find(moved(), 'rome', rome, [7, null]))).toEqual(['phantom-entry']);
    const failed = new Script().op(1, 'write', { city: 'oslo', v: 1 }, { key: 1, type: 'fail' });
    expect(named(secondaryIndex, find(failed, 'oslo', oslo))).toEqual(['phantom-entry']);
    expect(named(secondaryIndex, find(moved(), 'oslo', rome))).toEqual(['phantom-entry']);
    expect(named(secondaryIndex, find(moved(), 'rome', rome, rome))).toEqual(['doubled-entry']);
  });
  it('names an index that showed what the base lost, or never had', () => {
    const lost = new Script()
      .op(1, 'write', { city: 'oslo', v: 1 }, { key: 1 })
      .op(1, 'write', { city: 'rome', v: 2 }, { key: 1, type: 'info' });
    const ahead = find(lost, 'rome', rome).op(3, 'read', null, { key: 1, saw: { city: 'oslo', v: 1 } });
    expect(named(secondaryIndex, ahead)).toEqual(['index-ahead-of-base']);
    expect(sentence(secondaryIndex, ahead)).toBe(
      'The index query #5 gave row 1 as #2 had written it, but the row itself, read after that (#7), is still {"city":"oslo","v":1}, as it was before #2 began.',
    );
  });
  const read = (script: Script, row: Json): Script => script.op(3, 'read', null, { key: 1, saw: row });
  const quiet = (city: string, ...saw: Json[]): Script => {
    const script = read(moved().settled().phase('final'), rome[1]);
    return read(find(script, city, ...saw), rome[1]);
  };
  it('asks even a late index to agree after quiescence', () => {
    expect(named(secondaryIndex, quiet('rome', rome))).toEqual([]);
    expect(named(secondaryIndex, quiet('rome'))).toEqual(['missing-entry', 'lost-entry']);
    expect(named(secondaryIndex, quiet('oslo', oslo))).toEqual(['stale-entry', 'dangling-entry']);
  });
  it('finds what is left at the end only possible without proof of quiescence', () => {
    const bare = read(find(read(moved(), rome[1]), 'oslo', oslo), rome[1]);
    expect(named(secondaryIndex, bare)).toEqual(['stale-entry', 'possible dangling-entry']);
  });
  it('is unknown when something else may have changed the rows', () => {
    const cas = find(moved(), 'rome', rome).op(1, 'cas', [1, 2], { key: 1 });
    expect(check(secondaryIndex, cas)).toMatchObject({ valid: 'unknown', findings: [] });
  });
});

describe('range-scan', () => {
  const three = (): Script =>
    new Script()
      .op(1, 'write', 'a', { key: 1 })
      .op(1, 'write', 'b', { key: 2 })
      .op(1, 'write', 'c', { key: 3 });
  const scan = (script: Script, ...saw: Json[]): Script => script.op(2, 'scan', [1, 3], { saw });
  it('is satisfied with all keys of the range, once, in order', () => {
    expect(check(rangeScan, scan(three(), [1, 'a'], [2, 'b']))).toMatchObject({
      valid: true,
      stats: { scans: 1, owed: 2 },
    });
  });
  it('names what is skipped, doubled, disordered, old, gone or never was', () => {
    expect(named(rangeScan, scan(three(), [1, 'a']))).toEqual(['skipped-key']);
    expect(named(rangeScan, scan(three(), [1, 'a'], [2, 'b'], [2, 'b']))).toEqual(['doubled-key']);
    expect(named(rangeScan, scan(three(), [2, 'b'], [1, 'a']))).toEqual(['scan-order']);
    expect(named(rangeScan, scan(three(), [1, 'a'], [2, 'b'], [3, 'c']))).toEqual(['phantom-key']);
    expect(named(rangeScan, scan(three(), [1, 'z'], [2, 'b']))).toEqual(['phantom-key']);
    const newer = three().op(1, 'write', 'd', { key: 2 });
    expect(named(rangeScan, scan(newer, [1, 'a'], [2, 'b']))).toEqual(['stale-scan']);
    const gone = three().op(1, 'delete', null, { key: 2 });
    expect(named(rangeScan, scan(gone, [1, 'a'], [2, 'b']))).toEqual(['ghost-key']);
    expect(sentence(rangeScan, scan(three(), [2, 'b']))).toBe(
      'Scan #7 from 1 to 3 skipped key 1, which #0 had put there, acknowledged (#1) before the scan began, and which nothing took away before it ended.',
    );
  });
  it('leaves open what came or went while the scan was under way', () => {
    const during = three();
    const time = during.events.length;
    during.events.push({ time, process: 2, type: 'invoke', f: 'scan', value: [1, 9] });
    during.op(1, 'delete', null, { key: 2 }).op(1, 'write', 'd', { key: 4 });
    const answers: Json[][] = [
      [
        [1, 'a'],
        [3, 'c'],
      ],
      [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, 'd'],
      ],
    ];
    for (const value of answers) {
      const end: EventInput = { time: 99, process: 2, type: 'ok', f: 'scan', value };
      expect(check(rangeScan, { events: [...during.events, end] } as Script)).toMatchObject({ valid: true });
    }
  });
});

describe('torn-row', () => {
  const written = (): Script =>
    new Script().op(1, 'write', { a: 1, b: 1 }, { key: 1 }).op(1, 'write', { a: 2, b: 2 }, { key: 1 });
  it('is satisfied with whole writes, new or old', () => {
    for (const saw of [{ a: 1, b: 1 }, { a: 2, b: 2 }, null])
      expect(check(tornRow, written().op(2, 'read', null, { key: 1, saw }))).toMatchObject({ valid: true });
  });
  it('names half of a write', () => {
    const torn = written().op(2, 'read', null, { key: 1, saw: { a: 2, b: 1 } });
    expect(check(tornRow, torn).findings).toMatchObject([{ name: 'torn-row', witness: [0, 1, 2, 3, 4, 5] }]);
    expect(sentence(tornRow, torn)).toBe(
      'Read #5 of row 1 shows a of #2, b of #0: #2 wrote b too and is not seen there, so it came before #0; #0 was acknowledged before #2 began: both cannot be, half of a write was seen.',
    );
  });
  it('lets a write of one column stand beside a whole one, in either order', () => {
    const beside = new Script()
      .op(1, 'write', { a: 1, b: 1 }, { key: 1 })
      .op(1, 'write', { b: 2 }, { key: 1 });
    expect(named(tornRow, beside.op(2, 'read', null, { key: 1, saw: { a: 1, b: 2 } }))).toEqual([]);
  });
  it('names columns of different moments when no write is half seen', () => {
    const mixed = new Script()
      .op(1, 'write', { a: 1 }, { key: 1 })
      .op(1, 'write', { a: 2 }, { key: 1 })
      .op(1, 'write', { b: 3 }, { key: 1 });
    expect(named(tornRow, mixed.op(2, 'read', null, { key: 1, saw: { a: 1, b: 3 } }))).toEqual(['mixed-row']);
  });
});

it('the checkers of indexes, scans and rows agree with searches over all orders', () => {
  const runs = fuzzRuns(1000);
  const tally = fuzzScans(runs, 5);
  for (const name of ['stale-entry', 'missing-entry', 'phantom-entry', 'skipped-key', 'ghost-key'])
    expect(tally[name], name).toBeGreaterThan(runs / 200);
  for (const name of ['dangling-entry', 'lost-entry', 'doubled-key', 'torn-row', 'mixed-row'])
    expect(tally[name], name).toBeGreaterThan(runs / 200);
});
