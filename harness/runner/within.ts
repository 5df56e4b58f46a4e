import type { Clock } from '../runtime/types.ts';

/** What {@link within} gives when time ran out. */
export const LATE = Symbol('late');

/** The promise's result, or {@link LATE} after `ns`: then nobody waits for it any more, and its rejection is dropped. */
export async function within<T>(clock: Clock, ns: number, promise: Promise<T>): Promise<T | typeof LATE> {
  let cancel = () => {};
  const late = new Promise<typeof LATE>((resolve) => {
    cancel = clock.after(ns, () => resolve(LATE));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}
