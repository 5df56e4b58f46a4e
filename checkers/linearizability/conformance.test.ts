import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHistorySync } from '../../harness/history/reader.ts';
import { linearizability } from './linearizability.ts';

/** Public histories with known verdicts: beside the checkout, or where ALIBI_DATA says. Not part of the project. */
const DATA = process.env.ALIBI_DATA ?? join(import.meta.dirname, '../../../shared/data');

const ETCD_VALID = '002 005 007 018 025 031 038 045 048 049'.split(' ');

/** Folder, which files, and what is known of them. */
const SOURCES = [
  {
    folder: 'porcupine-etcd',
    pattern: /^etcd_(\d+)\.log$/,
    valid: (number: string) => ETCD_VALID.includes(number),
  },
  {
    folder: 'porcupine-etcd',
    pattern: /^kv-.*(ok|bad).*\.txt$/,
    model: 'kv',
    valid: (word: string) => word === 'ok',
  },
  { folder: 'knossos', pattern: /^(good|bad)-.*\.edn$/, valid: (word: string) => word === 'good' },
];

describe.skipIf(!existsSync(DATA))('public histories get their known verdicts', () => {
  for (const { folder, pattern, model, valid } of SOURCES) {
    const directory = join(DATA, folder);
    const files = existsSync(directory) ? readdirSync(directory) : [];
    it.each(files.filter((file) => pattern.test(file)))(`${folder}/%s`, (file) => {
      const { history, initial } = readHistorySync(join(directory, file));
      const verdict = linearizability.check(history, { initial, ...(model && { model }) });
      expect(verdict).toMatchObject({ valid: valid(pattern.exec(file)?.[1] ?? '') });
    });
  }
});
