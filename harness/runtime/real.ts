import { randomStream } from './random.ts';
import { sleepBy } from './sleep.ts';
import { MILLISECOND, type Cancel, type Clock, type Runtime } from './types.ts';

/** The longest that setTimeout can wait (it fires at once beyond that): longer waits are cut into pieces. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Real time, counted from this call by the machine's monotonic clock, and the streams of `seed`. */
export function realRuntime(seed: string | number): Runtime {
  return { clock: new RealClock(), random: (stream) => randomStream(seed, stream) };
}

class RealClock implements Clock {
  readonly #start = process.hrtime.bigint();

  now(): number {
    return Number(process.hrtime.bigint() - this.#start);
  }

  sleep(ns: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this.after.bind(this), ns, signal);
  }

  /** Never fires early: Node's timers count whole milliseconds of another clock, so they are checked against ours. */
  after(ns: number, fire: () => void): Cancel {
    const due = this.now() + ns;
    let timer: NodeJS.Timeout;
    const arm = () => {
      const ms = Math.ceil((due - this.now()) / MILLISECOND);
      timer = setTimeout(ring, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    };
    const ring = () => {
      if (this.now() < due) arm();
      else fire();
    };
    arm();
    return () => clearTimeout(timer);
  }

  quietly(ns: number, fire: () => void): Cancel {
    return this.after(ns, fire);
  }
}
