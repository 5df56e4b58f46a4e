import { BadHistory, Fault } from './bad-history.ts';
import type { CasFail } from './formats/cas-fail.ts';
import { recognise } from './formats/recognise.ts';
import { readJsonLines } from './formats/jsonl.ts';
import { readDocument } from './formats/document.ts';
import { openSource, sourceOf, type Source } from './lines.ts';
import type { ReadHistory, ReadOptions } from './read-history.ts';

export { BadHistory };
export type { ReadHistory, ReadOptions };

/**
 * Reads a history in any of the formats that Alibi knows, recognised by content, gzipped or not. An empty file is
 * an empty history.
 * @throws BadHistory for anything that is not a history: one sentence with file, line and column.
 */
export function readHistorySync(path: string, options: ReadOptions = {}): ReadHistory {
  return readSource(openSource(path), path, options);
}

/** {@link readHistorySync} for callers that await: what is wrong with the file rejects. */
export async function readHistory(path: string, options: ReadOptions = {}): Promise<ReadHistory> {
  return readHistorySync(path, options);
}

/** The same of a file's bytes; `name` stands for the file's in complaints. */
export function readHistoryBytes(bytes: Buffer, name: string, options: ReadOptions = {}): ReadHistory {
  return readSource(sourceOf(bytes, name), name, options);
}

function readSource(source: Source, name: string, { casFail = 'unknown' }: ReadOptions): ReadHistory {
  try {
    const format = recognise(source.head);
    return format === 'alibi' || format === 'json-lines'
      ? readLines(source, casFail)
      : readDocument(source.all(), format, casFail);
  } catch (error) {
    if (error instanceof Fault) throw new BadHistory(name, error.position, error.message);
    throw error;
  } finally {
    source.close();
  }
}

function readLines(source: Source, casFail: CasFail): ReadHistory {
  const { history, header, torn } = readJsonLines(source.blocks(), casFail);
  const version = header === null ? null : (header.version as number);
  return {
    history,
    format: header ? 'alibi' : 'json-lines',
    version,
    torn,
    header,
    initial: null,
    skipped: 0,
  };
}
