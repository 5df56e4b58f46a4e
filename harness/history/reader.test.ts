import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { events } from './history.ts';
import { BadHistory, readHistorySync } from './reader.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'alibi-reader-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(content: string | Buffer): string {
  const path = join(directory, 'h');
  writeFileSync(path, content);
  return path;
}
const read = (content: string | Buffer) => readHistorySync(file(content));

/** The complaint about a file, its name left out. */
function complaint(content: string | Buffer): string {
  try {
    read(content);
  } catch (error) {
    if (error instanceof BadHistory) return error.message.replace(`${join(directory, 'h')}:`, '');
    throw error;
  }
  return 'none';
}

const HEADER = '{"alibi":"history","version":1}\n';
const invoke = '{"time":5,"process":0,"type":"invoke","f":"write","key":"x","value":1}\n';
const ok = '{"time":9,"process":0,"type":"ok","f":"write","key":"x","value":1}\n';

describe('bare lines, as other tools write them', () => {
  test('any order of fields, null or absent key, spaces or none', () => {
    const { history, format, version } = read(
      '{"process": 0, "type": "invoke", "f": "cas", "key": null, "value": [1, 2], "time": 7}\n' +
        '{"f":"cas","value":[1,2],"type":"ok","process":0,"time":3,"index":1}\n',
    );
    expect(format).toBe('json-lines');
    expect(version).toBeNull();
    expect([...events(history)]).toMatchObject([
      { time: 7, type: 'invoke', f: 'cas', key: null, value: [1, 2] },
      { time: 3, type: 'ok', f: 'cas', key: null, value: [1, 2] },
    ]);
    expect([...history.pair]).toEqual([1, 0]);
  });

  test('without times, the order of the file is the time', () => {
    const { history } = read(
      '{"process":0,"type":"invoke","f":"read"}\n{"process":0,"type":"ok","f":"read","value":4}',
    );
    expect([...history.time]).toEqual([0, 1]);
  });

  test('a transaction is read as written', () => {
    const value = [
      ['append', 1, 2],
      ['r', 'k', null],
    ];
    const line = JSON.stringify({ process: 0, type: 'invoke', f: 'txn', key: null, value, time: 1 });
    expect(read(`${line}\n`).history.values).toEqual([value]);
  });
});

test('a completion that names no key has its invocation’s', () => {
  const { history } = read(HEADER + invoke + '{"time":9,"process":0,"type":"ok","f":"write"}\n');
  expect([...events(history)].map((e) => e.key)).toEqual(['x', 'x']);
});

describe('a file cut short', () => {
  const whole = HEADER + invoke + ok + '{"time":12,"process":1,"type":"invoke","f":"read","key":"ключ"}\n';

  test('at any byte is read up to the last whole line, and reported as torn', () => {
    const bytes = Buffer.from(whole);
    for (let length = 0; length <= bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      const { history, torn } = read(cut);
      const text = cut.toString('latin1');
      const tail = text.slice(text.lastIndexOf('\n') + 1);
      const complete = tail.endsWith('}');
      const lines = text.split('\n').length - 1 + (complete ? 1 : 0);
      expect(history.length).toBe(Math.max(0, lines - 1));
      expect(torn !== null).toBe(tail !== '' && !complete);
      if (torn !== null) expect(torn.line).toBe(text.split('\n').length);
    }
  });

  test('is not torn but broken when it does not end like a cut line', () => {
    expect(complaint(HEADER + invoke + '{"time":9,;')).toBe('3:11: expected a field name in double quotes');
    expect(complaint(HEADER + invoke + 'garbage')).toBe('3:1: expected a JSON value');
  });
});

test.each(['', '\n\n', ' ', '\ufeff', gzipSync('')])('an empty file is an empty history: %j', (content) => {
  expect(read(content)).toMatchObject({ format: 'empty', torn: null, history: { length: 0 } });
});

test('a header alone is an empty history', () => {
  expect(read(HEADER)).toMatchObject({ format: 'alibi', version: 1, history: { length: 0 } });
});

describe('what is no history is refused with its place and reason', () => {
  test.each([
    [HEADER + ok, '2:1: process 0 completes (ok) an operation that it never invoked'],
    [HEADER + invoke + invoke, '3:1: process 0 invokes while its operation at index 0 is open'],
    [
      HEADER + invoke + ok.replace('write', 'read'),
      '3:1: process 0 completes read, but it invoked write (index 0)',
    ],
    [
      HEADER + invoke + ok.replace('"x"', '"y"'),
      '3:1: process 0 completes an operation on another key than it invoked (index 0)',
    ],
    [HEADER + invoke + ok.replace('9', '4'), '3:1: time goes backwards, from 5 to 4 ns'],
    [
      HEADER + invoke.replace('"write"', '"\\u001b[31m\\n"') + ok,
      '3:1: process 0 completes write, but it invoked \\u001b[31m\\u000a (index 0)',
    ],
    [
      HEADER + invoke.replace('invoke', 'begin'),
      '2:23: type is "begin"; it must be one of invoke, ok, fail, info',
    ],
    [HEADER + invoke.replace('"f":"write",', ''), '2:1: f is missing; it must be the name of a function'],
    [
      HEADER + invoke.replace('"process":0', '"process":-1'),
      '2:11: process is -1; it must be a whole number from 0 to 2^31 - 1, or "nemesis"',
    ],
    [
      HEADER + invoke.replace('"time":5', '"time":"5"'),
      '2:2: time is "5"; it must be a whole number of nanoseconds since the run began',
    ],
    [
      HEADER + invoke.replace('"time":5,', ''),
      '2:1: time is missing; it must be a whole number of nanoseconds since the run began',
    ],
    [HEADER + invoke.replace('"x"', 'x'), '2:57: expected a JSON value'],
    [HEADER + invoke.replace('}', ''), '2:70: the line ends in the middle of a value'],
    [HEADER + '[]\n', '2:1: expected an event: an object with process, type and f'],
    [
      HEADER + invoke.replace('"value":1', '"value":9007199254740993'),
      '2:69: this integer is too large to be read exactly: write it as a string',
    ],
    [
      HEADER + invoke.replace('"value":1', `"value":${'['.repeat(300)}${']'.repeat(300)}`),
      '2:269: values nested deeper than 200 are not read',
    ],
    [
      HEADER.replace('1}', '2}') + invoke,
      '1:20: a newer Alibi wrote this (history version 2; this one reads up to 1): upgrade',
    ],
    [HEADER.replace('1}', '"x"}'), '1:20: the version must be a whole number from 1'],
    [HEADER.replace('history', 'run'), '1:2: this is an Alibi file of another kind ("run")'],
    [
      'hello\n',
      '1:1: this begins like no history that Alibi reads (its own JSON lines, Jepsen EDN, JSON or log, Porcupine text)',
    ],
    [
      Buffer.from([0x50, 0x4b, 3, 4, 0, 0]),
      '1:1: this is a zip archive: unpack it and name the history inside (gzip is read)',
    ],
    [
      Buffer.concat([Buffer.from([0x50, 0x4b, 5, 6]), Buffer.alloc(18)]),
      '1:1: this is a zip archive: unpack it and name the history inside (gzip is read)',
    ],
    [gzipSync(HEADER).subarray(0, 12), ' the gzip data is damaged or cut short'],
  ])('%#', (content, expected) => {
    expect(complaint(content)).toBe(expected);
  });

  test('invalid UTF-8', () => {
    const bytes = Buffer.from(HEADER + invoke.replace('"x"', '"?"'));
    bytes[bytes.indexOf(0x3f)] = 0xff;
    expect(complaint(bytes)).toBe('2:58: these bytes are no UTF-8');
  });

  test('a file that is not there, and a directory', () => {
    expect(() => readHistorySync(join(directory, 'nothing'))).toThrow(/nothing: there is no such file$/);
    expect(() => readHistorySync(directory)).toThrow(/this is a directory: name the history file in it$/);
  });

  test('a line of 200 MB', () => {
    const refused = '3:1: this line is longer than 64 MB, which no event is: is this a history?';
    const line = (length: number) =>
      `${HEADER}${invoke}${invoke.slice(0, -3)}"\u00e9${'x'.repeat(length)}"}\n`;
    expect(complaint(line(200e6))).toBe(refused);
    expect(complaint(gzipSync(line(70e6), { level: 1 }))).toBe(refused);
  });
});

test('the fast way and the careful way read the same lines the same', () => {
  const scalar = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary' }),
    fc.string(),
  );
  const json = fc.oneof(
    scalar,
    fc.array(fc.oneof(scalar, fc.array(scalar))),
    fc.dictionary(fc.string(), scalar),
  );
  const line = fc
    .record(
      {
        key: json,
        value: json,
        time: fc.nat(),
        node: fc.oneof(fc.constant(null), fc.string()),
        session: fc.oneof(fc.string(), fc.nat(), fc.constant(null)),
        index: fc.nat(),
        lag: fc.nat(),
      },
      { requiredKeys: [] },
    )
    .map((fields) => ({ ...fields, process: 0, type: 'invoke', f: 'write' }));
  fc.assert(
    fc.property(line, (fields) => {
      const text = JSON.stringify(fields);
      // A space before a colon is more than the fast way takes.
      const careful = text.replace('"process":', '"process" :');
      expect([...events(read(`${text}\n`).history)]).toEqual([...events(read(`${careful}\n`).history)]);
      const event = [...events(read(`${text}\n`).history)][0];
      expect(event.value).toEqual(
        fields.value === undefined ? null : JSON.parse(JSON.stringify(fields.value)),
      );
    }),
    { numRuns: 300 },
  );
});
