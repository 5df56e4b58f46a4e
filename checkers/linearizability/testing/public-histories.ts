import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Histories that others published with their verdicts: beside the checkout, or where ALIBI_DATA says. Not part of the project. */
export const DATA = process.env['ALIBI_DATA'] ?? join(import.meta.dirname, '../../../../shared/data');

const ETCD_VALID = '002 005 007 018 025 031 038 045 048 049'.split(' ');

/** Folder, which files, and what is known of them. */
const SOURCES = [
  {
    source: 'Porcupine, etcd logs',
    folder: 'porcupine-etcd',
    pattern: /^etcd_(\d+)\.log$/,
    valid: (number: string) => ETCD_VALID.includes(number),
  },
  {
    source: 'Porcupine, key-value texts',
    folder: 'porcupine-etcd',
    pattern: /^kv-.*(ok|bad).*\.txt$/,
    model: 'kv',
    valid: (word: string) => word === 'ok',
  },
  {
    source: 'Knossos, registers',
    folder: 'knossos',
    pattern: /^(good|bad)-.*\.edn$/,
    valid: (word: string) => word === 'good',
  },
];

export interface PublicHistory {
  readonly source: string;
  /** `folder/file` */
  readonly name: string;
  readonly path: string;
  readonly model?: string;
  readonly valid: boolean;
}

/** All of them; none where the folder is absent. */
export function publicHistories(): PublicHistory[] {
  return SOURCES.flatMap(({ source, folder, pattern, model, valid }) => {
    const directory = join(DATA, folder);
    const files = existsSync(directory) ? readdirSync(directory) : [];
    return files.flatMap((file) => {
      const found = pattern.exec(file);
      return found === null
        ? []
        : [
            {
              source,
              name: `${folder}/${file}`,
              path: join(directory, file),
              ...(model && { model }),
              valid: valid(found[1]),
            },
          ];
    });
  });
}
