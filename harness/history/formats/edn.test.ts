import { parseEDNString } from 'edn-data';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../bad-history.ts';
import { type Edn, EdnMap, EdnSymbol, Keyword, Tagged, ednToJson, readEdn } from './edn.ts';

const json = (text: string) => readEdn(text).map(ednToJson);

function complaint(text: string): string {
  try {
    readEdn(text);
  } catch (error) {
    if (error instanceof Fault) return `${error.position.line}:${error.position.column}: ${error.message}`;
    throw error;
  }
  return 'none';
}

/** Our form as edn-data gives it. */
function asEdnData(form: Edn): unknown {
  if (form === null || typeof form !== 'object') return form;
  if (form instanceof Keyword) return { key: form.name };
  if (form instanceof EdnSymbol) return { sym: form.name };
  if (form instanceof Tagged) return { tag: form.tag, val: asEdnData(form.form) };
  if (form instanceof EdnMap) return { map: form.entries().map(([k, v]) => [asEdnData(k), asEdnData(v)]) };
  return form.map(asEdnData);
}

/** What edn-data keeps apart and we do not: lists and sets are arrays, characters strings. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const fields = value as { list?: unknown; set?: unknown; char?: unknown };
  for (const inner of [fields.list, fields.set, fields.char]) if (inner !== undefined) return plain(inner);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

const name = fc
  .stringMatching(/^[a-z][a-z0-9*+!_?-]{0,8}$/)
  .filter((n) => !['nil', 'true', 'false'].includes(n));
const gap = fc.constantFrom(' ', ', ', '\n', ' ; a "comment" [\n', ' #_ignored ', ' #_[1 #_2 {:a 3}] ', '\t');
const { form } = fc.letrec<{ form: string }>((tie) => ({
  form: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.constantFrom('nil', 'true', 'false', '\\a', '\\newline', '""', '[]', '()', '{}', '#{}'),
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((n) => n.toFixed(4)),
      name.map((n) => `:${n}`),
      fc.tuple(name, name).map(([a, b]) => `:${a}/${b}`),
      name,
      fc.string().map((s) => `"${s.replace(/[\\"]/g, '\\$&')}"`),
    ),
    fc
      .tuple(fc.constantFrom('[]', '()', '#{}'), fc.array(fc.tuple(tie('form'), gap), { maxLength: 5 }))
      .map(([ends, items]) => `${ends.slice(0, -1)}${items.flat().join('')}${ends.slice(-1)}`),
    fc
      .array(fc.tuple(tie('form'), gap, tie('form'), gap), { maxLength: 4 })
      .map((entries) => `{${entries.flat().join('')}}`),
    fc.tuple(name, tie('form')).map(([tag, inner]) => `#${tag}/x ${inner}`),
  ),
}));

test('agrees with edn-data on random documents', () => {
  fc.assert(
    fc.property(form, (text) => {
      const forms = readEdn(text);
      expect(forms.length).toBe(1);
      expect(asEdnData(forms[0])).toEqual(plain(parseEDNString(text)));
    }),
    { numRuns: 2000 },
  );
});

describe('forms that histories hold', () => {
  test.each([
    ['{:type :ok, :value [1 nil "a\\n"]}', [{ type: 'ok', value: [1, null, 'a\n'] }]],
    ['#_ #_ 1 2 3', [3]],
    ['[1 #_2 ; 3\n 4]', [[1, 4]]],
    ['^{:line 1} [1]', [[1]]],
    ['#jepsen.history.Op{:index 0}', [{ index: 0 }]],
    ['1.5 -0.25 2e3 1M 12N +7', [1.5, -0.25, 2000, 1, 12, 7]],
    ['9007199254740993 1/3 ##NaN', ['9007199254740993', '1/3', 'NaN']],
    ['{[1 2] 3, "s" 4, :k 5}', [{ '[1,2]': 3, s: 4, k: 5 }]],
    ['\\a \\space \\u0041 \\(', ['a', ' ', 'A', '(']],
    ['#{1 2}', [[1, 2]]],
    ['{:__proto__ 1}', [JSON.parse('{"__proto__": 1}')]],
    ['', []],
  ])('%s', (text, expected) => {
    expect(json(text)).toEqual(expected);
  });
});

describe('what is no EDN is refused with its place', () => {
  test.each([
    ['[1\n (2 3]', '2:6: this "]" closes nothing'],
    ['[1\n  {:a 1', '2:3: this "{" is never closed'],
    ['{:a}', '1:1: this map has a key without a value'],
    ['"abc', '1:1: this string is never closed'],
    ['"a\\q"', '1:3: this is no escape that EDN knows'],
    ['[1 2)', '1:5: this ")" closes nothing'],
    ['[12x]', '1:2: "12x" is no form that EDN knows'],
    ['[#_]', '1:4: this "]" closes nothing'],
    ['#', '1:1: a tag must follow "#"'],
    ['[\\ 1]', '1:2: a character must follow the backslash'],
    ['['.repeat(300), '1:202: forms nested deeper than 200 are not read'],
    ['#_'.repeat(300), '1:403: forms nested deeper than 200 are not read'],
    [':', '1:1: ":" is no form that EDN knows'],
  ])('%s', (text, expected) => {
    expect(complaint(text)).toBe(expected);
  });
});
