import { jsonText } from '../sql/plan.ts';

/**
 * How tables are split: by ranges of years, with or without a last range that takes the rest (MAXVALUE), or by hash.
 * https://dev.mysql.com/doc/refman/9.5/en/partitioning-types.html
 */
export const PARTITIONING = ['none', 'range', 'range-max', 'hash'] as const;
export type Partitioning = (typeof PARTITIONING)[number];

/** There is a partition for each of these years, and elements are also written for the one that follows. */
export const YEARS = [2020, 2021, 2022, 2023, 2024] as const;

const text = (value: unknown): string => jsonText(value as never);

/** The day under which a value is filed: its year changes from one value to the next, so that rows move. */
export function dayOf(value: unknown): string {
  let sum = 0;
  for (const byte of Buffer.from(text(value))) sum = (sum * 31 + byte) % 9973;
  return `${YEARS[sum % YEARS.length]}-06-15`;
}

/** As {@link dayOf}, but for elements, some of which lie in a year that has no partition of its own. */
export function dayOfElement(value: unknown): string {
  return `${Number.parseInt(dayOf([value]), 10) + (text(value).length % 2)}-06-15`;
}

/** `kv` and `elements`, split, by the type of keys; null where they are whole. */
export function partitionedTables(partitioning: Partitioning, key: string): readonly string[] | null {
  if (partitioning === 'none') return null;
  if (partitioning === 'hash')
    // HASH takes numbers only; KEY hashes what it is given by itself.
    return [
      `CREATE TABLE kv (k ${key} PRIMARY KEY, v JSON NOT NULL) PARTITION BY KEY (k) PARTITIONS 4`,
      `CREATE TABLE elements (id BIGINT AUTO_INCREMENT, k ${key}, e ${key}, PRIMARY KEY (k, e), KEY (id)) ` +
        'PARTITION BY KEY (k, e) PARTITIONS 4',
    ];
  const years = YEARS.map((year) => `PARTITION p${year} VALUES LESS THAN (${year + 1})`);
  const rest = partitioning === 'range-max' ? ['PARTITION rest VALUES LESS THAN MAXVALUE'] : [];
  const ranges = `PARTITION BY RANGE (YEAR(at)) (${[...years, ...rest].join(', ')})`;
  return [
    `CREATE TABLE kv (k ${key}, v JSON NOT NULL, at DATE, PRIMARY KEY (k, at)) ${ranges}`,
    `CREATE TABLE elements (id BIGINT AUTO_INCREMENT, k ${key}, e ${key}, at DATE, PRIMARY KEY (k, e, at), KEY (id)) ${ranges}`,
  ];
}
