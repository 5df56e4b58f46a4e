import { isUtf8 } from 'node:buffer';
import { Fault, type Position } from '../bad-history.ts';
import { HistoryBuilder } from '../builder.ts';
import { NEMESIS, type Json } from '../event.ts';
import { MalformedHistory, TYPES, type History } from '../history.ts';
import { parseJson, type JsonFault } from '../json-fault.ts';
import { LONGEST_LINE, TOO_LONG, type Block } from '../lines.ts';
import { abbreviated } from './abbreviated.ts';
import { applyCasFail, type CasFail } from './cas-fail.ts';
import { LineScanner, emptyDraft, type EventDraft } from './jsonl-scan.ts';
import { HISTORY_VERSION, type HistoryHeader } from '../writer.ts';

const NEWLINE = 10;

/** What {@link readJsonLines} found: `header` null for bare lines; `torn` where the last line was cut short, if it was. */
export interface JsonLines {
  readonly history: History;
  readonly header: HistoryHeader | null;
  readonly torn: Position | null;
}

type JsonObject = { readonly [name: string]: Json };

/**
 * Reads JSON lines: our own (a header, then events in order of time) or bare ones without header, in any order of
 * time, as other tools write them. A last line without newline that ends in the middle of a value was being
 * written when the writer died: it is left out and reported as torn.
 * @throws Fault for anything else that is not an event.
 */
export function readJsonLines(blocks: Iterable<Block>, casFail: CasFail): JsonLines {
  const reader = new JsonLinesReader(casFail);
  for (const block of blocks) reader.read(block);
  return reader.result();
}

class JsonLinesReader {
  readonly #casFail: CasFail;
  readonly #builder = new HistoryBuilder();
  readonly #scanner = new LineScanner();
  readonly #careful = emptyDraft();
  #header: HistoryHeader | null = null;
  #torn: Position | null = null;
  #line = 0;
  #lastTime = 0;

  constructor(casFail: CasFail) {
    this.#casFail = casFail;
  }

  read({ bytes, start, end }: Block): void {
    const whole = bytes[end - 1] === NEWLINE;
    const lastStart = whole ? end : bytes.lastIndexOf(NEWLINE, end - 1) + 1;
    let at = start;
    while (at < lastStart) {
      this.#line++;
      const next = this.#scanner.scan(bytes, at);
      if (next > 0) {
        this.#add(this.#scanner.draft);
        at = next;
      } else {
        const newline = bytes.indexOf(NEWLINE, at);
        this.#readCarefully(bytes.subarray(at, newline), true);
        at = newline + 1;
      }
    }
    if (at >= end) return;
    this.#line++;
    this.#readCarefully(bytes.subarray(at, end), false);
  }

  #readCarefully(bytes: Buffer, ended: boolean): void {
    if (bytes.length > LONGEST_LINE) throw this.#fault(0, TOO_LONG);
    const text = bytes.toString('utf8');
    if (text.trim() === '') return;
    if (!isUtf8(bytes)) {
      // A line cut inside a character: what precedes it must be a cut line, too.
      const fault = ended ? null : parseJson(text.replace(/\ufffd$/, ''));
      if (fault && 'fault' in fault && fault.fault.cut) return this.#tear(text);
      throw this.#fault(text.indexOf('\ufffd'), 'these bytes are no UTF-8');
    }
    const parsed = parseJson(this.#line === 1 ? text.replace(/^\ufeff/, '') : text);
    if ('fault' in parsed) {
      if (!ended && parsed.fault.cut) return this.#tear(text);
      throw this.#jsonFault(parsed.fault);
    }
    const { value } = parsed;
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw this.#fault(0, 'expected an event: an object with process, type and f');
    const object = value as JsonObject;
    if (this.#line === 1 && 'alibi' in object) return this.#readHeader(object, text);
    this.#fill(object, text);
    this.#add(this.#careful);
  }

  #tear(text: string): void {
    this.#torn = { line: this.#line, column: text.length + 1 };
  }

  #readHeader(object: JsonObject, text: string): void {
    const { version } = object;
    if (object.alibi !== 'history')
      throw this.#field(
        text,
        'alibi',
        `this is an Alibi file of another kind (${JSON.stringify(object.alibi)})`,
      );
    if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
      throw this.#field(text, 'version', 'the version must be a whole number from 1');
    if (version > HISTORY_VERSION)
      throw this.#field(
        text,
        'version',
        `a newer Alibi wrote this (history version ${version}; this one reads up to ${HISTORY_VERSION}): upgrade`,
      );
    this.#header = object;
  }

  #fill(object: JsonObject, text: string): void {
    const draft = this.#careful;
    const { time, process, type, f, key, value, node, session, error, lag } = object;
    const bad = (name: string, expected: string): Fault => {
      const actual = object[name];
      const got = actual === undefined ? 'is missing' : `is ${abbreviated(actual)}`;
      return this.#field(text, name, `${name} ${got}; it must be ${expected}`);
    };
    if (process === 'nemesis') draft.process = NEMESIS;
    else if (isWhole(process) && process <= 0x7fffffff) draft.process = process;
    else throw bad('process', 'a whole number from 0 to 2^31 - 1, or "nemesis"');
    const known = TYPES.find((name) => name === type);
    if (known === undefined) throw bad('type', 'one of invoke, ok, fail, info');
    draft.type = known;
    if (typeof f !== 'string') throw bad('f', 'the name of a function');
    draft.f = f;
    if (time === undefined && this.#header === null) draft.time = this.#builder.length;
    else if (isWhole(time)) draft.time = time;
    else throw bad('time', 'a whole number of nanoseconds since the run began');
    if (node !== undefined && node !== null && typeof node !== 'string') throw bad('node', "a node's name");
    draft.node = node ?? null;
    if (
      session !== undefined &&
      session !== null &&
      typeof session !== 'string' &&
      typeof session !== 'number'
    )
      throw bad('session', 'a string or a number');
    draft.session = session ?? null;
    if (lag !== undefined && lag !== null && !isWhole(lag)) throw bad('lag', 'a whole number of nanoseconds');
    draft.lag = lag ?? 0;
    draft.key = key ?? null;
    draft.value = value ?? null;
    draft.error = null;
    if (error === undefined || error === null) return;
    if (typeof error === 'string') draft.error = { code: error, message: error };
    else {
      const { code, message } = error as JsonObject;
      if (typeof code !== 'string' || typeof message !== 'string') throw bad('error', '{"code", "message"}');
      draft.error = { code, message };
    }
  }

  #add(draft: EventDraft): void {
    if (this.#header !== null && draft.time < this.#lastTime)
      throw this.#fault(0, `time goes backwards, from ${this.#lastTime} to ${draft.time} ns`);
    this.#lastTime = draft.time;
    applyCasFail(draft, this.#casFail);
    try {
      this.#builder.add(draft);
    } catch (error) {
      if (error instanceof MalformedHistory) throw this.#fault(0, error.message);
      throw error;
    }
  }

  #jsonFault({ at, reason }: JsonFault): Fault {
    return this.#fault(at, reason);
  }

  #field(text: string, name: string, reason: string): Fault {
    return this.#fault(Math.max(0, text.indexOf(`"${name}"`)), reason);
  }

  #fault(at: number, reason: string): Fault {
    return new Fault({ line: this.#line, column: at + 1 }, reason);
  }

  result(): JsonLines {
    return { history: this.#builder.build(), header: this.#header, torn: this.#torn };
  }
}

function isWhole(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
