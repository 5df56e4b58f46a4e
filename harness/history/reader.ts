import { BadHistory, Fault } from './bad-history.ts';
import type { CasFail } from './formats/cas-fail.ts';
import { recognise } from './formats/recognise.ts';
import { readJsonLines } from './formats/jsonl.ts';
import { readDocument } from './formats/document.ts';
import { openSource, type Source } from './lines.ts';
import type { ReadHistory, ReadOptions } from './read-history.ts';

export { BadHistory };
export type { ReadHistory, ReadOptions };

/**
 * Reads a history in any of the formats that Alibi knows, recognised by content, gzipped or not. An empty file is
 * an empty history.
 * @throws BadHistory for anything that is not a history: one sentence with file, line and column.
 */
export function readHistorySync(path: string, options: ReadOptions = {}): ReadHistory {
  const source = openSource(path);
  try {
    return readSource(source, options.casFail ?? 'unknown');
  } catch (error) {
    if (error instanceof Fault) throw new BadHistory(path, error.position, error.message);
    throw error;
  } finally {
    source.close();
  }
}

/** {@link readHistorySync} for callers that await: what is wrong with the file rejects. */
export async function readHistory(path: string, options: ReadOptions = {}): Promise<ReadHistory> {
  return readHistorySync(path, options);
}

function readSource(source: Source, casFail: CasFail): ReadHistory {
  const format = recognise(source.head);
  if (format !== 'alibi' && format !== 'json-lines') return readDocument(source.all(), format, casFail);
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
