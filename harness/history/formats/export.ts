import type { HistoryEvent, Json } from '../event.ts';
import { NEMESIS } from '../event.ts';
import { eventAt, events, type History } from '../history.ts';
import { ednOf, keyword } from './edn-write.ts';
import { porcupineText } from './porcupine-write.ts';

/** `edn` for Elle and Knossos, `json` for elle-cli and scripts, `porcupine` for Porcupine's own readers. */
export const EXPORT_FORMATS = ['edn', 'json', 'porcupine'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * The history as text for another tool. What `edn` and `json` write, Alibi reads back equal (a cas mismatch, which
 * those tools know only as `fail`, with `casFail: 'mismatch'`).
 * @throws ExportRefused when the format cannot say what the history holds.
 */
export function exportHistory(history: History, format: ExportFormat): string {
  switch (format) {
    case 'edn':
      return [...events(history)].map((event) => `${ednLine(history, event)}\n`).join('');
    case 'json':
      return `[${[...events(history)].map((event) => `\n${JSON.stringify(jsonOf(history, event))}`).join(',')}\n]\n`;
    case 'porcupine':
      return porcupineText(history);
  }
}

/** An event in Jepsen's convention: a mismatch of a cas is a `fail` that names what was asked. */
function asJepsen(history: History, event: HistoryEvent): HistoryEvent {
  if (event.f !== 'cas' || event.type !== 'ok' || event.value !== false) return event;
  return { ...event, type: 'fail', value: eventAt(history, history.pair[event.index]).value };
}

function ednLine(history: History, original: HistoryEvent): string {
  const event = asJepsen(history, original);
  const { index, time, process, type, f, key, node, session, error } = event;
  const fields = [
    `:index ${index}`,
    `:time ${time}`,
    `:process ${process === NEMESIS ? ':nemesis' : process}`,
    `:type :${type}`,
    `:f ${keyword(f)}`,
  ];
  const value = f === 'txn' ? operationsOf(event.value) : ednOf(event.value);
  // Independent keys as Jepsen writes them, and the key besides: so that no reader must guess.
  if (key === null) fields.push(`:value ${value}`);
  else fields.push(`:key ${ednOf(key)}`, `:value [${ednOf(key)} ${value}]`);
  if (event.lag) fields.push(`:lag ${event.lag}`);
  if (node !== null) fields.push(`:node ${ednOf(node)}`);
  if (session !== null) fields.push(`:session ${ednOf(session)}`);
  if (error !== null) fields.push(`:error [${keyword(error.code)} ${ednOf(error.message)}]`);
  return `{${fields.join(', ')}}`;
}

/** `[["append", 1, 2]]` as `[[:append 1 2]]`. */
function operationsOf(value: Json): string {
  if (!Array.isArray(value)) return ednOf(value);
  const operations = (value as readonly Json[]).map((operation) => {
    if (!Array.isArray(operation) || typeof operation[0] !== 'string') return ednOf(operation);
    const [f, ...rest] = operation as unknown as readonly [string, ...Json[]];
    return `[${[keyword(f), ...rest.map(ednOf)].join(' ')}]`;
  });
  return `[${operations.join(' ')}]`;
}

function jsonOf(history: History, original: HistoryEvent): { readonly [name: string]: Json } {
  const { process, key, node, session, error, ...rest } = asJepsen(history, original);
  return {
    ...rest,
    process: process === NEMESIS ? 'nemesis' : process,
    ...(key === null ? {} : { key }),
    ...(node === null ? {} : { node }),
    ...(session === null ? {} : { session }),
    ...(error === null ? {} : { error: { code: error.code, message: error.message } }),
  };
}
