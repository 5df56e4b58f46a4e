/** The tables of every port, and the marker that settling waits for. */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS kv (k text PRIMARY KEY, v jsonb NOT NULL);
  CREATE TABLE IF NOT EXISTS elements (id bigserial, k text, e jsonb, PRIMARY KEY (k, e));
  CREATE TABLE IF NOT EXISTS documents (k text PRIMARY KEY, fields jsonb NOT NULL);
  CREATE TABLE IF NOT EXISTS cells (k text PRIMARY KEY, v jsonb NOT NULL);
  CREATE TABLE IF NOT EXISTS accounts (k text PRIMARY KEY, balance bigint NOT NULL);
  CREATE TABLE IF NOT EXISTS marker (id int PRIMARY KEY, n bigint NOT NULL);
`;
