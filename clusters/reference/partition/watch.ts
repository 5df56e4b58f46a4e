import { SECOND, type Cancel, type Clock } from '../../../harness/runtime/types.ts';
import type { Fleet } from '../fleet.ts';
import type { Status } from '../replica/types.ts';
import type { StoreSettings } from '../settings.ts';
import { dedicated, loadsOf, splitByLoad } from './hot.ts';
import type { Partitioning } from './partitioning.ts';
import type { Rebalancer } from './rebalancer.ts';
import type { ShardRebalancing } from './rebalancing.ts';

export interface WatchParts {
  readonly clock: Clock;
  readonly fleet: Pick<Fleet, 'statuses'>;
  readonly groups: Partitioning['groups'];
  readonly settings: Pick<StoreSettings, 'splitRows' | 'splitLoad' | 'dedicate'>;
  readonly rebalancer: Rebalancer;
  readonly rebalancing: ShardRebalancing;
}

/** Splits by size and by load: looks once a second, and begins one move at a time. */
export class Watch {
  readonly #parts: WatchParts;
  #cancel: Cancel = () => undefined;
  #before: ReadonlyMap<string, Status> = new Map();

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  begin(): void {
    const { splitRows, splitLoad, dedicate } = this.#parts.settings;
    if (splitRows > 0 || splitLoad > 0 || dedicate > 0) this.#again();
  }

  stop(): void {
    this.#cancel();
    this.#again = () => undefined;
  }

  #again = (): void => {
    this.#cancel = this.#parts.clock.after(SECOND, () => {
      void this.#look()
        .catch(() => undefined)
        .then(() => this.#again());
    });
  };

  async #look(): Promise<void> {
    const { rebalancer, rebalancing, settings, fleet, groups } = this.#parts;
    const before = this.#before;
    this.#before = await fleet.statuses();
    if (rebalancer.pending > 0) return;
    const { splitRows, splitLoad, dedicate } = settings;
    const loads = before.size === 0 ? null : loadsOf(groups, before, this.#before);
    const relief =
      loads === null
        ? null
        : ((dedicate > 0 ? dedicated(loads, rebalancer.map, dedicate) : null) ??
          (splitLoad > 0 ? splitByLoad(loads, rebalancer.map, splitLoad) : null));
    if (relief !== null) await rebalancing.relieve(relief);
    else if (splitRows > 0) await rebalancing.splitAbove(splitRows);
  }
}
