// The tables of two or three leaders, by what decides between them.
import type { Conflicts } from './settings.ts';

const PLAIN = `
  CREATE TABLE kv (k text PRIMARY KEY, v jsonb NOT NULL);
  CREATE TABLE documents (k text PRIMARY KEY, fields jsonb NOT NULL);
`;

/**
 * The later stamp wins, and of equal ones the greater name. The trigger is ENABLE ALWAYS, because the apply worker runs
 * as a replica, in which ordinary triggers sleep; and it is needed, because that worker applies row images: it does not
 * run the statement again, nor its ON CONFLICT. A row that arrives by INSERT where there is one (both leaders made it)
 * takes the older one's place. A deleted row stays, marked: an UPDATE that arrives where there is none is skipped.
 * What loses on arrival is counted in a sequence, which no rollback takes back.
 * https://www.postgresql.org/docs/current/sql-createtrigger.html, …/logical-replication-architecture.html
 */
const LWW = `
  CREATE TABLE kv (k text PRIMARY KEY, v jsonb NOT NULL, updated_at timestamptz, node text);
  CREATE TABLE documents (
    k text PRIMARY KEY, fields jsonb NOT NULL, deleted boolean NOT NULL DEFAULT false,
    updated_at timestamptz, node text
  );
  CREATE SEQUENCE discarded;
  CREATE FUNCTION later_wins() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
  DECLARE
    arrived boolean := current_setting('session_replication_role') = 'replica';
    later boolean;
  BEGIN
    IF NOT arrived THEN
      NEW.updated_at := clock_timestamp();
      NEW.node := current_setting('cluster_name');
    END IF;
    IF TG_OP = 'UPDATE' THEN
      IF (NEW.updated_at, NEW.node) < (OLD.updated_at, OLD.node) THEN
        PERFORM nextval('discarded');
        RETURN NULL;
      END IF;
      RETURN NEW;
    END IF;
    IF NOT arrived THEN
      RETURN NEW;
    END IF;
    EXECUTE format('DELETE FROM %I WHERE k = $1 AND (updated_at, node) < ($2, $3)', TG_TABLE_NAME)
      USING NEW.k, NEW.updated_at, NEW.node;
    EXECUTE format('SELECT true FROM %I WHERE k = $1', TG_TABLE_NAME) INTO later USING NEW.k;
    IF later THEN
      PERFORM nextval('discarded');
      RETURN NULL;
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER later_wins BEFORE INSERT OR UPDATE ON kv FOR EACH ROW EXECUTE FUNCTION later_wins();
  CREATE TRIGGER later_wins BEFORE INSERT OR UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION later_wins();
  ALTER TABLE kv ENABLE ALWAYS TRIGGER later_wins;
  ALTER TABLE documents ENABLE ALWAYS TRIGGER later_wins;
`;

/**
 * Every write is a row of its own, under a number above all that its leader knows of the key: (n, node) is an order that
 * respects what a writer had seen, and needs no clock. The lock is the leader's own: two of its writers take turns.
 * What a version replaces it names, all the way down, so that it makes no difference in which order versions arrive.
 */
const TABLE = `
  CREATE TABLE document_versions (
    k text, n bigint, node text, fields jsonb, replaces text[] NOT NULL,
    PRIMARY KEY (k, n, node)
  );
  CREATE FUNCTION new_version(key text, new_fields jsonb, seen text[]) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    number bigint;
    name text := current_setting('cluster_name');
    replaced text[];
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(key, 0));
    SELECT coalesce(max(n), 0) + 1 INTO number FROM document_versions WHERE k = key;
    SELECT coalesce(array_agg(DISTINCT version), '{}') INTO replaced FROM (
      SELECT unnest(seen) UNION
      SELECT unnest(replaces) FROM document_versions WHERE k = key AND n || '@' || node = ANY (seen)
    ) AS known (version);
    INSERT INTO document_versions VALUES (key, number, name, new_fields, replaced);
    RETURN number || '@' || name;
  END $$;
`;

const COMMON = `
  CREATE TABLE elements (id bigserial, k text, e jsonb, PRIMARY KEY (k, e));
  CREATE TABLE marker (id int PRIMARY KEY, n bigint NOT NULL);
  CREATE PUBLICATION alibi FOR ALL TABLES;
`;

const TABLES: Readonly<Record<Conflicts, string>> = { none: PLAIN, lww: LWW, table: TABLE };

/** What each leader is given before it subscribes to the others. */
export function schemaFor(conflicts: Conflicts): string {
  return TABLES[conflicts] + COMMON;
}
