import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';

const STEP = 50 * MILLISECOND;

/**
 * Clocks that run too fast or too slow, where a library can only be told an offset: it is moved on a little, twenty
 * times a second. Only the time of day drifts so: timers go by a clock that nobody can turn.
 */
export class Drifting {
  readonly #clock: Clock;
  readonly #set: (node: string, ms: number) => Promise<void>;
  /** Ends the drift of each node that drifts; resolves when no step of it is under way. */
  readonly #ends = new Map<string, () => Promise<void>>();

  /** `set`: sets a node's clock to true time + ms. */
  constructor(clock: Clock, set: (node: string, ms: number) => Promise<void>) {
    this.#clock = clock;
    this.#set = set;
  }

  /** True time + `ms`, and no drift any more. */
  async setOffset(node: string, ms: number): Promise<void> {
    await this.#end(node);
    await this.#set(node, ms);
  }

  /** From now on so many percent too fast, beginning with true time. */
  async setDrift(node: string, percent: number): Promise<void> {
    await this.#end(node);
    if (percent === 0) return;
    const began = this.#clock.now();
    let cancel = (): void => undefined;
    let going = true;
    let step: Promise<void> = Promise.resolve();
    const move = async (): Promise<void> => {
      const ms = ((this.#clock.now() - began) / MILLISECOND) * (percent / 100);
      await this.#set(node, ms).catch(() => undefined);
      if (going) cancel = this.#clock.after(STEP, () => void (step = move()));
    };
    this.#ends.set(node, () => {
      going = false;
      cancel();
      return step;
    });
    step = move();
    await step;
  }

  async #end(node: string): Promise<void> {
    const end = this.#ends.get(node);
    this.#ends.delete(node);
    await end?.();
  }
}
