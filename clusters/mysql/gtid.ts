/**
 * How many transactions a GTID set holds: `uuid:1-5:8, uuid:tag:1` → 7. Along one line of primaries the larger set
 * contains the smaller. https://dev.mysql.com/doc/refman/9.5/en/replication-gtids-concepts.html
 */
export function gtidCount(set: string): number {
  let count = 0;
  for (const [, first, last] of set.matchAll(/:(\d+)(?:-(\d+))?(?=[:,\s]|$)/g))
    count += Number(last ?? first) - Number(first) + 1;
  return count;
}
