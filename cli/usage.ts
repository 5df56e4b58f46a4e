/** What the user got wrong: one sentence (what, where, what to do), exit code 64, never a stack trace. */
export class UsageError extends Error {}

/** Parts that exist but do not fit each other: a workload without a client, a fault or a world that is out of reach. */
export class DoesNotFit extends UsageError {}

/** ` (did you mean "x"?)` with the nearest of the valid names, and all of them when none is near. */
export function suggestion(wrong: string, valid: Iterable<string>): string {
  const names = [...valid];
  const ranked = names
    .map((name) => ({ name, distance: editDistance(wrong, name) }))
    .sort((a, b) => a.distance - b.distance);
  const near = ranked.filter((r) => r.distance <= Math.max(2, Math.floor(wrong.length / 3))).slice(0, 3);
  const all = `valid: ${names.join(', ')}`;
  return near.length > 0 ? `did you mean ${near.map((r) => r.name).join(' or ')}? (${all})` : all;
}

/** The entry named `name`, or a {@link UsageError} that offers the nearest names. */
export function lookup<T>(kind: string, name: string, registry: ReadonlyMap<string, T>): T {
  const found = registry.get(name);
  if (found === undefined)
    throw new UsageError(`Unknown ${kind} "${name}"; ${suggestion(name, registry.keys())}`);
  return found;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
