import { isLater, type Stamp } from './stamp.ts';

/** One value and when it was written; the latest write wins (Johnson & Thomas, RFC 677, 1975). */
export interface LwwRegister<T> {
  readonly value: T;
  readonly stamp: Stamp;
}

/** `order`: is the second argument's rival, the first, the winner? */
export function mergeLwwRegisters<T>(
  a: LwwRegister<T>,
  b: LwwRegister<T>,
  order: typeof isLater = isLater,
): LwwRegister<T> {
  return order(b.stamp, a.stamp) ? b : a;
}
