import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../event.ts';
import { events } from '../history.ts';
import type { ReadHistory, ReadOptions } from '../read-history.ts';
import { BadHistory, readHistorySync } from '../reader.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'alibi-formats-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string, options: ReadOptions = {}): ReadHistory {
  const path = join(directory, 'h');
  writeFileSync(path, text);
  return readHistorySync(path, options);
}

/** Events in short: `process type f key value`. */
const told = (text: string, options: ReadOptions = {}): unknown[] =>
  [...events(read(text, options).history)].map((e: HistoryEvent) => [e.process, e.type, e.f, e.key, e.value]);

function complaint(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof BadHistory) return error.message.replace(`${join(directory, 'h')}:`, '');
    throw error;
  }
  return 'none';
}

const READ = [
  [0, 'invoke', 'read', null, null],
  [0, 'ok', 'read', null, 3],
];

describe('Jepsen EDN, however it is laid out', () => {
  test.each([
    [
      'one map a line',
      '{:process 0, :type :invoke, :f :read, :value nil}\n{:process 0, :type :ok, :f :read, :value 3}\n',
    ],
    [
      'a vector',
      '[{:process 0 :type :invoke :f :read :value nil}\n{:process 0 :type :ok :f :read :value 3}]',
    ],
    [
      'a list with comments',
      '; a history\n({:process 0 :type :invoke :f :read} ; begins\n #_{:no :op} {:process 0 :type :ok :f :read :value 3})',
    ],
    [
      'maps over many lines',
      '{:process 0\n :type :invoke\n :f :read}\n{:process 0\n\n :type :ok :f :read\n :value 3}',
    ],
    [
      'records',
      '#jepsen.history.Op{:process 0 :type :invoke :f :read}\n#jepsen.history.Op{:process 0 :type :ok :f :read :value 3}',
    ],
    [
      'a test map',
      '{:name "t" :history [{:process 0 :type :invoke :f :read} {:process 0 :type :ok :f :read :value 3}]}',
    ],
  ])('%s', (_, text) => {
    expect(told(text)).toEqual(READ);
    expect(read(text).format).toBe('edn');
  });

  test('the order of the file is the order, whatever the times say', () => {
    const { history } = read(
      '{:process 0 :type :invoke :f :read :time 9}\n{:process 0 :type :ok :f :read :time 4}',
    );
    expect([...history.time]).toEqual([9, 4]);
  });

  test('transactions have plain words, and reads a place for their result', () => {
    const text = '{:process 0 :type :invoke :f :txn :value [[:append :x 1] [:r :y]]}';
    expect(told(text)).toEqual([
      [
        0,
        'invoke',
        'txn',
        null,
        [
          ['append', 'x', 1],
          ['r', 'y', null],
        ],
      ],
    ]);
  });

  test('the nemesis may say anything, twice', () => {
    const text =
      '{:process :nemesis :type :info :f :start}{:process :nemesis :type :info :f :start :value "Cut off #{:n1}"}';
    expect(told(text)).toEqual([
      [-1, 'info', 'start', null, null],
      [-1, 'info', 'start', null, 'Cut off #{:n1}'],
    ]);
  });

  test('a keyword in place of a value says why an operation did not end ok', () => {
    const text =
      '{:process 0 :type :invoke :f :write :value 3}{:process 0 :type :info :f :write :value :timed-out}' +
      '{:process 1 :type :invoke :f :write :value 4}{:process 1 :type :fail :f :write :value 4 :error [:refused "by n1"]}';
    const found = [...events(read(text).history)];
    expect(found[1]).toMatchObject({ value: 3, error: { code: 'timed-out', message: 'timed-out' } });
    expect(found[3]).toMatchObject({ value: 4, error: { code: 'refused', message: 'by n1' } });
  });
});

describe('independent keys', () => {
  test('tagged tuples', () => {
    const text =
      '{:process 0 :type :invoke :f :read :value #jepsen/tuple [7 nil]}{:process 0 :type :ok :f :read :value #jepsen/tuple [7 [1 2]]}';
    expect(told(text)).toEqual([
      [0, 'invoke', 'read', 7, null],
      [0, 'ok', 'read', 7, [1, 2]],
    ]);
  });

  test('plain pairs, known by the reads that begin with [key nil]', () => {
    const text =
      '{:process 0 :type :invoke :f :write :value [1 5]}{:process 0 :type :ok :f :write :value [1 5]}' +
      '{:process 1 :type :invoke :f :cas :value [2 [3 4]]}{:process 1 :type :info :f :cas :value [2 [3 4]]}' +
      '{:process 0 :type :invoke :f :read :value [1 nil]}{:process 0 :type :ok :f :read :value [1 5]}';
    expect(told(text).map((e) => (e as unknown[]).slice(2))).toEqual([
      ['write', 1, 5],
      ['write', 1, 5],
      ['cas', 2, [3, 4]],
      ['cas', 2, [3, 4]],
      ['read', 1, null],
      ['read', 1, 5],
    ]);
  });

  test('one cas of a plain pair, and no value is taken for a tuple', () => {
    const text =
      '{:process 0 :type :invoke :f :read :value [1 nil]}{:process 0 :type :ok :f :read :value [1 2]}' +
      '{:process 0 :type :invoke :f :cas :value [1 2]}';
    expect(told(text).map((e) => (e as unknown[])[3])).toEqual([null, null, null]);
  });

  test('pairs that are values are not taken apart', () => {
    const text =
      '{:process 0 :type :invoke :f :cas :value [1 2]}{:process 0 :type :ok :f :cas :value [1 2]}' +
      '{:process 0 :type :invoke :f :read :value nil}{:process 0 :type :ok :f :read :value [1 2]}';
    expect(told(text).map((e) => (e as unknown[]).slice(3))).toEqual([
      [null, [1, 2]],
      [null, [1, 2]],
      [null, null],
      [null, [1, 2]],
    ]);
  });
});

describe('a cas that fails', () => {
  const text =
    '{:process 0 :type :invoke :f :cas :value [1 2]}{:process 0 :type :fail :f :cas :value [1 2]}' +
    '{:process 0 :type :invoke :f :cas :value [1 2]}{:process 0 :type :fail :f :cas :value [1 2] :error :refused}';

  test('says nothing by default', () => {
    expect(told(text).map((e) => (e as unknown[])[1])).toEqual(['invoke', 'fail', 'invoke', 'fail']);
  });

  test('is a mismatch seen, if asked for and no error says otherwise', () => {
    const found = told(text, { casFail: 'mismatch' });
    expect(found[1]).toEqual([0, 'ok', 'cas', null, false]);
    expect(found[3]).toEqual([0, 'fail', 'cas', null, [1, 2]]);
  });
});

describe('Jepsen logs', () => {
  test('the operations are read, other messages counted', () => {
    const text =
      'INFO  jepsen.core - Worker 0 starting\n' +
      'INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\n' +
      'WARN  jepsen.core - boom\n\tat clojure.lang.AFn.run(AFn.java:22)\n' +
      'INFO  jepsen.util - :nemesis\t:info\t:start\tCut off {:n1 #{:n2}\n' +
      'INFO  jepsen.util - 0\t:info\t:cas\t:timed-out\n';
    expect(told(text)).toEqual([
      [0, 'invoke', 'cas', null, [1, 2]],
      [-1, 'info', 'start', null, 'Cut off {:n1 #{:n2}'],
      [0, 'info', 'cas', null, [1, 2]],
    ]);
    expect(read(text)).toMatchObject({ format: 'jepsen-log', skipped: 3 });
  });

  test('history.txt has no messages around its operations', () => {
    expect(told('0\t:invoke\t:read\tnil\n0\t:ok\t:read\t3\n')).toEqual(READ);
  });

  test('lines of today’s logger', () => {
    const prefix = '2026-01-01 12:00:00,001{GMT}\tINFO\t[jepsen worker 0] jepsen.util: ';
    expect(told(`${prefix}0\t:invoke\t:read\tnil\n${prefix}0\t:ok\t:read\t3\n`)).toEqual(READ);
  });

  test('a damaged operation is not skipped as if it were another message', () => {
    expect(
      complaint('INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - x\t:ok\t:read\t3\n'),
    ).toBe('2:1: expected an operation: process, :type, :f and value');
    expect(complaint('0\t:invoke\t:write\t[1 2\n')).toBe('1:18: this "[" is never closed');
  });
});

describe('Porcupine texts', () => {
  const text =
    '{:process 0, :type :invoke, :f :get, :key "a", :value nil}\n{:process 0, :type :ok, :f :get, :key "a", :value ""}\n' +
    '{:process 0, :type :invoke, :f :append, :key "a", :value "x"}\n{:process 0, :type :ok, :f :append, :key "a", :value "x"}\n' +
    '{:process 1, :type :invoke, :f :put, :key "b", :value "y"}\n';

  test('get is a read, put a write, and what was never put reads as ""', () => {
    expect(told(text)).toEqual([
      [0, 'invoke', 'read', 'a', null],
      [0, 'ok', 'read', 'a', ''],
      [0, 'invoke', 'append', 'a', 'x'],
      [0, 'ok', 'append', 'a', 'x'],
      [1, 'invoke', 'write', 'b', 'y'],
    ]);
    expect(read(text)).toMatchObject({ format: 'porcupine-kv', initial: '' });
    expect(told(text.replace('""', 'nil'))[1]).toEqual([0, 'ok', 'read', 'a', '']);
  });
});

describe('JSON documents', () => {
  test.each([
    [
      'an array',
      '[{"index":0,"process":0,"type":"invoke","f":"read"},\n{"process":0,"type":"ok","f":"read","value":3}]',
    ],
    [
      'an object with the history',
      '{"history":[{"process":0,"type":":invoke","f":":read"},{"process":0,"type":"ok","f":"read","value":3}]}',
    ],
    [
      'over many lines',
      '{\n  "name": "t",\n  "history": [\n{"process":0,"type":"invoke","f":"read"},{"process":0,"type":"ok","f":"read","value":3}]}',
    ],
  ])('%s', (_, text) => {
    expect(told(text)).toEqual(READ);
    expect(read(text).format).toBe('json');
  });
});

describe('what is no history is refused with its place and reason', () => {
  const op = (type: string) => `{:process 0 :type :${type} :f :read}`;
  test.each([
    [
      `${op('invoke')}\n${op('ok')}\n ${op('ok')}`,
      '3:2: process 0 completes (ok) an operation that it never invoked',
    ],
    [`[${op('invoke')}\n${op('invoke')}]`, '2:1: process 0 invokes while its operation at index 0 is open'],
    [op('begin'), '1:1: type is "begin"; it must be one of invoke, ok, fail, info'],
    [
      '{:process "a" :type :invoke :f :read}',
      '1:1: process is "a"; it must be a whole number from 0 to 2^31 - 1, or nemesis',
    ],
    ['{:process 0 :type :invoke}', '1:1: f is missing; it must be the name of a function'],
    [`${op('invoke')} 7`, '1:1: expected maps {:process :type :f :value}, not 7'],
    [
      '{:history []} {:history []}',
      '1:1: this file holds 2 tests, each with a history of its own: give each its own file',
    ],
    [`[${op('invoke')}`, '1:1: this "[" is never closed'],
    [
      '[{"process":0,"type":"invoke","f":"read"},\n {"process":0}]',
      '2:2: type is missing; it must be one of invoke, ok, fail, info',
    ],
    ['[{"process":0,"type":"invoke","f":"read"}', '1:42: the file ends in the middle of a value'],
    ['{"history": 3}', '1:1: expected an array of operations, or an object with one as "history"'],
  ])('%#', (text, expected) => {
    expect(complaint(text)).toBe(expected);
  });
});
