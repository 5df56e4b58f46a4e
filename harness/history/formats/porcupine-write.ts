import { NEMESIS, type Json } from '../event.ts';
import { FAIL, INFO, INVOKE, OK, eventAt, type History } from '../history.ts';
import { ednString } from './edn-write.ts';

/** Why a history has no text in the format asked for. */
export class ExportRefused extends Error {
  override readonly name = 'ExportRefused';
}

const KEY_VALUE: { readonly [f: string]: string } = { read: 'get', write: 'put', append: 'append' };

/**
 * The history in one of the two texts that Porcupine's readers take: key-value (`:get`, `:put`, `:append` on keys
 * that are strings) or, when it holds compare-and-set, an etcd log (one register of whole numbers). These know
 * neither `fail` nor `info`, so operations that certainly did not happen are left out, and so are reads without an
 * answer; other indeterminate operations stay invoked.
 */
export function porcupineText(history: History): string {
  const used = new Set<string>();
  for (let i = 0; i < history.length; i++)
    if (history.process[i] !== NEMESIS) used.add(history.functions.valueOf(history.f[i]));
  for (const f of used)
    if (f !== 'cas' && !Object.hasOwn(KEY_VALUE, f))
      throw new ExportRefused(
        `Porcupine's texts hold reads, writes, appends and cas, not ${f}: export edn or json.`,
      );
  if (!used.has('cas')) return keyValueText(history, used.has('append'));
  if (used.has('append'))
    throw new ExportRefused('No text of Porcupine holds both cas and append: export edn or json.');
  return etcdLog(history);
}

/** Indices of the events that belong into a Porcupine text. */
function* told(history: History): Generator<number> {
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] === NEMESIS) continue;
    const completion = history.type[i] === INVOKE ? history.pair[i] : i;
    const outcome = completion < 0 ? INFO : history.type[completion];
    const isRead = history.functions.valueOf(history.f[i]) === 'read';
    if (outcome === FAIL || (outcome === INFO && isRead)) continue;
    yield i;
  }
}

function keyValueText(history: History, appends: boolean): string {
  let text = '';
  for (const i of told(history)) {
    if (history.type[i] === INFO) continue;
    const { process, type, f, key, value } = eventAt(history, i);
    const asked = type === 'invoke' && f === 'read';
    const told = asked ? 'nil' : ednString(value === null ? '' : appends ? appended(value) : word(value));
    text += `{:process ${process}, :type :${type}, :f :${KEY_VALUE[f]}, :key ${ednString(word(key))}, :value ${told}}\n`;
  }
  return text;
}

/** Appended strings are joined by the store, so they must stand as they are. */
function appended(value: Json): string {
  if (typeof value !== 'string')
    throw new ExportRefused('Values of a history with appends must be strings: export edn.');
  return value;
}

/** A value as a string, different for different values: other types as JSON, strings that look like JSON quoted. */
function word(value: Json): string {
  return typeof value === 'string' &&
    /^[A-Za-z_][\w .-]*$/.test(value) &&
    !/^(?:true|false|null)$/.test(value)
    ? value
    : JSON.stringify(value);
}

function etcdLog(history: History): string {
  if (history.keys.size > 1)
    throw new ExportRefused(
      "Porcupine's texts hold cas on one key only, and this history has more: export edn.",
    );
  let text = '';
  for (const i of told(history)) {
    const { process, type, f, value } = eventAt(history, i);
    const isMismatch = f === 'cas' && type === 'ok' && value === false;
    const asked = isMismatch ? history.values[history.pair[i]] : value;
    const outcome = isMismatch ? 'fail' : type;
    const told = history.type[i] === OK || type === 'invoke' ? operand(asked) : ':timed-out';
    text += `INFO  jepsen.util - ${process}\t:${outcome}\t:${f}\t${told}\n`;
  }
  return text;
}

function operand(value: Json): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(operand).join(' ')}]`;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  throw new ExportRefused("Porcupine's logs hold whole numbers only: export edn or json.");
}
