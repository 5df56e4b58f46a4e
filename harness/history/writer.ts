import { closeSync, createReadStream, createWriteStream, fsyncSync, openSync } from 'node:fs';
import { renameSync, rmSync, writeSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { HistoryBuilder } from './builder.ts';
import { NEMESIS, type EventInput, type Json } from './event.ts';
import type { History } from './history.ts';
import type { HistorySink } from './sink.ts';

/** The format that this release writes. Readers of a later release read every earlier version. */
export const HISTORY_VERSION = 1;

/** What else a history's first line says: `cluster`, `seed` … for people and tools; readers need none of it. */
export type HistoryHeader = { readonly [name: string]: Json };

/** The part of a Clock that the writer needs: calls `fire` once after `ns`, unless cancelled. */
export interface Timer {
  after(ns: number, fire: () => void): () => void;
}

/** The longest that an event waits in memory, ns, and the most characters that wait. */
const BATCH_DELAY = 20_000_000;
const BATCH_SIZE = 64 * 1024;

/** The first line of a history file. */
export function headerLine(header: HistoryHeader): string {
  return `${JSON.stringify({ alibi: 'history', version: HISTORY_VERSION, ...header })}\n`;
}

/** An event's line. Equal events have equal bytes: fields in this order, those that are null left out. */
export function eventLine(event: EventInput): string {
  const process = event.process === NEMESIS ? '"nemesis"' : event.process;
  let line = `{"time":${event.time},"process":${process},"type":"${event.type}","f":${JSON.stringify(event.f)}`;
  if (event.key !== undefined && event.key !== null) line += `,"key":${JSON.stringify(event.key)}`;
  if (event.value !== undefined && event.value !== null) line += `,"value":${JSON.stringify(event.value)}`;
  if (event.node !== undefined && event.node !== null) line += `,"node":${JSON.stringify(event.node)}`;
  if (event.session !== undefined && event.session !== null)
    line += `,"session":${JSON.stringify(event.session)}`;
  if (event.lag) line += `,"lag":${event.lag}`;
  if (event.error) {
    const { code, message } = event.error;
    line += `,"error":${JSON.stringify({ code, message })}`;
  }
  return `${line}}\n`;
}

/**
 * Opens a new history file and writes its header. Appending never waits: lines gather for at most 20 ms or 64 KiB
 * and then go to the file in one write of whole lines, so that killing the harness (-9) loses at most that batch.
 * @throws when the file exists: a history is never overwritten.
 */
export function openHistoryWriter(path: string, timer: Timer, header: HistoryHeader): HistorySink {
  return new HistoryWriter(path, timer, header);
}

class HistoryWriter implements HistorySink {
  readonly #file: number;
  readonly #timer: Timer;
  #length = 0;
  #waiting = '';
  #cancel: (() => void) | null = null;
  #failure: Error | null = null;
  #closed = false;

  constructor(path: string, timer: Timer, header: HistoryHeader) {
    this.#file = openSync(path, 'wx');
    this.#timer = timer;
    this.#waiting = headerLine(header);
    this.#write();
  }

  append(event: EventInput): number {
    if (this.#closed) throw new Error('The history is closed.');
    if (this.#failure) throw this.#failure;
    this.#waiting += eventLine(event);
    if (this.#waiting.length >= BATCH_SIZE) this.#write();
    else this.#cancel ??= this.#timer.after(BATCH_DELAY, () => this.#write());
    return this.#length++;
  }

  /** Never throws, since a timer may call it: a failure is kept for the next append, flush or close. */
  #write(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#waiting === '' || this.#failure) return;
    const batch = Buffer.from(this.#waiting);
    this.#waiting = '';
    try {
      for (let at = 0; at < batch.length;) at += writeSync(this.#file, batch, at);
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  flush(): Promise<void> {
    this.#write();
    return this.#failure ? Promise.reject(this.#failure) : Promise.resolve();
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#write();
    try {
      if (!this.#failure) fsyncSync(this.#file);
    } catch (error) {
      this.#failure = error as Error;
    }
    closeSync(this.#file);
    return this.#failure ? Promise.reject(this.#failure) : Promise.resolve();
  }
}

/** Keeps events in memory, so that a run can be judged without reading its file again. */
export class MemorySink implements HistorySink {
  readonly #builder = new HistoryBuilder();

  append(event: EventInput): number {
    return this.#builder.add(event);
  }

  history(): History {
    return this.#builder.build();
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A sink that feeds several, in the given order; indices are the first one's. */
export function tee(first: HistorySink, ...others: readonly HistorySink[]): HistorySink {
  const all = [first, ...others];
  return {
    append(event) {
      const index = first.append(event);
      for (const sink of others) sink.append(event);
      return index;
    },
    flush: () => everyOne(all.map((sink) => sink.flush())),
    close: () => everyOne(all.map((sink) => sink.close())),
  };
}

/** Waits for all, then fails with the first failure: one sink's trouble does not leave another unclosed. */
async function everyOne(waits: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(waits))
    if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * Compresses a finished history under the same name. Readers recognise gzip by content. A crash on the way leaves
 * the original as it was.
 */
export async function gzipInPlace(path: string): Promise<void> {
  const beside = `${path}.gzip-tmp`;
  try {
    await pipeline(
      createReadStream(path),
      createGzip({ level: 6 }),
      createWriteStream(beside, { flush: true }),
    );
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
