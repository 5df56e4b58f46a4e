import type { Operations } from '../../operations.ts';
import { outcomeName } from '../format.ts';

/** What a search asks: every term must hold of an operation. */
type Term = (o: number) => boolean;

/** Words before a colon, as the search field explains them. */
export const SEARCH_HELP =
  '#41 · key:k1 · value:7 · process:3 · node:n2 · f:write · outcome:info, or any word';

/**
 * The operations that a query names, ascending. `#41` is an event's index; `key:`, `value:`, `process:`, `node:`, `f:`,
 * `outcome:` ask for one column; a bare word is an index, a key, a value or a part of one.
 */
export function search(ops: Operations, query: string): Int32Array {
  const terms = (query.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => termOf(ops, word));
  if (terms.length === 0) return new Int32Array(0);
  const found: number[] = [];
  for (let o = 0; o < ops.count; o++) if (terms.every((holds) => holds(o))) found.push(o);
  return Int32Array.from(found);
}

function termOf(ops: Operations, word: string): Term {
  if (/^#\d+$/.test(word)) return indexTerm(ops, Number(word.slice(1)));
  const [, column, asked] = /^(key|value|process|node|f|outcome|type):(.+)$/.exec(word) ?? [];
  switch (column) {
    case 'key':
      return idTerm(equalTo(ops.keys, asked), ops.key);
    case 'value': {
      const ids = equalTo(ops.values, asked);
      return (o) => ids.has(ops.given[o]) || ids.has(ops.got[o]);
    }
    case 'process':
      return (o) => ops.process[o] === Number(asked);
    case 'node':
      return idTerm(
        idsWhere(ops.nodes, (n) => n === asked),
        ops.node,
      );
    case 'f':
      return idTerm(
        idsWhere(ops.functions, (f) => f === asked),
        ops.f,
      );
    case 'outcome':
    case 'type':
      return (o) => outcomeName(ops.outcome[o]) === asked || (asked === 'open' && ops.complete[o] < 0);
    default: {
      const keys = containing(ops.keys, word);
      const values = containing(ops.values, word);
      return (o) => keys.has(ops.key[o]) || values.has(ops.given[o]) || values.has(ops.got[o]);
    }
  }
}

function indexTerm(ops: Operations, event: number): Term {
  const of = event < ops.events ? ops.ofEvent[event] : -1;
  return (o) => o === of;
}

const idTerm =
  (ids: ReadonlySet<number>, column: Int32Array): Term =>
  (o) =>
    ids.has(column[o]);

/** JSON texts that are `asked`, or the string of it; nil is the absence of a value. */
function equalTo(texts: readonly string[], asked: string): Set<number> {
  if (asked === 'nil' || asked === 'null') return new Set([-1]);
  const quoted = JSON.stringify(asked);
  return idsWhere(texts, (text) => text === asked || text === quoted);
}

/** Texts with `word` in them; a number only as a whole, so that 7 does not find 1734. */
function containing(texts: readonly string[], word: string): Set<number> {
  if (!/^-?\d+(\.\d+)?$/.test(word)) return idsWhere(texts, (text) => text.includes(word));
  const whole = new RegExp(`(?<![\\d.])${word.replace('.', '\\.')}(?![\\d.])`);
  return idsWhere(texts, (text) => text.includes(word) && whole.test(text));
}

function idsWhere(texts: readonly string[], holds: (text: string) => boolean): Set<number> {
  const ids = new Set<number>();
  for (const [id, text] of texts.entries()) if (holds(text)) ids.add(id);
  return ids;
}
