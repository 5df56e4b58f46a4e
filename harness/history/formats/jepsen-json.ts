import { Fault } from '../bad-history.ts';
import type { Json } from '../event.ts';
import { parseJson } from '../json-fault.ts';
import { positionAt } from './position.ts';
import type { Record } from './records.ts';

/** The operations of a JSON document: an array of them, or an object with `history`, as Jepsen and elle-cli write. */
export function jsonRecords(text: string): Record[] {
  const parsed = parseJson(text.replace(/^\ufeff/, ''));
  if ('fault' in parsed)
    throw new Fault(
      positionAt(text, parsed.fault.at),
      parsed.fault.cut ? 'the file ends in the middle of a value' : parsed.fault.reason,
    );
  const document = parsed.value;
  const operations = isObject(document) ? document.history : document;
  if (!Array.isArray(operations))
    throw new Fault(
      { line: 1, column: 1 },
      'expected an array of operations, or an object with one as "history"',
    );
  const inner = isObject(document) ? 2 : 1;
  return (operations as Json[]).map((operation, i) => recordOf(operation, () => elementAt(text, inner, i)));
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function recordOf(operation: Json, at: Record['at']): Record {
  if (!isObject(operation))
    throw new Fault(at(), 'expected an operation: an object with process, type and f');
  const { process, type, f, key, value, time, lag, node, session, error } = operation as {
    readonly [name: string]: Json | undefined;
  };
  const fields = { process, type, f, key, time, lag, node, session, error };
  return { at, ...fields, value: value ?? null, word: false, tuple: false };
}

/** Where element `index` of the first array at nesting `depth` begins: looked for only when it is at fault. */
function elementAt(text: string, depth: number, index: number): { line: number; column: number } {
  let level = 0;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '"') for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
    if (c === '[' || c === '{') {
      level++;
      if (level === depth + 1 && c === '{' && count === index) return positionAt(text, at);
    } else if (c === ']' || c === '}') level--;
    else if (c === ',' && level === depth) count++;
  }
  return { line: 1, column: 1 };
}
