import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { events } from './history.ts';
import { historyOf } from './builder.ts';
import { readHistorySync } from './reader.ts';
import { SAMPLE } from './testing/sample.ts';
import { MemorySink, eventLine, gzipInPlace, openHistoryWriter, tee } from './writer.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'alibi-history-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A clock whose timers fire when the test says so. */
function handClock() {
  const timers = new Set<() => void>();
  return {
    after(_ns: number, fire: () => void) {
      timers.add(fire);
      return () => void timers.delete(fire);
    },
    fire() {
      for (const timer of [...timers]) timer();
    },
    timers,
  };
}

const lines = (path: string) => readFileSync(path, 'utf8').split('\n').length - 1;

test('what was written is read back equal, through the file and through memory', async () => {
  const path = join(directory, 'round-trip.jsonl');
  const memory = new MemorySink();
  const sink = tee(openHistoryWriter(path, handClock(), { seed: '7' }), memory);
  SAMPLE.forEach((event, i) => expect(sink.append(event)).toBe(i));
  await sink.close();
  const read = readHistorySync(path);
  expect([...events(read.history)]).toEqual([...events(historyOf(SAMPLE))]);
  expect([...events(memory.history())]).toEqual([...events(historyOf(SAMPLE))]);
  expect(read).toMatchObject({ format: 'alibi', version: 1, torn: null, header: { seed: '7' } });
});

test('the header is in the file before any event, and events follow when their batch is due', async () => {
  const path = join(directory, 'batches.jsonl');
  const clock = handClock();
  const sink = openHistoryWriter(path, clock, {});
  expect(readFileSync(path, 'utf8')).toBe('{"alibi":"history","version":1}\n');
  sink.append(SAMPLE[0]);
  sink.append(SAMPLE[1]);
  expect(lines(path)).toBe(1);
  clock.fire();
  expect(lines(path)).toBe(3);
  sink.append(SAMPLE[2]);
  await sink.flush();
  expect(lines(path)).toBe(4);
  expect(clock.timers.size).toBe(0);
  await sink.close();
});

test('a full batch does not wait for its time', async () => {
  const path = join(directory, 'full.jsonl');
  const sink = openHistoryWriter(path, handClock(), {});
  const value = 'v'.repeat(40_000);
  sink.append({ ...SAMPLE[1], value });
  expect(lines(path)).toBe(1);
  sink.append({ ...SAMPLE[1], process: 7, value });
  expect(lines(path)).toBe(3);
  await sink.close();
});

test('a history is never overwritten', () => {
  const path = join(directory, 'taken.jsonl');
  writeFileSync(path, '');
  expect(() => openHistoryWriter(path, handClock(), {})).toThrow('EEXIST');
});

test('killing the writer (-9) loses at most its last batch and leaves a readable file', async () => {
  const path = join(directory, 'killed.jsonl');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', endlessWriter(path)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (said.split('\n').length > 30) resolve();
    });
  });
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
  // Each report says how many events had been appended 200 ms (ten batch delays) before it was printed.
  const due = Number(said.trimEnd().split('\n').at(-1)?.split(' ')[0]);
  const { history } = readHistorySync(path);
  expect(due).toBeGreaterThan(100);
  expect(history.length).toBeGreaterThanOrEqual(due);
});

function endlessWriter(path: string): string {
  return `
    import { openHistoryWriter } from ${JSON.stringify(join(import.meta.dirname, 'writer.ts'))};
    const clock = { after(ns, fire) { const t = setTimeout(fire, ns / 1e6); return () => clearTimeout(t); } };
    const sink = openHistoryWriter(${JSON.stringify(path)}, clock, {});
    let n = 0;
    const counts = [];
    setInterval(() => {
      for (let i = 0; i < 10; i++)
        sink.append({ time: n, process: n, type: 'invoke', f: 'write', key: 'x', value: n++ });
      counts.push([Date.now(), n]);
      const old = counts.findLast(([at]) => at < Date.now() - 200);
      if (old) console.log(old[1] + ' due');
    }, 5);`;
}

test('equal events have equal bytes, whatever order their fields were given in', () => {
  const event = { time: 1, process: -1, type: 'info', f: 'fault', key: null, error: null } as const;
  const turned = { f: 'fault', type: 'info', process: -1, time: 1 } as const;
  expect(eventLine(event)).toBe('{"time":1,"process":"nemesis","type":"info","f":"fault"}\n');
  expect(eventLine(turned)).toBe(eventLine(event));
});

test('a value that is false or zero or empty is written, only null is left out', () => {
  const base = { time: 1, process: 0, type: 'ok', f: 'read' } as const;
  for (const value of [false, 0, ''])
    expect(eventLine({ ...base, value })).toContain(`"value":${JSON.stringify(value)}`);
  expect(eventLine({ ...base, key: 0, session: 0 })).toContain('"key":0,"session":0');
});

test('a gzipped history keeps its name and reads the same', async () => {
  const path = join(directory, 'zipped.jsonl');
  const sink = openHistoryWriter(path, handClock(), {});
  for (const event of SAMPLE) sink.append(event);
  await sink.close();
  const before = [...events(readHistorySync(path).history)];
  await gzipInPlace(path);
  expect(readFileSync(path)[0]).toBe(0x1f);
  expect([...events(readHistorySync(path).history)]).toEqual(before);
});
