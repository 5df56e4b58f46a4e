import { identityOf } from '../harness/history/dictionary.ts';
import type { Json } from '../harness/history/event.ts';
import { INVOKE, type History } from '../harness/history/history.ts';
import { ByteWriter, joinSections } from './packing.ts';

/** Values longer than this are cut in the page, and say so: one read of a large set must not fill the report. */
const LONGEST_VALUE = 2000;

/** Columns of the packed form. Nothing is sampled: it has every event of the history, in order. */
export type Column = 'time' | 'process' | 'kind' | 'key' | 'node' | 'value' | 'errors' | 'sessions';

/** What {@link packHistory} puts before the columns. */
export interface PackedHeader {
  readonly events: number;
  readonly functions: readonly string[];
  readonly nodes: readonly string[];
  readonly processes: readonly number[];
  readonly errors: readonly { readonly code: string; readonly message: string }[];
  readonly sessions: readonly string[];
}

/**
 * A history as bytes for the page. A completion is stored as its difference from its invocation, and values, keys and
 * errors once each, so a million operations compress to some 10 MB. `openHistory` is the way back.
 */
export function packHistory(history: History): Uint8Array {
  const columns = new Map<Column, ByteWriter>();
  const column = (name: Column): ByteWriter => {
    const writer = new ByteWriter();
    columns.set(name, writer);
    return writer;
  };
  const time = column('time');
  const process = column('process');
  const kind = column('kind');
  const key = column('key');
  const node = column('node');
  const value = column('value');
  const processes = new Interned<number>();
  const values = new Texts();
  const valueIds = new Int32Array(history.length);
  let last = 0;
  for (let i = 0; i < history.length; i++) {
    const type = history.type[i];
    // The invocation this event completes, or -1.
    const of = type === INVOKE ? -1 : history.pair[i];
    time.zigzag(history.time[i] - last);
    last = history.time[i];
    process.varint(processes.idOf(history.process[i]));
    kind.varint(type + 4 * relative(history.f, i, of));
    key.varint(relative(history.key, i, of));
    node.varint(relative(history.node, i, of));
    valueIds[i] = values.idOf(history.values[i]);
    value.varint(relative(valueIds, i, of));
  }
  const errors = sparse(column('errors'), history.errors);
  const sessions = sparse(column('sessions'), history.sessions);
  const sections = new Map<string, Uint8Array>([...columns].map(([name, writer]) => [name, writer.bytes()]));
  sections.set('values', lines(values.texts));
  sections.set('keys', lines(history.keys.values().map(textOf)));
  const header: PackedHeader = {
    events: history.length,
    functions: history.functions.values(),
    nodes: history.nodes.values(),
    processes: processes.values,
    errors,
    sessions: sessions.map((s) => String(s)),
  };
  return joinSections(header, sections);
}

/** 0 = the same as the invocation's, otherwise the id + 2 (ids start at -1, which is null). */
function relative(ids: Int32Array, i: number, of: number): number {
  return of >= 0 && ids[i] === ids[of] ? 0 : ids[i] + 2;
}

class Interned<T> {
  readonly values: T[] = [];
  readonly #ids = new Map<unknown, number>();
  idOf(value: T, identity: unknown = value): number {
    const known = this.#ids.get(identity);
    if (known !== undefined) return known;
    this.#ids.set(identity, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** JSON texts by value; -1 stands for null. */
class Texts {
  readonly #texts = new Interned<Json>();
  readonly texts: string[] = [];
  idOf(value: Json): number {
    if (value === null) return -1;
    const id = this.#texts.idOf(value, typeof value === 'object' ? identityOf(value) : value);
    if (id === this.texts.length) this.texts.push(textOf(value));
    return id;
  }
}

function textOf(value: Json): string {
  const text = JSON.stringify(value);
  if (text.length <= LONGEST_VALUE) return text;
  return `${text.slice(0, LONGEST_VALUE)} … (${text.length - LONGEST_VALUE} more characters)`;
}

const lines = (texts: readonly string[]): Uint8Array => new TextEncoder().encode(texts.join('\n'));

/** Event indices as differences, each followed by the id of what hangs on the event. */
function sparse<T extends Json | object>(writer: ByteWriter, entries: ReadonlyMap<number, T>): T[] {
  const known = new Interned<T>();
  let last = 0;
  for (const [index, entry] of entries) {
    writer.zigzag(index - last);
    writer.varint(known.idOf(entry, JSON.stringify(entry)));
    last = index;
  }
  return known.values;
}
