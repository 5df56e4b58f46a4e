import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { historyOf } from '../builder.ts';
import type { EventInput, Json } from '../event.ts';
import { events, type History } from '../history.ts';
import { readHistorySync } from '../reader.ts';
import { SAMPLE } from '../testing/sample.ts';
import { exportHistory, type ExportFormat } from './export.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'alibi-export-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function readBack(history: History, format: ExportFormat): History {
  const path = join(directory, 'h');
  writeFileSync(path, exportHistory(history, format));
  return readHistorySync(path, { casFail: 'mismatch' }).history;
}

const told = (history: History) => [...events(history)];

describe.each(['edn', 'json'] as const)('%s', (format) => {
  test('every field and kind of event comes back equal', () => {
    const history = historyOf([...SAMPLE, { time: 99, process: 9, type: 'invoke', f: 'read', lag: 7 }]);
    expect(told(readBack(history, format))).toEqual(told(history));
  });

  test('random histories come back equal', () => {
    const scalar: fc.Arbitrary<Json> = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    );
    const value = fc.oneof(scalar, fc.array(scalar), fc.dictionary(fc.string(), scalar));
    const operation = fc.record({
      key: fc.oneof(fc.string(), fc.integer()),
      f: fc.constantFrom('read', 'write', 'cas', 'add', 'odd name'),
      asked: value.filter((v) => v !== null),
      answer: value.filter((v) => v !== null),
      type: fc.constantFrom('ok' as const, 'info' as const),
      keyed: fc.constant(true),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 8 }), fc.boolean(), (operations, keyed) => {
        const inputs = operations.flatMap(({ key, f, asked, answer, type }, i): EventInput[] => {
          const isRead = f === 'read';
          const common = { process: i, f, ...(keyed ? { key } : {}) };
          return [
            { ...common, time: 2 * i, type: 'invoke', value: isRead ? null : asked },
            {
              ...common,
              time: 2 * i + 1,
              type,
              value: isRead && type === 'ok' ? answer : isRead ? null : asked,
            },
          ];
        });
        const history = historyOf(inputs);
        expect(told(readBack(history, format))).toEqual(told(history));
      }),
      { numRuns: 300 },
    );
  });
});

describe('porcupine', () => {
  const write = { process: 0, f: 'write', key: 'k', value: 'v' };

  test('a key-value history, without what did not happen', () => {
    const history = historyOf([
      { ...write, time: 0, type: 'invoke' },
      { ...write, time: 1, type: 'ok' },
      { ...write, time: 2, type: 'invoke', value: 'w' },
      { ...write, time: 3, type: 'fail', value: 'w' },
      { process: 1, time: 4, type: 'invoke', f: 'read', key: 'k' },
      { process: 1, time: 5, type: 'ok', f: 'read', key: 'k', value: 'v' },
      { process: 1, time: 6, type: 'invoke', f: 'read', key: 'k' },
      { process: 0, time: 7, type: 'invoke', f: 'append', key: 'k', value: 'x "y"' },
      { process: 0, time: 8, type: 'info', f: 'append', key: 'k', value: 'x "y"' },
    ]);
    expect(exportHistory(history, 'porcupine')).toBe(
      '{:process 0, :type :invoke, :f :put, :key "k", :value "v"}\n' +
        '{:process 0, :type :ok, :f :put, :key "k", :value "v"}\n' +
        '{:process 1, :type :invoke, :f :get, :key "k", :value nil}\n' +
        '{:process 1, :type :ok, :f :get, :key "k", :value "v"}\n' +
        '{:process 0, :type :invoke, :f :append, :key "k", :value "x \\"y\\""}\n',
    );
  });

  test('numbers and the strings that look like them stay different', () => {
    const values = [1, '1', true, 'true', null, 'null', '', 'plain'];
    const history = historyOf(
      values.map((value, i) => ({
        process: i,
        time: i,
        type: 'invoke' as const,
        f: 'write',
        key: 'k',
        value,
      })),
    );
    const written = exportHistory(history, 'porcupine').split('\n').slice(0, -1);
    expect(new Set(written.map((line) => line.slice(line.indexOf(':value')))).size).toBe(values.length);
  });

  test('a register with cas, as an etcd log: a mismatch is a fail, a refusal is left out', () => {
    const cas = { process: 0, f: 'cas', value: [1, 2] };
    const history = historyOf([
      { ...cas, time: 0, type: 'invoke' },
      { ...cas, time: 1, type: 'ok', value: false },
      { ...cas, time: 2, type: 'invoke' },
      { ...cas, time: 3, type: 'fail', error: { code: 'refused', message: 'no' } },
      { ...cas, time: 4, type: 'invoke' },
      { ...cas, time: 5, type: 'info' },
    ]);
    const text =
      'INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\nINFO  jepsen.util - 0\t:fail\t:cas\t[1 2]\n' +
      'INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\nINFO  jepsen.util - 0\t:info\t:cas\t:timed-out\n';
    expect(exportHistory(history, 'porcupine')).toBe(text);
    expect(told(readBack(history, 'porcupine')).map((e) => [e.type, e.value])).toEqual([
      ['invoke', [1, 2]],
      ['ok', false],
      ['invoke', [1, 2]],
      ['info', [1, 2]],
    ]);
  });

  test('what it cannot say is refused', () => {
    const history = historyOf([{ process: 0, time: 0, type: 'invoke', f: 'txn', value: [] }]);
    expect(() => exportHistory(history, 'porcupine')).toThrow(
      "Porcupine's texts hold reads, writes, appends and cas, not txn: export edn or json.",
    );
  });
});
