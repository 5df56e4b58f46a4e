import { SECOND, type Clock } from '../../harness/runtime/types.ts';
import type { Routing } from './client.ts';
import type { Failed } from './outcome.ts';

/**
 * Who answers reads: the primary, every node in turn, one node a session, or (`after-write`) the primary for a while
 * after a write of the session and every node in turn otherwise.
 */
export const READS = ['primary', 'any', 'sticky', 'after-write'] as const;
export type Reads = (typeof READS)[number];

/**
 * Read and write splitting as many applications do it: whoever has just written reads from the primary for a fixed
 * time. It holds as long as no replica lags behind by more than that, and nobody watches whether one does.
 */
export class Pins {
  readonly #clock: Clock;
  readonly #ns: number;
  /** When each session's last write was sent or answered, whichever is known last. */
  readonly #written = new Map<number, number>();

  constructor(clock: Clock, seconds: number) {
    this.#clock = clock;
    this.#ns = seconds * SECOND;
  }

  wrote(session: number): void {
    this.#written.set(session, this.#clock.now());
  }

  holds(session: number): boolean {
    const at = this.#written.get(session);
    return at !== undefined && this.#clock.now() - at < this.#ns;
  }
}

/** Who is who at present, as far as routing cares. */
export interface Places<C> {
  readonly nodes: readonly { readonly name: string; connect(signal: AbortSignal): Promise<C> }[];
  readonly primary: string;
  /** A former primary that was not fenced, and still serves those who reach it. */
  readonly unfenced: string | null;
}

/**
 * Where a session's operations go, as a virtual address or a proxy would decide. After a failover without fencing,
 * sessions with odd numbers still reach the old primary, those with even numbers the new one.
 */
export class SessionRouting<C> implements Routing<C> {
  readonly readsNeedPrimary: boolean;
  readonly #places: Places<C>;
  readonly #reads: Reads;
  readonly #failed: (thrown: unknown) => Failed;
  readonly #pins: Pins;
  #turn: number;

  /** `process` decides with which node the turns of `reads=any` begin; `failed` wraps an error in phase `connect`. */
  constructor(
    places: Places<C>,
    reads: Reads,
    process: number,
    failed: (thrown: unknown) => Failed,
    pins: Pins,
  ) {
    this.#pins = pins;
    this.readsNeedPrimary = reads === 'primary';
    this.#places = places;
    this.#reads = reads;
    this.#failed = failed;
    this.#turn = process;
  }

  writeNode(session: number): string {
    const { unfenced, primary } = this.#places;
    return unfenced !== null && session % 2 === 1 ? unfenced : primary;
  }

  readNode(session: number): string {
    const { nodes } = this.#places;
    switch (this.#reads) {
      case 'primary':
        return this.writeNode(session);
      case 'after-write':
        if (this.#pins.holds(session)) return this.writeNode(session);
        return nodes[this.#turn++ % nodes.length].name;
      case 'any':
        return nodes[this.#turn++ % nodes.length].name;
      case 'sticky':
        return nodes[session % nodes.length].name;
    }
  }

  wrote(session: number): void {
    this.#pins.wrote(session);
  }

  open(name: string, signal: AbortSignal): Promise<C> {
    const found = this.#places.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`there is no node "${name}"`);
    return found.connect(signal);
  }

  notPrimary(node: string): Failed {
    return this.#failed(new Error(`${node} is a standby now, not the primary`));
  }
}
