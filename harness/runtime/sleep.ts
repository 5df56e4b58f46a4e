import type { Clock } from './types.ts';

/** {@link Clock.sleep} by means of {@link Clock.after}: whichever of time and abort comes first undoes the other. */
export function sleepBy(after: Clock['after'], ns: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      signal?.removeEventListener('abort', wake);
      cancel();
      resolve();
    };
    const cancel = after(ns, wake);
    signal?.addEventListener('abort', wake);
  });
}
