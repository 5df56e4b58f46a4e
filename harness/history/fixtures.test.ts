import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { historyOf } from './builder.ts';
import { events } from './history.ts';
import { readHistorySync } from './reader.ts';
import { SAMPLE } from './testing/sample.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

/** What each version's fixture holds. Versions and their files are only ever added, never changed. */
const CONTENTS = { v1: SAMPLE };

describe.each(readdirSync(FIXTURES))(
  'history files of format %s are read by every later release',
  (version) => {
    test.each(['history.jsonl', 'history.jsonl.gz'])('%s', (file) => {
      const read = readHistorySync(join(FIXTURES, version, file));
      expect(read.version).toBe(Number(version.slice(1)));
      expect(read.torn).toBeNull();
      expect([...events(read.history)]).toEqual([
        ...events(historyOf(CONTENTS[version as keyof typeof CONTENTS])),
      ]);
    });
  },
);
