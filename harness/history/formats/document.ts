import { constants, isUtf8 } from 'node:buffer';
import { Fault } from '../bad-history.ts';
import type { ReadHistory } from '../read-history.ts';
import type { CasFail } from './cas-fail.ts';
import { ednRecords } from './jepsen-edn.ts';
import { jsonRecords } from './jepsen-json.ts';
import { logRecords } from './jepsen-log.ts';
import { positionAt } from './position.ts';
import type { Format } from './recognise.ts';
import { historyOfRecords, type Record } from './records.ts';

/** Reads a foreign history, which has no size to stream: as one text. @throws Fault where it is none. */
export function readDocument(bytes: Buffer, format: Format, casFail: CasFail): ReadHistory {
  const text = textOf(bytes);
  let records: readonly Record[] = [];
  let skipped = 0;
  if (format === 'json') records = jsonRecords(text);
  else if (format === 'edn') records = ednRecords(text);
  else if (format === 'jepsen-log') ({ records, skipped } = logRecords(text));
  const { history, keyValue } = historyOfRecords(records, casFail);
  return {
    history,
    format: keyValue && format === 'edn' ? 'porcupine-kv' : format,
    version: null,
    torn: null,
    header: null,
    initial: keyValue ? '' : null,
    skipped,
  };
}

function textOf(bytes: Buffer): string {
  if (bytes.length > constants.MAX_STRING_LENGTH)
    throw new Fault(
      { line: 1, column: 1 },
      'foreign formats are read up to 512 MB: convert this to JSON lines',
    );
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return text;
  throw new Fault(positionAt(text, text.indexOf('\ufffd')), 'these bytes are no UTF-8');
}
