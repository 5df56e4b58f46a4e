import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Json } from '../../../harness/history/event.ts';
import { crc32 } from './crc32.ts';

/** What a log file held, and the file, positioned to go on. */
export interface OpenedWal {
  readonly wal: Wal;
  readonly records: readonly Json[];
  /** Bytes of a torn last record that were cut off. */
  readonly torn: number;
}

/**
 * A write-ahead log: one line a record, `<CRC-32 of the JSON, 8 hex digits> <JSON>`. Appends that arrive while the
 * disk is busy share the next sync (group commit). A disk error is fatal: after a failed fsync nobody knows what
 * the disk holds (Rebello et al., Can applications recover from fsync failures?, ATC 2020).
 */
export class Wal {
  #file: FileHandle;
  readonly #path: string;
  readonly #onDurable: (count: number) => void;
  readonly #onError: (error: Error) => void;
  #pending: string[] = [];
  /** Of the pending lines, the last one that stands for all before it; -1 for none. */
  #checkpoint = -1;
  #durable = 0;
  #busy = false;

  private constructor(
    file: FileHandle,
    path: string,
    onDurable: (count: number) => void,
    onError: (error: Error) => void,
  ) {
    this.#file = file;
    this.#path = path;
    this.#onDurable = onDurable;
    this.#onError = onError;
  }

  /** Opens a log, dropping a torn tail. Rejects when a record before the end is damaged. */
  static async open(
    path: string,
    onDurable: (count: number) => void,
    onError: (error: Error) => void,
  ): Promise<OpenedWal> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+');
    const bytes = await file.readFile();
    const { records, length } = decode(path, bytes);
    const torn = bytes.length - length;
    if (torn > 0) await file.truncate(length);
    await file.datasync();
    return { wal: new Wal(file, path, onDurable, onError), records, torn };
  }

  /** `checkpoint`: once this record is durable, all before it are of no more use. */
  append(record: Json, checkpoint = false): void {
    if (checkpoint) this.#checkpoint = this.#pending.length;
    this.#pending.push(encode(record));
    if (!this.#busy) void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#pending.length > 0) {
        const [batch, checkpoint] = [this.#pending, this.#checkpoint];
        [this.#pending, this.#checkpoint] = [[], -1];
        if (checkpoint >= 0) await this.#startOver(batch.slice(checkpoint).join(''));
        else {
          await this.#file.appendFile(batch.join(''));
          await this.#file.datasync();
        }
        this.#durable += batch.length;
        this.#onDurable(this.#durable);
      }
    } catch (error) {
      this.#onError(error as Error);
    } finally {
      this.#busy = false;
    }
  }

  /** A new file in the place of the old one, atomically: a crash leaves one of the two, whole. */
  async #startOver(text: string): Promise<void> {
    const next = `${this.#path}.next`;
    const file = await open(next, 'w');
    await file.appendFile(text);
    await file.datasync();
    await rename(next, this.#path);
    const directory = await open(dirname(this.#path), 'r');
    await directory.sync();
    await directory.close();
    await this.#file.close();
    this.#file = file;
  }
}

export function encode(record: Json): string {
  const json = JSON.stringify(record);
  return `${crc32(Buffer.from(json)).toString(16).padStart(8, '0')} ${json}\n`;
}

/** The records of a log, and the length of its sound part. */
function decode(path: string, bytes: Buffer): { readonly records: Json[]; readonly length: number } {
  const records: Json[] = [];
  let length = 0;
  let damaged: number | null = null;
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start);
    const record = end < 0 ? undefined : decodeLine(bytes.subarray(start, end));
    const next = end < 0 ? bytes.length : end + 1;
    if (record === undefined) damaged ??= line;
    else if (damaged !== null)
      throw new Error(`${path}: line ${damaged} is damaged, with sound records after it: restore this file`);
    else {
      records.push(record);
      length = next;
    }
    start = next;
  }
  return { records, length };
}

function decodeLine(line: Buffer): Json | undefined {
  if (line.length < 10 || line[8] !== 32) return undefined;
  const json = line.subarray(9);
  const sum = line.subarray(0, 8).toString('latin1');
  if (crc32(json).toString(16).padStart(8, '0') !== sum) return undefined;
  return JSON.parse(json.toString('utf8')) as Json;
}
