/**
 * The wall clock, for what people read (run.json, directory names): ISO 8601, UTC, milliseconds.
 * No history, verdict or decision may hang on it: those count from the run's start by `Clock.now`.
 */
export function wallClock(): string {
  return new Date().toISOString();
}

/** Starts to measure: each call of the result gives the real milliseconds since. For figures in reports only. */
export function stopwatch(): () => number {
  const start = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - start) / 1e6;
}
