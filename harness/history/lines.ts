import { closeSync, openSync, readSync, readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BadHistory } from './bad-history.ts';

const NEWLINE = 10;
const CHUNK = 1 << 20;
/** As many bytes as a format is recognised by. */
const HEAD = 64 * 1024;
/** Longer lines are refused: no event is like that, and the machine's memory is not the file's to take. */
export const LONGEST_LINE = 64 << 20;
export const TOO_LONG = `this line is longer than ${LONGEST_LINE >> 20} MB, which no event is: is this a history?`;
/** The most that a compressed history may hold, bytes. */
const LARGEST_INFLATED = 4 * 1024 ** 3 - CHUNK;

/** A stretch of bytes of whole lines: `bytes[start, end)`. Only the file's last block may lack its final newline. */
export interface Block {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A history file opened: its first bytes to recognise it by, and all of it in blocks or at once. Single use. */
export interface Source {
  readonly head: Buffer;
  /** Blocks in order; a block's bytes are valid only until the next is asked for. */
  blocks(): Generator<Block>;
  all(): Buffer;
  close(): void;
}

/** @throws BadHistory when there is no such file, or it is an archive that does not unpack. */
export function openSource(path: string): Source {
  const file = openFile(path);
  try {
    const head = Buffer.alloc(HEAD);
    const start = head.subarray(0, readSync(file, head, 0, HEAD, 0));
    if (!isArchive(start))
      return {
        head: start,
        blocks: () => readBlocks(path, file),
        all: () => readFileSync(path),
        close: () => closeSync(file),
      };
  } catch (error) {
    closeSync(file);
    throw error;
  }
  closeSync(file);
  return sourceOf(readFileSync(path), path);
}

/** The same of bytes in memory; `name` stands for the file's in complaints. */
export function sourceOf(data: Buffer, name: string): Source {
  if (isZip(data))
    throw new BadHistory(
      name,
      { line: 1, column: 1 },
      'this is a zip archive: unpack it and name the history inside (gzip is read)',
    );
  const bytes = isGzip(data) ? inflate(data, name) : data;
  return { head: bytes.subarray(0, HEAD), blocks: () => blocksOf(bytes), all: () => bytes, close() {} };
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
/** A zip begins with its first file, or, when it holds none, with its directory. */
const isZip = (bytes: Buffer): boolean =>
  bytes.length >= 4 && bytes.readUInt16BE(0) === 0x504b && [0x0304, 0x0506].includes(bytes.readUInt16BE(2));
const isArchive = (bytes: Buffer): boolean => isGzip(bytes) || isZip(bytes);

function openFile(path: string): number {
  try {
    if (!statSync(path).isDirectory()) return openSync(path, 'r');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new BadHistory(path, null, missing ? 'there is no such file' : `cannot be read: ${String(error)}`);
  }
  throw new BadHistory(path, null, 'this is a directory: name the history file in it');
}

function inflate(data: Buffer, name: string): Buffer {
  try {
    return gunzipSync(data, { maxOutputLength: LARGEST_INFLATED });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const reason = tooLarge ? 'holds more than 4 GB: unpack it first' : 'is damaged or cut short';
    throw new BadHistory(name, null, `the gzip data ${reason}`);
  }
}

/** Bytes in memory as blocks of about a chunk, so that the blocks' users see one kind of source. */
function* blocksOf(bytes: Buffer): Generator<Block> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, Math.min(start + CHUNK, bytes.length));
    const end = newline < 0 ? bytes.length : newline + 1;
    yield { bytes, start, end };
    start = end;
  }
}

function* readBlocks(path: string, file: number): Generator<Block> {
  let bytes = Buffer.allocUnsafe(2 * CHUNK);
  let kept = 0;
  for (let position = 0; ;) {
    if (kept === bytes.length) {
      if (kept >= LONGEST_LINE)
        throw new BadHistory(path, { line: 1 + newlinesBefore(file, position - kept), column: 1 }, TOO_LONG);
      const larger = Buffer.allocUnsafe(bytes.length * 2);
      bytes.copy(larger, 0, 0, kept);
      bytes = larger;
    }
    const read = readSync(file, bytes, kept, bytes.length - kept, position);
    position += read;
    const filled = kept + read;
    if (read === 0) {
      if (filled > 0) yield { bytes, start: 0, end: filled };
      return;
    }
    const end = bytes.lastIndexOf(NEWLINE, filled - 1) + 1;
    if (end > 0) yield { bytes, start: 0, end };
    bytes.copy(bytes, 0, end, filled);
    kept = filled - end;
  }
}

/** Counted only when a line must be named: counting all along would cost more than reading. */
function newlinesBefore(file: number, offset: number): number {
  const bytes = Buffer.allocUnsafe(CHUNK);
  let count = 0;
  for (let position = 0; position < offset;) {
    const read = readSync(file, bytes, 0, Math.min(CHUNK, offset - position), position);
    if (read === 0) break;
    for (let i = 0; i < read; i++) if (bytes[i] === NEWLINE) count++;
    position += read;
  }
  return count;
}
