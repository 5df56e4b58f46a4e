import { Fault } from '../bad-history.ts';
import { DEEPEST } from '../json-fault.ts';
import { positionAt } from './position.ts';
import type { Json } from '../event.ts';

/** `:name`, the colon left out. One object a name, so that keywords can be compared by identity. */
export class Keyword {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A bare word that is no keyword, number or literal. */
export class EdnSymbol {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** `#tag form`, for every tag: what a tag means is the caller's to say. */
export class Tagged {
  readonly tag: string;
  readonly form: Edn;
  constructor(tag: string, form: Edn) {
    this.tag = tag;
    this.form = form;
  }
}

/** A map: keys and values in turn, in order, and the offset in the text where it begins. */
export class EdnMap {
  readonly items: readonly Edn[];
  readonly at: number;
  constructor(items: readonly Edn[], at: number) {
    this.items = items;
    this.at = at;
  }

  /** The value at the keyword `name`; undefined when there is none. */
  get(name: string): Edn | undefined {
    const { items } = this;
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (key instanceof Keyword && key.name === name) return items[i + 1];
    }
    return undefined;
  }

  entries(): (readonly [Edn, Edn])[] {
    const pairs: (readonly [Edn, Edn])[] = [];
    for (let i = 0; i < this.items.length; i += 2) pairs.push([this.items[i], this.items[i + 1]]);
    return pairs;
  }
}

/**
 * An EDN form (github.com/edn-format/edn). Vectors, lists and sets are arrays; characters are strings. Numbers that
 * JavaScript cannot hold exactly (big integers, ratios) are strings of their digits, so that different ones differ.
 */
export type Edn = null | boolean | number | string | Keyword | EdnSymbol | Tagged | EdnMap | readonly Edn[];

const BLANK = /(?:[\s,\ufeff]+|;[^\n]*)*/y;
const TOKEN = /[^\s,;()[\]{}"]+/y;
const INTEGER = /^[-+]?(?:0|[1-9]\d*)N?$/;
const FLOAT = /^[-+]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?M?$/;
const RATIO = /^[-+]?\d+\/\d+$/;
const NAME = /^[\p{L}\p{N}.*+!\-_?$%&=<>/:#'|]+$/u;
const CLOSERS: { readonly [open: string]: string } = { '(': ')', '[': ']', '{': '}' };
const CHARACTERS: { readonly [name: string]: string } = {
  newline: '\n',
  return: '\r',
  space: ' ',
  tab: '\t',
  formfeed: '\f',
  backspace: '\b',
};
const ESCAPES: { readonly [letter: string]: string } = {
  t: '\t',
  r: '\r',
  n: '\n',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '"': '"',
};

/** All forms of a text. @throws Fault where it is no EDN. */
export function readEdn(text: string): Edn[] {
  return new EdnReader(text).forms();
}

class EdnReader {
  readonly #text: string;
  #at = 0;
  readonly #keywords = new Map<string, Keyword>();

  constructor(text: string) {
    this.#text = text;
  }

  forms(): Edn[] {
    const forms: Edn[] = [];
    for (;;) {
      this.#skipBlank(0);
      if (this.#at >= this.#text.length) return forms;
      forms.push(this.#form(0));
    }
  }

  #fail(reason: string, at = this.#at): Fault {
    return new Fault(positionAt(this.#text, at), reason);
  }

  /** Blanks, comments, and forms discarded by `#_`. */
  #skipBlank(depth: number): void {
    const text = this.#text;
    for (;;) {
      const c = text.charCodeAt(this.#at);
      // Most gaps are one space or comma, or none: no pattern needed.
      if (c > 0x3b || c === 0x22 || c === 0x28 || (c >= 0x30 && c <= 0x39)) return;
      BLANK.lastIndex = this.#at;
      BLANK.test(text);
      this.#at = BLANK.lastIndex;
      if (text.charCodeAt(this.#at) !== 0x23 || text.charCodeAt(this.#at + 1) !== 0x5f) return;
      this.#at += 2;
      this.#form(depth + 1);
    }
  }

  #form(depth: number): Edn {
    if (depth > DEEPEST) throw this.#fail(`forms nested deeper than ${DEEPEST} are not read`);
    this.#skipBlank(depth);
    const c = this.#text[this.#at];
    switch (c) {
      case undefined:
        throw this.#fail('the text ends where a form must follow');
      case '(':
      case '[':
        return this.#sequence(depth, CLOSERS[c]);
      case '{':
        return this.#map(depth);
      case '"':
        return this.#string();
      case '\\':
        return this.#character();
      case '#':
        return this.#dispatch(depth);
      case '^': // Clojure's metadata, which it prints when asked to: no part of the value.
        this.#at++;
        this.#form(depth + 1);
        return this.#form(depth + 1);
      case ')':
      case ']':
      case '}':
        throw this.#fail(`this "${c}" closes nothing`);
      default:
        return this.#token();
    }
  }

  #sequence(depth: number, close: string): Edn[] {
    const start = this.#at++;
    const items: Edn[] = [];
    for (;;) {
      this.#skipBlank(depth);
      const c = this.#text[this.#at];
      if (c === close) {
        this.#at++;
        return items;
      }
      if (c === undefined) throw this.#fail(`this "${this.#text[start]}" is never closed`, start);
      items.push(this.#form(depth + 1));
    }
  }

  #map(depth: number): EdnMap {
    const start = this.#at;
    const items = this.#sequence(depth, '}');
    if (items.length % 2 === 1) throw this.#fail('this map has a key without a value', start);
    return new EdnMap(items, start);
  }

  #string(): string {
    const text = this.#text;
    const start = ++this.#at;
    let value = '';
    let from = start;
    for (;;) {
      const c = text.charCodeAt(this.#at);
      if (c === 0x22) {
        value += text.slice(from, this.#at++);
        return value;
      }
      if (Number.isNaN(c)) throw this.#fail('this string is never closed', start - 1);
      if (c !== 0x5c) {
        this.#at++;
        continue;
      }
      value += text.slice(from, this.#at) + this.#escape();
      from = this.#at;
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1];
    const code = /^u([0-9a-fA-F]{4})/.exec(this.#text.slice(this.#at + 1, this.#at + 6));
    if (code) {
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(code[1], 16));
    }
    const escaped = letter === undefined ? undefined : ESCAPES[letter];
    if (escaped === undefined) throw this.#fail('this is no escape that EDN knows');
    this.#at += 2;
    return escaped;
  }

  #character(): string {
    const start = this.#at++;
    const first = this.#text[this.#at];
    if (first === undefined || /\s/.test(first))
      throw this.#fail('a character must follow the backslash', start);
    TOKEN.lastIndex = this.#at + 1;
    const name = first + (TOKEN.exec(this.#text)?.[0] ?? '');
    this.#at += name.length;
    if (/^u[0-9a-fA-F]{4}$/.test(name)) return String.fromCharCode(Number.parseInt(name.slice(1), 16));
    if ([...name].length === 1) return name;
    const character = Object.hasOwn(CHARACTERS, name) ? CHARACTERS[name] : undefined;
    if (character === undefined)
      throw this.#fail(`\\${name.slice(0, 20)} is no character that EDN knows`, start);
    return character;
  }

  #dispatch(depth: number): Edn {
    const start = this.#at++;
    const c = this.#text[this.#at];
    if (c === '{') return this.#sequence(depth, '}');
    if (c === '"') return this.#string();
    TOKEN.lastIndex = this.#at;
    const tag = TOKEN.exec(this.#text)?.[0];
    if (tag === undefined) throw this.#fail('a tag must follow "#"', start);
    this.#at += tag.length;
    if (tag.startsWith('#')) return tag.slice(1); // ##Inf, ##-Inf, ##NaN: JSON has no such numbers.
    return new Tagged(tag, this.#form(depth + 1));
  }

  /** A plain whole number, which most tokens are, without a pattern; undefined when it is anything else. */
  #digits(): number | undefined {
    const text = this.#text;
    let at = this.#at;
    let n = 0;
    let digit = text.charCodeAt(at) - 48;
    if (!(digit >= 1 && digit <= 9)) return undefined;
    for (; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - 48) n = n * 10 + digit;
    const c = text.charCodeAt(at);
    const ends = c === 0x20 || c === 0x2c || c === 0x5d || c === 0x7d;
    if (!ends || at - this.#at > 15) return undefined;
    this.#at = at;
    return n;
  }

  #token(): Edn {
    const n = this.#digits();
    if (n !== undefined) return n;
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[0] ?? '';
    const at = this.#at;
    this.#at += token.length;
    if (token === 'nil') return null;
    if (token === 'true') return true;
    if (token === 'false') return false;
    if (token[0] === ':' && token.length > 1) return this.#keyword(token.slice(1), at);
    if (INTEGER.test(token)) {
      const digits = token.replace(/N$/, '').replace(/^\+/, '');
      const n = Number(digits);
      return String(n) === digits || n === 0 ? n + 0 : digits;
    }
    if (FLOAT.test(token)) return Number.parseFloat(token);
    if (RATIO.test(token)) return token;
    if (!NAME.test(token) || /^(?:[-+]?\d|:)/.test(token))
      throw this.#fail(`${JSON.stringify(token.slice(0, 30))} is no form that EDN knows`, at);
    return new EdnSymbol(token);
  }

  #keyword(name: string, at: number): Keyword {
    const known = this.#keywords.get(name);
    if (known) return known;
    if (!NAME.test(name)) throw this.#fail(`${JSON.stringify(name.slice(0, 30))} is no keyword`, at);
    const keyword = new Keyword(name);
    this.#keywords.set(name, keyword);
    return keyword;
  }
}

/** A form as JSON: keywords and symbols by their names, tags left out, keys of maps that are no names as EDN-like JSON. */
export function ednToJson(form: Edn): Json {
  if (form === null || typeof form !== 'object') return form;
  if (form instanceof Keyword || form instanceof EdnSymbol) return form.name;
  if (form instanceof Tagged) return ednToJson(form.form);
  if (!(form instanceof EdnMap)) return form.map(ednToJson);
  // Own properties whatever their name: assigning to __proto__ would do something else.
  return Object.fromEntries(
    form.entries().map(([key, value]) => {
      const name = ednToJson(key);
      return [typeof name === 'string' ? name : JSON.stringify(name), ednToJson(value)];
    }),
  );
}
