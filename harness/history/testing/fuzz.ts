import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { gzipSync } from 'node:zlib';
import { BadHistory } from '../bad-history.ts';
import { historyOf } from '../builder.ts';
import type { EventInput } from '../event.ts';
import { faultWindows, phases } from '../fault.ts';
import { exportHistory } from '../formats/export.ts';
import { events, INVOKE } from '../history.ts';
import { readHistoryBytes } from '../reader.ts';
import type { ReadHistory } from '../read-history.ts';
import { eventLine, headerLine } from '../writer.ts';
import { SAMPLE } from './sample.ts';

/** What became of a fuzzing run. `slowest` ms of the input that took longest. */
export interface FuzzResult {
  readonly inputs: number;
  readonly parsed: number;
  readonly refused: number;
  readonly slowest: number;
}

/** Longer than this for an input of a few kilobytes is a hang in the making, ms. */
const TOO_SLOW = 5_000;

/** Shreds of every format's syntax, to be put where they do not belong. */
const SHREDS = [
  '{', '}', '[', ']', '(', ')', '"', '\\', ':', ',', '#', '#_', '#{', ';', '^', '\n', '\t', '\r\n', ' ', '\0',
  'null', 'nil', 'true', 'false', '-1', '0', '1e999', '9007199254740993', '-0', '01', '1.5', '2147483648', '##NaN',
  ':ok', ':invoke', '"type":"ok"', '"process":', ':process', '"nemesis"', ':nemesis', '__proto__', '"key":"x",',
  '{"alibi":"history","version":1}\n', '{"history":[', '#jepsen/tuple [1 2]', '\ufeff', '\ud83d\ude00', '\\u12',
  'INFO  jepsen.util - ', '"', '[[[[[[[[', '{"a":{"a":{"a":', '#_#_#_',
]; // prettier-ignore

/**
 * Damages valid histories of every format `inputs` times and reads them: each must either be refused as a
 * {@link BadHistory} with a sentence, or give a history whose columns fit together, which `judge` is shown.
 * @throws with the seed and the input when anything else happens.
 */
export function fuzzReader(
  inputs: number,
  seed: number,
  judge: (read: ReadHistory) => void = () => {},
): FuzzResult {
  const random = xoroshiro128plus(seed);
  const below = (n: number): number => uniformInt(random, 0, n - 1);
  const corpus = validFiles();
  let parsed = 0;
  let slowest = 0;
  for (let i = 0; i < inputs; i++) {
    let bytes = corpus[below(corpus.length)];
    for (let changes = below(2) === 0 ? 1 : 1 + below(4); changes > 0; changes--)
      bytes = damaged(bytes, corpus, below);
    if (below(40) === 0) bytes = damaged(gzipSync(bytes), corpus, below);
    const start = performance.now();
    try {
      if (isRead(bytes, below(2) === 0, judge)) parsed++;
    } catch (cause) {
      throw new Error(`input ${i} of seed ${seed} (base64): ${bytes.toString('base64')}`, { cause });
    }
    slowest = Math.max(slowest, performance.now() - start);
    if (slowest > TOO_SLOW) throw new Error(`input ${i} of seed ${seed} took ${slowest} ms`);
  }
  return { inputs, parsed, refused: inputs - parsed, slowest };
}

/** Is it a history? Throws when it is neither that nor properly refused. */
function isRead(bytes: Buffer, mismatch: boolean, judge: (read: ReadHistory) => void): boolean {
  let read: ReadHistory;
  try {
    read = readHistoryBytes(bytes, 'input', { casFail: mismatch ? 'mismatch' : 'unknown' });
  } catch (error) {
    if (!(error instanceof BadHistory)) throw error;
    const { position, reason } = error;
    if (reason === '' || /\p{Cc}/u.test(reason))
      throw new Error('a refusal must be one sentence', { cause: error });
    if (position && !(position.line >= 1 && position.column >= 1))
      throw new Error('a refusal must name a place', { cause: error });
    return false;
  }
  assertSound(read);
  judge(read);
  return true;
}

function assertSound({ history }: ReadHistory): void {
  phases(history);
  faultWindows(history);
  let count = 0;
  for (const event of events(history)) {
    const { index } = event;
    const pair = history.pair[index];
    if (event.process < -1 || typeof event.f !== 'string' || !Number.isFinite(event.time))
      throw new Error(`event ${index} is no event`);
    if (event.process >= 0 && history.type[index] !== INVOKE && !(pair >= 0 && pair < index))
      throw new Error(`completion ${index} has no invocation`);
    if (pair >= 0 && history.pair[pair] !== index) throw new Error(`pairs of ${index} do not match`);
    if (pair >= 0 && history.key[pair] !== history.key[index])
      throw new Error(`keys of ${index} do not match`);
    count++;
  }
  if (count !== history.length || history.values.length !== count)
    throw new Error('columns differ in length');
}

function damaged(bytes: Buffer, corpus: readonly Buffer[], below: (n: number) => number): Buffer {
  const at = below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + below(below(8) === 0 ? 400 : 8));
  const shred = Buffer.from(SHREDS[below(SHREDS.length)]);
  switch (below(8)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = below(256);
      return copy;
    }
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 3:
      return bytes.subarray(0, at);
    case 4: {
      const other = corpus[below(corpus.length)];
      return Buffer.concat([bytes.subarray(0, at), other.subarray(below(other.length))]);
    }
    case 5: {
      const lines = bytes.toString('latin1').split('\n');
      const [i, j] = [below(lines.length), below(lines.length)];
      [lines[i], lines[j]] = [lines[j], lines[i]];
      return Buffer.from(lines.join('\n'), 'latin1');
    }
    case 6:
      return Buffer.concat([bytes.subarray(0, at), shred, bytes.subarray(end)]);
    default:
      return Buffer.concat([bytes.subarray(0, at), shred, bytes.subarray(at)]);
  }
}

/** One valid history or more of every format that is read. */
function validFiles(): Buffer[] {
  const sample = historyOf(SAMPLE);
  const register: EventInput[] = [
    { time: 0, process: 0, type: 'invoke', f: 'write', value: 3 },
    { time: 1, process: 1, type: 'invoke', f: 'cas', value: [3, 4] },
    { time: 2, process: 0, type: 'ok', f: 'write', value: 3 },
    { time: 3, process: 1, type: 'ok', f: 'cas', value: false },
    { time: 4, process: 0, type: 'invoke', f: 'cas', value: [3, 5] },
    { time: 5, process: 0, type: 'info', f: 'cas', value: [3, 5] },
    { time: 6, process: 1, type: 'invoke', f: 'read' },
    { time: 7, process: 1, type: 'ok', f: 'read', value: 5 },
  ];
  const keyValue: EventInput[] = [
    { time: 0, process: 0, type: 'invoke', f: 'append', key: 'a', value: 'x' },
    { time: 1, process: 1, type: 'invoke', f: 'read', key: 'a' },
    { time: 2, process: 0, type: 'ok', f: 'append', key: 'a', value: 'x' },
    { time: 3, process: 1, type: 'ok', f: 'read', key: 'a', value: '' },
  ];
  const json = exportHistory(sample, 'json');
  const edn = exportHistory(sample, 'edn');
  const own = headerLine({ seed: '1' }) + SAMPLE.map(eventLine).join('');
  const texts = [
    own,
    SAMPLE.map(eventLine).join(''),
    register.map(eventLine).join(''),
    json,
    `{"name": "t", "history": ${json}}`,
    edn,
    `; a vector\n[${edn}]`,
    `{:name "t", :history (${edn})}`,
    edn.replaceAll(/^\{/gm, '#jepsen.history.Op{'),
    exportHistory(historyOf(register), 'edn'),
    exportHistory(historyOf(register), 'porcupine'),
    `WARN jepsen.core - boom\n\tat x.y(Z.java)\n${exportHistory(historyOf(register), 'porcupine')}`,
    exportHistory(historyOf(keyValue), 'porcupine'),
    '0\t:invoke\t:read\tnil\n0\t:ok\t:read\t3\n',
    '{:process 0 :type :invoke :f :read :value [1 nil]}\n{:process 0 :type :ok :f :read :value [1 2]}\n',
  ];
  return texts.map((text) => Buffer.from(text));
}
