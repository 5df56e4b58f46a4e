import { execFile } from 'node:child_process';
import { chown, mkdir, open, readFile, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Disk, Refusal } from '../types.ts';
import { IMAGE_USER } from './image-definition.ts';
import { self } from '../process/proc.ts';

const run = promisify(execFile);
const SIZE = 1 << 30;
const COPIES = 8;
const FILLER = '.alibi-filler';
/** What every image file ends in: `alibi clean` finds leftovers by it, and whose they are by what stands before. */
export const IMAGE_SUFFIX = '.alibi-disk';

/** A process that was killed may hold its files open for a moment longer. */
const UNMOUNT = 'for i in $(seq 50); do umount "$1" && exit 0; sleep 0.1; done; exit 1';

/** Why nodes cannot have disks of their own here, or null. */
export function noDisks(): Refusal | null {
  if (process.platform !== 'linux') return { refused: 'disks whose power can be cut need Linux' };
  return process.getuid?.() === 0
    ? null
    : { refused: 'a disk whose power can be cut is a file mounted on this machine, which takes root' };
}

/** The services that use the disk. */
export interface DiskUsers {
  /** Stops them where they stand: nobody writes while the disk is copied. */
  freeze(): Promise<void>;
  kill(): Promise<void>;
}

/**
 * A file system of a node's own, in a file that is mounted below the node's directory. What was written and never
 * synced is in the kernel's cache, which a killed process leaves behind: only the file holds what the disk holds. To
 * cut the power is to copy that file as it stands, to throw the mounted one away, and to mount the copy, whose journal
 * is then replayed as after a crash.
 */
export class LoopDisk implements Disk {
  readonly directory: string;
  readonly #node: string;
  readonly #image: string;
  readonly #users: DiskUsers;

  private constructor(node: string, users: DiskUsers) {
    const { pid, start } = self();
    this.#node = node;
    this.#users = users;
    this.#image = `${node}.${pid}-${start}${IMAGE_SUFFIX}`;
    this.directory = join(node, 'disk');
  }

  /** Below `node`, a directory that is there and not yet bound into a container. @throws Error from the tool that failed */
  static async create(node: string, users: DiskUsers): Promise<LoopDisk> {
    const disk = new LoopDisk(node, users);
    const file = await open(disk.#image, 'w');
    await file.truncate(SIZE);
    await file.close();
    // Everything is laid out now: a file system that goes on writing by itself could not be copied at rest.
    const layout = ['-q', '-F', '-i', '65536', '-E', 'lazy_itable_init=0,lazy_journal_init=0'];
    await run('mkfs.ext4', [...layout, disk.#image]);
    // The container sees what is mounted here later only through a shared mount.
    await run('mount', ['--bind', node, node]);
    await run('mount', ['--make-shared', node]);
    await mkdir(disk.directory);
    await disk.#mount();
    await chown(disk.directory, IMAGE_USER, IMAGE_USER);
    return disk;
  }

  /** Processes die, and writes that were not synced are gone. Resolves with what was proven of the copy. */
  async cutPower(): Promise<string> {
    await this.#users.freeze();
    const copy = `${this.#image}.copy`;
    let attempt = 1;
    // The kernel may write to the disk by itself while it is copied: then that was no moment.
    for (; attempt <= COPIES; attempt++) {
      const before = await this.#written();
      await run('cp', ['--sparse=always', this.#image, copy]);
      if ((await this.#written()) === before) break;
    }
    await this.#users.kill();
    await run('sh', ['-c', UNMOUNT, 'sh', this.directory]);
    await rename(copy, this.#image);
    await this.#mount();
    if (attempt > COPIES) throw new Error(`the disk was written to during each of ${COPIES} copies of it`);
    return `the disk was copied at rest (attempt ${attempt}) and mounted anew`;
  }

  /** What the harness itself has put there is on the disk from now on. */
  async sync(): Promise<void> {
    await run('sync', ['-f', this.directory]);
  }

  /** Takes all that is free. Resolves with what is left, in bytes. */
  async fill(): Promise<number> {
    const { bavail, bsize } = await statfs(this.directory);
    await run('fallocate', [
      '-l',
      String(Math.max(bsize, bavail * bsize)),
      join(this.directory, FILLER),
    ]).catch(
      // Not quite so much was free: the rest is taken byte by byte.
      () => run('sh', ['-c', 'cat /dev/zero >>"$1" 2>/dev/null; true', 'sh', join(this.directory, FILLER)]),
    );
    return this.available();
  }

  async free(): Promise<void> {
    await rm(join(this.directory, FILLER), { force: true });
  }

  /** Bytes that an unprivileged process may still write. */
  async available(): Promise<number> {
    const { bavail, bsize } = await statfs(this.directory);
    return bavail * bsize;
  }

  /** Takes the mounts away. The image goes with the run's directory. */
  async close(): Promise<void> {
    await removeDisk(this.#node, this.#image);
  }

  async #mount(): Promise<void> {
    await run('mount', ['-o', 'loop,noatime', this.#image, this.directory]);
  }

  /** Sectors written to the disk since it was attached. https://docs.kernel.org/block/stat.html */
  async #written(): Promise<string> {
    const { stdout } = await run('findmnt', ['-n', '-o', 'SOURCE', this.directory]);
    const name = stdout.trim().split('/').at(-1) ?? '';
    const fields = (await readFile(`/sys/block/${name}/stat`, 'utf8')).trim().split(/\s+/);
    return fields[6];
  }
}

/** Unmounts what lies below a node's directory, and removes the image; whatever is gone already is no error. */
export async function removeDisk(node: string, image: string): Promise<void> {
  const unmount = (path: string) =>
    run('umount', [path]).catch(() => run('umount', ['-l', path]).catch(() => undefined));
  await unmount(join(node, 'disk'));
  await unmount(node);
  for (const file of [image, `${image}.copy`]) await rm(file, { force: true });
}

/** `<node>.<pid>-<start time><suffix>`: the file of a node's disk, whether or not it has been deleted under its mount. */
const IMAGE = /^(.*)\.(\d+)-(\d+)\.alibi-disk(?: \(deleted\))?$/;

/**
 * Disks of harnesses that are dead: their mounts and their files. Resolves with the files. A harness may have been killed when a
 * node's directory was bound and nothing was mounted below it yet: then only the file beside it tells whose it is.
 */
export async function cleanDisks(isDead: (owner: string) => boolean): Promise<string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const images = new Set<string>();
  for (const [, mounted, device] of mounts.matchAll(/^\d+ \d+ \S+ \S+ (\S+) .* - \S+ (\S+) /gm)) {
    // The kernel writes blanks in paths as \040. https://docs.kernel.org/filesystems/proc.html
    const path = mounted.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    for (const image of [await backingFile(device), ...(await besides(path))]) images.add(image);
  }
  const removed: string[] = [];
  for (const image of images) {
    const [, node, pid, start] = IMAGE.exec(image) ?? [];
    if (node === undefined || !isDead(`${pid}:${start}`)) continue;
    await removeDisk(node, image.replace(/ \(deleted\)$/, ''));
    removed.push(image);
  }
  return removed;
}

/** The file behind a loop device; empty for any other. */
async function backingFile(device: string): Promise<string> {
  const name = /^\/dev\/(loop\d+)$/.exec(device)?.[1];
  if (name === undefined) return '';
  return (await readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '')).trim();
}

/** Files of disks that belong to the node whose directory is mounted at `path`. */
async function besides(path: string): Promise<string[]> {
  const files = await readdir(dirname(path)).catch(() => []);
  const image = (file: string) => IMAGE.exec(file)?.[1] === basename(path);
  return files.filter(image).map((file) => join(dirname(path), file));
}
