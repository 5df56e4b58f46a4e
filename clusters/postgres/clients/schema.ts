import { partitionedTables, type Partitioning } from '../partitioning.ts';

const WHOLE = `
  CREATE TABLE kv (k text PRIMARY KEY, v jsonb NOT NULL);
  CREATE TABLE elements (id bigserial, k text, e jsonb, PRIMARY KEY (k, e));
`;

const OTHERS = `
  CREATE TABLE documents (k text PRIMARY KEY, fields jsonb NOT NULL);
  CREATE TABLE cells (k text PRIMARY KEY, v jsonb NOT NULL);
  CREATE TABLE accounts (k text PRIMARY KEY, balance bigint NOT NULL);
  CREATE TABLE counters (k text PRIMARY KEY, n bigint NOT NULL);
  CREATE TABLE ids (id bigserial PRIMARY KEY, k text NOT NULL);
  CREATE TABLE heads (k text PRIMARY KEY, n bigint NOT NULL);
  CREATE TABLE places (k text, place bigint, v jsonb NOT NULL, PRIMARY KEY (k, place));
  CREATE TABLE marker (id int PRIMARY KEY, n bigint NOT NULL);
`;

/** The tables of every port, and the marker that settling waits for. */
export function schemaFor(partitioning: Partitioning): string {
  return (partitionedTables(partitioning) ?? WHOLE) + OTHERS;
}
