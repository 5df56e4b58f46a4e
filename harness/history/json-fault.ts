import type { Json } from './event.ts';

/** Deeper values than this are refused: nothing that a database stores here needs them, and recursion must end. */
export const DEEPEST = 200;

/** Where a text stops being JSON. `cut`: it is a proper beginning of JSON that ends too early, as a torn line does. */
export interface JsonFault {
  readonly at: number;
  readonly reason: string;
  readonly cut: boolean;
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const BEGUN_NUMBER = /-?(?:(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?)?)?$/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const BEGUN_ESCAPE = /\\(?:u[0-9a-fA-F]{0,3})?$/y;
const SPACE = /[ \t\r\n]*/y;

/**
 * The first fault of a text as JSON (RFC 8259), or null. `JSON.parse` is faster but does not say where it failed.
 * Also faults, though JSON allows them: integers that a double cannot hold (beyond 2^53), since two different ones
 * would read as equal, and values nested deeper than {@link DEEPEST}.
 */
export function jsonFault(text: string): JsonFault | null {
  let at = 0;
  let fault: JsonFault | null = null;

  const fail = (reason: string, cut = at >= text.length): false => {
    fault ??= { at, reason: cut ? 'the line ends in the middle of a value' : reason, cut };
    return false;
  };
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const begins = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    return pattern.test(text);
  };

  const number = (): boolean => {
    const start = at;
    NUMBER.lastIndex = at;
    const match = NUMBER.exec(text);
    if (!match) return fail('this is no number', begins(BEGUN_NUMBER));
    if (
      match[1] === undefined &&
      match[2] === undefined &&
      String(Number(match[0])) !== match[0] &&
      match[0] !== '-0'
    )
      return fail('this integer is too large to be read exactly: write it as a string', false);
    at = start + match[0].length;
    return true;
  };
  const string = (): boolean => {
    for (at++; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (c === 0x22) {
        at++;
        return true;
      }
      if (c < 0x20) return fail('control characters must be escaped in strings', false);
      if (c !== 0x5c) continue;
      if (!skip(ESCAPE)) return fail('this is no escape that JSON knows', begins(BEGUN_ESCAPE));
      at--;
    }
    return fail('this string has no end');
  };
  const word = (expected: string): boolean => {
    if (text.startsWith(expected, at)) {
      at += expected.length;
      return true;
    }
    return fail('expected a JSON value', expected.startsWith(text.slice(at)));
  };
  const members = (close: string, depth: number, member: () => boolean): boolean => {
    if (depth > DEEPEST) return fail(`values nested deeper than ${DEEPEST} are not read`, false);
    at++;
    skip(SPACE);
    if (text[at] === close) {
      at++;
      return true;
    }
    for (;;) {
      if (!member()) return false;
      skip(SPACE);
      if (text[at] === close) {
        at++;
        return true;
      }
      if (text[at] !== ',') return fail(`expected "," or "${close}"`);
      at++;
      skip(SPACE);
    }
  };
  const value = (depth: number): boolean => {
    switch (text[at]) {
      case '{':
        return members('}', depth, () => {
          if (text[at] !== '"') return fail('expected a field name in double quotes');
          if (!string()) return false;
          skip(SPACE);
          if (text[at] !== ':') return fail('expected ":" after a field name');
          at++;
          skip(SPACE);
          return value(depth + 1);
        });
      case '[':
        return members(']', depth, () => value(depth + 1));
      case '"':
        return string();
      case 't':
        return word('true');
      case 'f':
        return word('false');
      case 'n':
        return word('null');
      case undefined:
        return fail('expected a JSON value');
      default:
        return /[-0-9]/.test(text[at]) ? number() : fail('expected a JSON value');
    }
  };

  skip(SPACE);
  if (!value(0)) return fault;
  skip(SPACE);
  if (at < text.length) fail('expected nothing more after the value');
  return fault;
}

/** The JSON value of a text, or what is wrong with it. */
export function parseJson(text: string): { readonly value: Json } | { readonly fault: JsonFault } {
  const fault = /\d{16}/.test(text) ? jsonFault(text) : null;
  if (fault) return { fault };
  try {
    const value = JSON.parse(text) as Json;
    if (isDeep(value, DEEPEST)) throw new RangeError();
    return { value };
  } catch {
    return { fault: jsonFault(text) ?? { at: 0, reason: 'this is not JSON', cut: false } };
  }
}

function isDeep(value: Json, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (levels < 0) return true;
  return Object.values(value).some((part: Json) => isDeep(part, levels - 1));
}
