import { Fault } from '../bad-history.ts';

/** What a history file can be: `empty` holds no event, the others are named by who writes them. */
export type Format = 'alibi' | 'json-lines' | 'json' | 'edn' | 'jepsen-log' | 'porcupine-kv' | 'empty';

const SPACE = /^[\ufeff\s]*/;
const LOG_LINE = /^.{0,400}?(?:^|\s)(?:-?\d+|:nemesis|nemesis)\s+:(?:invoke|ok|fail|info)\s/m;
const LOG_PREFIX = /^(?:\d{4}-\d\d-\d\d|INFO|WARN|ERROR|DEBUG)\b/;

/**
 * The format of a file that begins with `head`. A coarse look: the format's own reader says what is wrong inside.
 * @throws Fault when it begins like none of them.
 */
export function recognise(head: Buffer): Format {
  const text = head.toString('utf8');
  const body = text.replace(SPACE, '');
  if (body === '') return 'empty';
  // JSON lines begin with a field of an object; a JSON document that begins so has its first line cut by layout.
  if (/^\{\s*(?:"|$)/.test(body)) return isDocument(body) ? 'json' : 'json-lines';
  if (/^\[\s*(?:\{\s*"|\{\s*\}|\]|\[)/.test(body)) return 'json';
  if (LOG_PREFIX.test(body) || LOG_LINE.test(body.slice(0, body.indexOf('\n') + 1 || undefined)))
    return 'jepsen-log';
  if (/^[[({;#]/.test(body)) return 'edn';
  const line = 1 + (text.slice(0, text.length - body.length).match(/\n/g)?.length ?? 0);
  throw new Fault(
    { line, column: 1 },
    'this begins like no history that Alibi reads (its own JSON lines, Jepsen EDN, JSON or log, Porcupine text)',
  );
}

/** `{` alone on its line, or a document's field first: `{"history": [ … ]}`. */
function isDocument(body: string): boolean {
  return /^\{[ \t]*\r?\n/.test(body) || /^\{\s*"history"\s*:/.test(body);
}
