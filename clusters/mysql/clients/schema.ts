import { partitionedTables, type Partitioning } from '../partitioning.ts';

const KEY = 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL';

export const DATABASE = 'alibi';

const WHOLE: readonly string[] = [
  `CREATE TABLE kv (k ${KEY} PRIMARY KEY, v JSON NOT NULL)`,
  `CREATE TABLE elements (id BIGINT AUTO_INCREMENT PRIMARY KEY, k ${KEY}, e ${KEY}, UNIQUE (k, e))`,
];

/** Nothing but the numbers of rows tells two rows apart, and nothing keeps them apart. */
const KEYLESS = `CREATE TABLE elements (id BIGINT AUTO_INCREMENT, k ${KEY}, e ${KEY}, KEY (id), KEY (k))`;

/** The tables of every port, and the marker that settling waits for. Without `keys` a row of a set may be there twice. */
export function schemaFor(partitioning: Partitioning, keys: boolean): readonly string[] {
  return [
    `CREATE DATABASE ${DATABASE}`,
    `USE ${DATABASE}`,
    ...(partitionedTables(partitioning, KEY) ?? (keys ? WHOLE : [WHOLE[0], KEYLESS])),
    `CREATE TABLE documents (k ${KEY} PRIMARY KEY, fields JSON NOT NULL)`,
    `CREATE TABLE cells (k ${KEY} PRIMARY KEY, v JSON NOT NULL)`,
    `CREATE TABLE accounts (k ${KEY} PRIMARY KEY, balance BIGINT NOT NULL)`,
    `CREATE TABLE counters (k ${KEY} PRIMARY KEY, n BIGINT NOT NULL)`,
    `CREATE TABLE ids (id BIGINT AUTO_INCREMENT PRIMARY KEY, k ${KEY})`,
    `CREATE TABLE heads (k ${KEY} PRIMARY KEY, n BIGINT NOT NULL, taken BIGINT NOT NULL)`,
    `CREATE TABLE places (k ${KEY}, place BIGINT NOT NULL, v JSON NOT NULL, PRIMARY KEY (k, place))`,
    'CREATE TABLE marker (id INT PRIMARY KEY, n BIGINT NOT NULL)',
  ];
}
