import { HistoryBuilder } from '../builder.ts';
import type { ReadHistory } from '../read-history.ts';
import { Fault } from '../bad-history.ts';
import type { Format } from './recognise.ts';

export function readDocument(bytes: Buffer, format: Format): ReadHistory {
  if (bytes.length > 0 && format !== 'empty')
    throw new Fault({ line: 1, column: 1 }, `${format} is not read yet`);
  const history = new HistoryBuilder().build();
  return { history, format, version: null, torn: false, header: null, initial: null, skipped: 0 };
}
