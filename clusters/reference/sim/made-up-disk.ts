import type { MadeUpDisk } from '../../../harness/cluster.ts';
import type { Corruption } from '../../../harness/hosts/corruption.ts';
import type { Random } from '../../../harness/runtime/types.ts';
import type { SimDisk } from './disk.ts';
import type { SimNode } from './node.ts';

/** A simulated node's disk, as the nemesis deals with it. */
export class MadeUp implements MadeUpDisk {
  readonly #disk: SimDisk;
  readonly #node: SimNode;

  constructor(disk: SimDisk, node: SimNode) {
    this.#disk = disk;
    this.#node = node;
  }

  /** Every kill is a power cut here. */
  cutPower(): Promise<string> {
    this.#node.kill();
    return Promise.resolve(this.#node.log.at(-1)?.replace(/^\d+ /, '') ?? 'it was not running');
  }

  fill(): Promise<number> {
    this.#disk.full = true;
    return this.available();
  }

  free(): Promise<void> {
    this.#disk.full = false;
    return Promise.resolve();
  }

  available(): Promise<number> {
    return Promise.resolve(this.#disk.available);
  }

  failSyncs(fail: boolean): void {
    this.#disk.failing = fail;
  }

  get failed(): number {
    return this.#disk.failed;
  }

  damage(kind: 'bit-flip' | 'truncate', random: Random): Promise<Corruption> {
    const { size } = this.#disk;
    if (size === 0) return Promise.reject(new Error('there is nothing on the disk to corrupt'));
    const at = random.below(size);
    if (kind === 'bit-flip') this.#disk.rot(at);
    else this.#disk.truncate(at);
    return Promise.resolve({ file: 'wal', at: at + 1, done: true });
  }
}
