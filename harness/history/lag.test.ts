import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { EventInput } from './event.ts';
import { eventAt } from './history.ts';
import { readHistorySync } from './reader.ts';
import { eventLine, headerLine } from './writer.ts';

const late: EventInput = { time: 5000, process: 0, type: 'invoke', f: 'read', lag: 2000 };
const answer: EventInput = { time: 6000, process: 0, type: 'ok', f: 'read' };

function read(lines: readonly string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'alibi-lag-'));
  try {
    writeFileSync(join(directory, 'h'), headerLine({}) + lines.join(''));
    return readHistorySync(join(directory, 'h')).history;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

it('the lag of a late invocation survives the file; events in time have none', () => {
  const history = read([late, answer, { ...late, time: 7000, lag: 0 }].map(eventLine));
  expect([...history.lags!]).toEqual([[0, 2000]]);
  expect(eventAt(history, 0).lag).toBe(2000);
  expect(eventAt(history, 2)).not.toHaveProperty('lag');
});

it('a lag that is no duration is refused', () => {
  expect(() => read([eventLine(late).replace('2000', '-1')])).toThrow(
    'lag is -1; it must be a whole number of nanoseconds',
  );
});
