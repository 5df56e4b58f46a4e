import { gzipSync } from 'node:zlib';

/** A file of an archive. */
export interface Entry {
  /** Relative, with `/` between its parts; see {@link safeName}. */
  readonly name: string;
  readonly content: Buffer;
}

const BLOCK = 512;
/** What the format has room for: a name, and the folders before it. */
const LONGEST_NAME = 100;
const LONGEST_PREFIX = 155;

/**
 * Files as a gzipped tar archive (POSIX.1-1988 ustar). The same files give the same bytes.
 * @param seconds the modification time of every file, since 1970.
 * @throws RangeError for a name that the format cannot hold.
 */
export function tarball(entries: readonly Entry[], seconds: number): Buffer {
  const blocks = entries.flatMap(({ name, content }) => [
    header(name, content.length, seconds),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
  ]);
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
}

function header(path: string, size: number, seconds: number): Buffer {
  const { name, prefix } = split(path);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(name, 0);
  block.write(octal(0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(seconds, 11), 136);
  // The sum is taken with its own field as blanks.
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\0' + '00', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function split(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= LONGEST_NAME) return { name: path, prefix: '' };
  const at = path.indexOf('/', path.length - LONGEST_NAME - 1);
  const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
  if (at < 0 || prefix.length > LONGEST_PREFIX)
    throw new RangeError(`${path} is too long a name for an archive`);
  return { name, prefix };
}

/**
 * A name from a directory that anybody may have written to, as it may stand in an archive that somebody else unpacks:
 * no way up, no absolute path, no control character, nothing that a shell or a terminal takes for more than a letter.
 */
export function safeName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^[.-]+/, '_');
  return plain === '' ? '_' : plain.slice(0, 60);
}
