import { Fault } from '../bad-history.ts';
import type { Json } from '../event.ts';
import { type Edn, Keyword, Tagged, ednToJson, readEdn } from './edn.ts';
import type { Record } from './records.ts';

/** `0 :invoke :write 3`, at the start of a line or of a log message (`INFO  jepsen.util - …`, `… jepsen.util: …`). */
const OPERATION = /^(?:.*?(?: - |: |\t))?[ \t]*(-?\d+|:?nemesis)[ \t]+:([a-z]+)[ \t]+:(\S+)(?:[ \t]+(.*))?$/;
/** What only a line of the history has. A line with it that is no {@link OPERATION} is damaged. */
const MARK = /[ \t]:(?:invoke|ok|fail|info)(?:[ \t]|$)/;
/** How a message of the logger begins; the lines of a stack trace are indented or begin with a class's name. */
const OTHER =
  /^(?:\d{4}-\d\d-\d\d|INFO|WARN|ERROR|DEBUG|TRACE|FATAL|\s|[\w.$]+(?:Exception|Error)\b|Caused by)/;

export interface LogRecords {
  readonly records: readonly Record[];
  /** Lines that belong to other log messages. */
  readonly skipped: number;
}

/** The operations of Jepsen's `history.txt` or `jepsen.log`. */
export function logRecords(text: string): LogRecords {
  const records: Record[] = [];
  let skipped = 0;
  text.split('\n').forEach((raw, i) => {
    const line = raw.replace(/\r$/, '');
    if (line.trim() === '') return;
    const position = { line: i + 1, column: 1 };
    const match = OPERATION.exec(line);
    if (match) records.push(recordOf(match, line, i + 1));
    else if (OTHER.test(line) && !MARK.test(line)) skipped++;
    else throw new Fault(position, 'expected an operation: process, :type, :f and value');
  });
  return { records, skipped };
}

function recordOf([, process, type, f, rest]: RegExpExecArray, line: string, number: number): Record {
  const nemesis = process.endsWith('nemesis');
  const [value = null, error] = nemesis ? [rest ?? null] : formsOf(rest ?? '', line, number);
  const failure: Json | undefined = error === undefined ? undefined : ednToJson(error);
  return {
    at: () => ({ line: number, column: 1 }),
    process: nemesis ? 'nemesis' : Number(process),
    type,
    f,
    key: undefined,
    value: ednToJson(value),
    word: value instanceof Keyword,
    tuple: value instanceof Tagged && /tuple$/i.test(value.tag),
    time: undefined,
    lag: undefined,
    node: undefined,
    session: undefined,
    error: failure,
  };
}

function formsOf(rest: string, line: string, number: number): Edn[] {
  try {
    return readEdn(rest);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const column = line.length - rest.length + error.position.column;
    throw new Fault({ line: number, column }, error.message);
  }
}
