import type { Link, LinkCounters, Links } from '../../../harness/hosts/types.ts';
import { MILLISECOND, type Clock, type Random, type Runtime } from '../../../harness/runtime/types.ts';
import { BETWEEN_SITES, NETWORK, draw, type Durations } from './durations.ts';

/** What a link does to messages by itself, in so many of 65,536: mild, and enough to need every retry there is. */
export interface Mishaps {
  readonly lost: number;
  readonly doubled: number;
  /** Overtaken by what is sent later. */
  readonly late: number;
}

export const MILD: Mishaps = { lost: 64, doubled: 128, late: 256 };

/** The networks to choose from. `slow`: every two nodes are as far apart as two data centres. */
export const NETWORKS = {
  calm: { lost: 0, doubled: 0, late: 0 },
  mild: MILD,
  rough: { lost: 1310, doubled: 1310, late: 3276 },
  slow: MILD,
} as const satisfies Readonly<Record<string, Mishaps>>;

export type NetworkName = keyof typeof NETWORKS;
export const NETWORK_NAMES = Object.keys(NETWORKS) as readonly NetworkName[];

/** What a fault adds to what the network does by itself: see {@link Links}. */
type Fault = 'lost' | 'doubled' | 'late';

const OUT_OF = 65_536;
const LATE_BY = 20 * MILLISECOND;
const PROBE_EVERY = 25 * MILLISECOND;
const PROBE_STEP = MILLISECOND;
const PROBE_PATIENCE = 100 * MILLISECOND;

/** One direction between two nodes. Messages are counted, not bytes. */
export class SimLink {
  carried = 0;
  dropped = 0;
  duplicated = 0;
  reordered = 0;
  delay = 0;
  /** By a fault, of 65,536. */
  readonly #faults: Record<Fault, number> = { lost: 0, doubled: 0, late: 0 };
  #cut = false;
  /** Counts the cuts: what was in flight when one began is gone, even if it is healed before the arrival. */
  #cuts = 0;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #mishaps: Mishaps;
  readonly #latencies: Durations;

  constructor(clock: Clock, random: Random, mishaps: Mishaps, latencies: Durations) {
    this.#clock = clock;
    this.#random = random;
    this.#mishaps = mishaps;
    this.#latencies = latencies;
  }

  cut(): void {
    this.#cut = true;
    this.#cuts += 1;
  }

  heal(): void {
    this.#cut = false;
    this.delay = 0;
    for (const fault of ['lost', 'doubled', 'late'] as const) this.#faults[fault] = 0;
  }

  /** So many percent of what is sent from now on, beyond what the network does by itself. */
  spoil(fault: Fault, percent: number): void {
    this.#faults[fault] = Math.floor((percent * OUT_OF) / 100);
  }

  /** Sends in `later` ns; `arrive` is called not at all, once or twice. */
  send(later: number, arrive: () => void): void {
    const { lost, doubled, late } = this.#mishaps;
    const mishap = this.#random.below(OUT_OF);
    if (mishap < lost) return;
    if (this.#struck('lost')) {
      this.dropped += 1;
      return;
    }
    const held = this.#struck('late');
    const twice = this.#struck('doubled');
    if (held) this.reordered += 1;
    if (twice) this.duplicated += 1;
    const overtaken = held || mishap >= OUT_OF - late;
    this.#carry(later + (overtaken ? this.#random.below(LATE_BY) : 0), arrive);
    if (twice || mishap < lost + doubled) this.#carry(later, arrive);
  }

  /** A message of ours, which nothing counts. */
  probe(arrive: () => void): void {
    const cuts = this.#cuts;
    if (this.#cut) return;
    this.#clock.quietly(this.#latency(), () => this.#cuts === cuts && arrive());
  }

  #carry(later: number, arrive: () => void): void {
    if (this.#cut) {
      this.dropped += 1;
      return;
    }
    const cuts = this.#cuts;
    this.#clock.quietly(later + this.#latency(), () => {
      if (this.#cuts !== cuts) this.dropped += 1;
      else {
        this.carried += 1;
        arrive();
      }
    });
  }

  /** Draws nothing where there is no fault: what else hangs on the stream stays as it is. */
  #struck(fault: Fault): boolean {
    const share = this.#faults[fault];
    return share > 0 && this.#random.below(OUT_OF) < share;
  }

  #latency(): number {
    return draw(this.#random, this.#latencies) + this.delay;
  }
}

/**
 * The network between nodes: each directed link draws latency, loss, doubling and delays from its own stream.
 * Messages have no connections here, so that a cut by `reset` swallows them just as one by `drop`; clients never
 * notice, since they do not use these links.
 */
export class SimNetwork implements Links {
  readonly #clock: Clock;
  readonly #links = new Map<string, SimLink>();

  /** `far`: are these two as far apart as two data centres? */
  constructor(
    runtime: Runtime,
    names: readonly string[],
    mishaps: Mishaps,
    far: (link: Link) => boolean = () => false,
  ) {
    this.#clock = runtime.clock;
    const random = runtime.random('sim/network');
    for (const from of names)
      for (const to of names)
        if (from !== to)
          this.#links.set(
            nameOf({ from, to }),
            new SimLink(
              runtime.clock,
              random.fork(nameOf({ from, to })),
              mishaps,
              far({ from, to }) ? BETWEEN_SITES : NETWORK,
            ),
          );
  }

  link(link: Link): SimLink {
    const found = this.#links.get(nameOf(link));
    if (!found) throw new Error(`there is no link from ${link.from} to ${link.to}`);
    return found;
  }

  cut(links: readonly Link[]): Promise<void> {
    for (const link of links) this.link(link).cut();
    return Promise.resolve();
  }

  lose(links: readonly Link[], percent: number): Promise<void> {
    return this.#spoil(links, 'lost', percent);
  }

  duplicate(links: readonly Link[], percent: number): Promise<void> {
    return this.#spoil(links, 'doubled', percent);
  }

  reorder(links: readonly Link[], percent: number): Promise<void> {
    return this.#spoil(links, 'late', percent);
  }

  delay(links: readonly Link[], ms: number): Promise<void> {
    for (const link of links) this.link(link).delay = ms * MILLISECOND;
    return Promise.resolve();
  }

  heal(links?: readonly Link[]): Promise<void> {
    for (const link of links?.map((one) => this.link(one)) ?? this.#links.values()) link.heal();
    return Promise.resolve();
  }

  async reaches(link: Link): Promise<boolean> {
    let heard = false;
    for (let waited = 0; waited < PROBE_PATIENCE && !heard; waited += PROBE_STEP) {
      if (waited % PROBE_EVERY === 0) this.link(link).probe(() => (heard = true));
      // In small steps: how long a probe took tells a slow link.
      await this.#clock.sleep(PROBE_STEP);
    }
    return heard;
  }

  counters(link: Link): Promise<LinkCounters> {
    const { carried, dropped, duplicated, reordered } = this.link(link);
    return Promise.resolve({ carried, dropped, duplicated, reordered });
  }

  #spoil(links: readonly Link[], fault: Fault, percent: number): Promise<void> {
    for (const link of links) this.link(link).spoil(fault, percent);
    return Promise.resolve();
  }
}

function nameOf({ from, to }: Link): string {
  return `${from}→${to}`;
}
