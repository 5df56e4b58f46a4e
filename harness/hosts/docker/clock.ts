import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostNode } from '../types.ts';

/** libfaketime, for programs that ask libc for the time; images with `libfaketime` link it here. */
const LIBRARY = '/usr/local/lib/libfaketimeMT.so.1';

function offsetFile(node: HostNode): string {
  return join(node.directory, 'clock-offset');
}

/**
 * The environment of a service whose clock can be set with {@link setClockOffset}, which must have been called once
 * before the service starts. Only the time of day is changed, never the monotonic clock.
 */
export function fakeClockEnvironment(node: HostNode): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: offsetFile(node),
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DISABLE_SHM: '1',
  };
}

/** Sets the node's clock to true time + `ms`, for all its services with that environment, running or not. */
export async function setClockOffset(node: HostNode, ms: number): Promise<void> {
  const file = offsetFile(node);
  // Renamed into place: a reader never sees half a number.
  await writeFile(`${file}.new`, `${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1000).toFixed(3)}\n`);
  await rename(`${file}.new`, file);
}

/**
 * What a program with that environment sees minus true time, in ms: to a few ms, half the time it takes to start one.
 * Rejects where libfaketime is missing.
 */
export async function measureClockOffset(node: HostNode): Promise<number> {
  const settings = Object.entries(fakeClockEnvironment(node)).map(([name, value]) => `${name}=${value}`);
  const round = 'date +%s%N; env "$@" date +%s%N; date +%s%N';
  const { stdout } = await node.run([
    'sh',
    '-c',
    `set -e; test -e ${LIBRARY}; ${round}; ${round}; ${round}`,
    'sh',
    ...settings,
  ]);
  const times = stdout.trim().split('\n').map(BigInt);
  const rounds = [0, 3, 6].map((i) => ({
    offset: Number(times[i + 1] - (times[i] + times[i + 2]) / 2n) / 1e6,
    uncertainty: times[i + 2] - times[i],
  }));
  return rounds.reduce((best, each) => (each.uncertainty < best.uncertainty ? each : best)).offset;
}
