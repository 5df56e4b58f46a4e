import type { Json } from '../../../harness/history/event.ts';
import type { Clock, Random } from '../../../harness/runtime/types.ts';
import { SYNC, draw } from './durations.ts';

/** What a crash did to the records that were not synced yet. */
export interface Loss {
  readonly lost: number;
  /** The first of the lost ones was half written: its checksum is wrong, and it is cut off at the next start. */
  readonly torn: boolean;
}

/** A node's write-ahead log. Appends that arrive while the disk is busy share the next sync. */
export class SimDisk {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #records: Json[] = [];
  #unsynced: Json[] = [];
  #syncing = false;
  #onDurable: (count: number) => void = () => undefined;
  #durable = 0;
  /** Counts the crashes: a sync that one of them interrupted never ends. */
  #crashes = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** What the disk holds. From now on `onDurable` hears how many of the records appended since are on it. */
  open(onDurable: (count: number) => void): readonly Json[] {
    this.#onDurable = onDurable;
    this.#durable = 0;
    return this.#records.slice();
  }

  append(record: Json): void {
    this.#unsynced.push(record);
    if (!this.#syncing) this.#sync();
  }

  /** Loses power: of what was not synced, any beginning may have reached the disk. */
  crash(): Loss {
    this.#crashes += 1;
    this.#syncing = false;
    const unsynced = this.#unsynced;
    this.#unsynced = [];
    if (unsynced.length === 0) return { lost: 0, torn: false };
    const kept = this.#random.below(unsynced.length + 1);
    for (let i = 0; i < kept; i++) this.#records.push(unsynced[i]);
    return { lost: unsynced.length - kept, torn: kept < unsynced.length && this.#random.chance(0.5) };
  }

  #sync(): void {
    const crashes = this.#crashes;
    const batch = this.#unsynced.length;
    this.#syncing = true;
    this.#clock.after(draw(this.#random, SYNC), () => {
      if (this.#crashes !== crashes) return;
      for (let i = 0; i < batch; i++) this.#records.push(this.#unsynced[i]);
      this.#unsynced = this.#unsynced.slice(batch);
      this.#durable += batch;
      this.#syncing = false;
      this.#onDurable(this.#durable);
      if (this.#unsynced.length > 0) this.#sync();
    });
  }
}
