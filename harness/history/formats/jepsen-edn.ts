import { Fault } from '../bad-history.ts';
import type { Json } from '../event.ts';
import { type Edn, EdnMap, Keyword, Tagged, ednToJson, readEdn } from './edn.ts';
import { positionAt } from './position.ts';
import type { Record } from './records.ts';

/**
 * The operations of a Jepsen (or Porcupine) EDN text: maps one after another, or in one vector or list, or a whole
 * test map with `:history`. Maps may be tagged records (`#jepsen.history.Op{…}`).
 */
export function ednRecords(text: string): Record[] {
  const forms = readEdn(text);
  return operationsIn(forms, text).map((form) => recordOf(form, text));
}

function operationsIn(forms: readonly Edn[], text: string): readonly Edn[] {
  if (forms.length !== 1) {
    const tests = forms.filter((form) => form instanceof EdnMap && Array.isArray(form.get('history')));
    if (tests.length === 0) return forms;
    throw new Fault(
      positionAt(text, (tests[0] as EdnMap).at),
      `this file holds ${tests.length} tests, each with a history of its own: give each its own file`,
    );
  }
  const [only] = forms;
  if (Array.isArray(only)) return only as readonly Edn[];
  const history = only instanceof EdnMap ? only.get('history') : undefined;
  return Array.isArray(history) ? (history as readonly Edn[]) : forms;
}

/** A map as a record. @throws Fault for anything else. */
export function recordOf(form: Edn, text: string): Record {
  let map = form;
  while (map instanceof Tagged) map = map.form;
  if (!(map instanceof EdnMap))
    throw new Fault(
      { line: 1, column: 1 },
      `expected maps {:process :type :f :value}, not ${JSON.stringify(ednToJson(form)).slice(0, 40)}`,
    );
  const fields = map;
  const json = (name: string): Json | undefined => {
    const value = fields.get(name);
    return value === undefined ? undefined : ednToJson(value);
  };
  const { at } = map;
  const value = fields.get('value') ?? null;
  return {
    at: () => positionAt(text, at),
    process: json('process'),
    type: json('type'),
    f: json('f'),
    key: json('key'),
    value: ednToJson(value),
    word: value instanceof Keyword,
    tuple: value instanceof Tagged && /tuple$/i.test(value.tag),
    time: json('time'),
    lag: json('lag'),
    node: json('node'),
    session: json('session'),
    error: json('error'),
  };
}
