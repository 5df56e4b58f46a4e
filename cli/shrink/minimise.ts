/**
 * A small part of `items` that still passes `test`, by leaving out ever smaller chunks (Zeller & Hildebrandt,
 * Simplifying and isolating failure-inducing input, TSE 2002): halves first, single items last, and again from where
 * something could be left out until nothing can. `test` is asked one candidate at a time, in an order that hangs on
 * nothing but its answers; when it says `over`, what is left by then is given.
 */
export async function minimise<T>(
  items: readonly T[],
  test: (candidate: readonly T[]) => Promise<boolean>,
  over: () => boolean,
): Promise<readonly T[]> {
  let left = items;
  if (left.length > 0 && !over() && (await test([]))) return [];
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    let gone = true;
    while (gone && !over()) {
      gone = false;
      // From the end: what comes late hangs on what came early, seldom the other way round.
      for (let end = left.length; end > 0 && left.length > 1 && !over(); end -= size) {
        const candidate = [...left.slice(0, Math.max(0, end - size)), ...left.slice(end)];
        if (candidate.length === 0 || !(await test(candidate))) continue;
        left = candidate;
        gone = true;
      }
      if (size > 1) break;
    }
    size = Math.min(size, Math.max(1, left.length));
  }
  return left;
}
