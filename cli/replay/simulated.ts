import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { StoredRun } from '../../results/run-directory.ts';
import { tampering } from '../../results/seal.ts';
import { HistoryLines } from '../lab/lines.ts';
import { simulateRun } from '../run/simulate.ts';
import { storedRun } from '../scenario/stored.ts';
import { UsageError } from '../usage.ts';
import { version } from '../version.ts';

/** A simulated run made again, held against what was kept of it. */
export interface Replayed {
  readonly identical: boolean;
  /** Lines of the history that was kept, its header included. */
  readonly lines: number;
  /** Where the two part first, line from 1; null = that history is over by then. */
  readonly difference: {
    readonly line: number;
    readonly was: string | null;
    readonly is: string | null;
  } | null;
  readonly versions: { readonly was: string; readonly is: string };
  /** Why the history that was kept may not be the run's own, a sentence each. */
  readonly doubts: readonly string[];
}

/**
 * Makes a simulated run again from its directory and compares the histories byte by byte.
 * @throws UsageError when another release made it, unless `force`: what a seed gives is promised within a release.
 */
export async function replaySimulated(stored: StoredRun, force: boolean): Promise<Replayed> {
  const versions = { was: stored.meta.alibi, is: version() };
  if (versions.was !== versions.is && !force)
    throw new UsageError(
      `${stored.paths.path} was made by alibi ${versions.was} and this is ${versions.is}: equal seeds give equal ` +
        'bytes within a release only; --force replays it all the same',
    );
  const sink = new HistoryLines();
  await simulateRun(storedRun(stored), sink);
  const bytes = readFileSync(stored.historyPath);
  const was = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString();
  const difference = firstDifference(was, sink.text());
  const doubts = await tampering(stored);
  return { identical: difference === null, lines: linesOf(was).length, difference, versions, doubts };
}

export function firstDifference(was: string, is: string): Replayed['difference'] {
  if (was === is) return null;
  const [before, after] = [linesOf(was), linesOf(is)];
  let at = 0;
  while (before[at] === after[at] && at < before.length) at++;
  return { line: at + 1, was: before.at(at) ?? null, is: after.at(at) ?? null };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
