import type { Ownership } from './ownership.ts';
import type { MeasuredRange, OwnedRange } from './requests.ts';

/** The ranges that a shard knows, with how many of these tokens (one a row) lie in each, and where half of them do. */
export function measured(ownership: Ownership, rows: Iterable<string>): MeasuredRange[] {
  const tokens = new Map<OwnedRange, string[]>(ownership.ranges.map((range) => [range, []]));
  for (const token of rows) {
    const range = ownership.of(token);
    if (range !== null) tokens.get(range)?.push(token);
  }
  return [...tokens].map(([range, found]) => {
    found.sort();
    const middle = found.find((token, i) => 2 * i >= found.length && token > found[0]);
    return { ...range, rows: found.length, middle: middle ?? null };
  });
}
