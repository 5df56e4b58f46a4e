/**
 * The machine's monotonic clock in integer microseconds: all processes of one machine (containers included) read the
 * same one. It is the "true time" against which the clocks of nodes are set and measured.
 */
export function machineMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
