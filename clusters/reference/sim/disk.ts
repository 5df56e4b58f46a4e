import type { Json } from '../../../harness/history/event.ts';
import { SECOND, type Clock, type Random } from '../../../harness/runtime/types.ts';
import type { BugName } from '../bugs.ts';
import { SYNC, draw } from './durations.ts';

/** What a crash did to the records that were not synced yet. */
export interface Loss {
  readonly lost: number;
  /** The first of the lost ones was half written: its checksum is wrong, and it is cut off at the next start. */
  readonly torn: boolean;
}

interface Pending {
  readonly record: Json;
  readonly checkpoint: boolean;
}

/** Free where nothing was filled, bytes: nobody fills it by writing. */
const ROOM = 1 << 30;
/** What a full disk says, and a broken one. */
type DiskError = 'ENOSPC' | 'EIO';

/** How long the bugs `no-fsync` leave records to the operating system, ns. */
const WRITE_BACK = SECOND;

/** A node's write-ahead log. Appends that arrive while the disk is busy share the next sync. */
export class SimDisk {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #bug: BugName | 'none';
  readonly #lazy: boolean;
  #records: Json[] = [];
  #unsynced: Pending[] = [];
  #syncing = false;
  #onDurable: (count: number) => void = () => undefined;
  #durable = 0;
  #onError: (error: DiskError) => void = () => undefined;
  /** Leaves no room for anything. */
  full = false;
  /** Every sync fails with EIO. */
  failing = false;
  /** Syncs that failed so. */
  failed = 0;
  /** A record that reads differently from what was written: its checksum is wrong. */
  #rotten = -1;
  /** Counts the crashes: a sync that one of them interrupted never ends. */
  #crashes = 0;

  constructor(clock: Clock, random: Random, bug: BugName | 'none' = 'none') {
    this.#clock = clock;
    this.#random = random;
    this.#bug = bug;
    this.#lazy = bug === 'no-fsync' || bug === 'raft-no-fsync';
  }

  /**
   * What the disk holds. From now on `onDurable` hears how many of the records appended since are on it, and `onError`
   * that it takes no more. As the real log does: a damaged record at the end is cut off, another one forbids the start.
   * @throws Error that says which record is damaged
   */
  open(
    onDurable: (count: number) => void,
    onError: (error: DiskError) => void = () => undefined,
  ): readonly Json[] {
    this.#onDurable = onDurable;
    this.#onError = onError;
    this.#durable = 0;
    if (this.#rotten >= 0 && this.#rotten === this.#records.length - 1) this.truncate(this.#rotten);
    if (this.#rotten >= 0)
      throw new Error(`record ${this.#rotten + 1} is damaged, with sound records after it: restore the log`);
    return this.#records.slice();
  }

  get size(): number {
    return this.#records.length;
  }

  /** Bytes that could be written. */
  get available(): number {
    return this.full ? 0 : ROOM;
  }

  /** One bit of this record turns. */
  rot(record: number): void {
    this.#rotten = record;
  }

  /** Leaves only so many records. */
  truncate(records: number): void {
    this.#records.length = records;
    if (this.#rotten >= records) this.#rotten = -1;
  }

  /** `checkpoint`: once this record is on the disk, all before it are of no more use. */
  append(record: Json, checkpoint = false): void {
    this.#unsynced.push({ record, checkpoint });
    if (this.#lazy) this.#pretend();
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
    for (let i = 0; i < kept; i++) this.#keep(unsynced[i]);
    const torn = kept < unsynced.length && this.#random.chance(0.5);
    if (torn && this.#bug === 'torn-tail-accepted') this.#records.push(tear(unsynced[kept].record));
    return { lost: unsynced.length - kept, torn };
  }

  #keep({ record, checkpoint }: Pending): void {
    if (checkpoint) this.truncate(0);
    this.#records.push(record);
  }

  #sync(): void {
    const crashes = this.#crashes;
    const batch = this.#unsynced.length;
    this.#syncing = true;
    const lazily = this.#lazy;
    this.#clock.quietly(lazily ? WRITE_BACK : draw(this.#random, SYNC), () => {
      if (this.#crashes !== crashes) return;
      if (this.full || this.failing) return this.#fail();
      for (let i = 0; i < batch; i++) this.#keep(this.#unsynced[i]);
      this.#unsynced = this.#unsynced.slice(batch);
      this.#syncing = false;
      if (!lazily) this.#onDurable((this.#durable += batch));
      // Hearing of it, the replica may have appended, and so begun the next sync.
      if (this.#unsynced.length > 0 && !this.#syncing) this.#sync();
    });
  }

  /** The process ends at that; whoever hears of it loses power with it. */
  #fail(): void {
    if (this.full) this.#unsynced = [];
    else this.failed += 1;
    this.#onError(this.full ? 'ENOSPC' : 'EIO');
  }

  /** Says at once that it is durable. */
  #pretend(): void {
    const [crashes, count] = [this.#crashes, ++this.#durable];
    this.#clock.quietly(0, () => this.#crashes === crashes && this.#onDurable(count));
  }
}

/** A record of which only the front reached the disk: the numbers that were to be stored are zeros. */
function tear(record: Json): Json {
  return JSON.parse(JSON.stringify(record), (name: string, value: Json) =>
    name === 'fields' ? zeroed(value) : value,
  ) as Json;
}

function zeroed(fields: Json): Json {
  return Object.fromEntries(
    Object.entries(fields as object).map(([name, value]) => [
      name,
      typeof value === 'number' ? 0 : (value as Json),
    ]),
  );
}
