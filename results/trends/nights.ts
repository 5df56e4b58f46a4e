import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { campaignCells } from '../regressions/baseline.ts';
import type { JudgedCell } from '../regressions/findings.ts';

/** One campaign among others of its name. */
export interface NightRow {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly cells: readonly JudgedCell[];
}

const head = z.looseObject({ name: z.string(), startedAt: z.string() });

/** The campaign in a directory, or null when there is none that came to its end. */
export async function readNight(directory: string): Promise<NightRow | null> {
  try {
    const [about, results] = await Promise.all(
      ['campaign.json', 'results.json'].map(
        async (name) => JSON.parse(await readFile(join(directory, name), 'utf8')) as unknown,
      ),
    );
    const { name, startedAt } = head.parse(about);
    return { name, startedAt, cells: campaignCells(results) };
  } catch {
    // A night that cannot be read is one point less, not the end of the page.
    return null;
  }
}

/** The campaigns directly below a directory, the oldest first. */
export async function nightsIn(directory: string): Promise<NightRow[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const nights = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => readNight(join(directory, entry.name))),
  );
  return nights
    .filter((night) => night !== null)
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0));
}
