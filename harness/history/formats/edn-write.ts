import type { Json } from '../event.ts';

const PLAIN_NAME = /^[a-zA-Z*+!_?<>=-][\w*+!?<>=.-]*$/;

/** A name as a keyword, or as a string where EDN has no such keyword. Both read back as the name. */
export function keyword(name: string): string {
  return PLAIN_NAME.test(name) ? `:${name}` : ednString(name);
}

/** JSON as EDN: objects are maps from keywords (where the names allow it), strings stay strings. */
export function ednOf(value: Json): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return ednString(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(ednOf).join(' ')}]`;
  const entries = Object.entries(value as { readonly [name: string]: Json });
  return `{${entries.map(([name, inner]) => `${keyword(name)} ${ednOf(inner)}`).join(', ')}}`;
}

const ESCAPES: { readonly [character: string]: string } = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

export function ednString(text: string): string {
  return `"${text.replace(/["\\\n\r\t]/g, (character) => ESCAPES[character])}"`;
}
