import { jsonText } from '../sql/plan.ts';

/**
 * How tables are split: by ranges of years, with or without a partition for whatever has no other, or by hash.
 * https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE
 */
export const PARTITIONING = ['none', 'range', 'range-default', 'hash'] as const;
export type Partitioning = (typeof PARTITIONING)[number];

/**
 * What keeps a key in one row where it is not the partition key: nothing, or a table of keys beside it, in which an
 * application locks the key first.
 */
export const UNIQUE = ['unenforced', 'key-table'] as const;
export type Unique = (typeof UNIQUE)[number];

/** There is a partition for each of these years, and rows are also written for the one that follows. */
export const YEARS = [2020, 2021, 2022, 2023, 2024] as const;

/** The day under which a value is filed: its year changes from one value to the next, so that rows move. */
export function dayOf(value: unknown): string {
  const text = jsonText(value as never);
  let sum = 0;
  for (const byte of Buffer.from(text)) sum = (sum * 31 + byte) % 9973;
  return `${YEARS[sum % YEARS.length]}-06-15`;
}

/** As {@link dayOf}, but for elements, one in six of which lies in a year that has no partition of its own. */
export function dayOfElement(value: unknown): string {
  const sum = Number.parseInt(dayOf([value]).slice(0, 4), 10) + (String(jsonText(value as never)).length % 2);
  return `${sum}-06-15`;
}

/** `kv` and `elements`, split; null where they are whole. */
export function partitionedTables(partitioning: Partitioning): string | null {
  if (partitioning === 'none') return null;
  if (partitioning === 'hash')
    return `
      CREATE TABLE kv (k text PRIMARY KEY, v jsonb NOT NULL) PARTITION BY HASH (k);
      CREATE TABLE elements (id bigserial, k text, e jsonb, PRIMARY KEY (k, e)) PARTITION BY HASH (k, e);
      ${[0, 1, 2, 3].map((n) => ['kv', 'elements'].map((table) => `CREATE TABLE ${table}_${n} PARTITION OF ${table} FOR VALUES WITH (MODULUS 4, REMAINDER ${n});`).join('\n')).join('\n')}`;
  const years = (table: string) =>
    YEARS.map(
      (year) =>
        `CREATE TABLE ${table}_${year} PARTITION OF ${table} FOR VALUES FROM ('${year}-01-01') TO ('${year + 1}-01-01');`,
    );
  const others = ['kv', 'elements'].map(
    (table) => `CREATE TABLE ${table}_other PARTITION OF ${table} DEFAULT;`,
  );
  return `
    CREATE TABLE kv (k text, v jsonb NOT NULL, at date, PRIMARY KEY (k, at)) PARTITION BY RANGE (at);
    CREATE TABLE elements (id bigserial, k text, e jsonb, at date, PRIMARY KEY (k, e, at)) PARTITION BY RANGE (at);
    CREATE TABLE kv_keys (k text PRIMARY KEY);
    ${[...years('kv'), ...years('elements'), ...(partitioning === 'range-default' ? others : [])].join('\n')}`;
}
