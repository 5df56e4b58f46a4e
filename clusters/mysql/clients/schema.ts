import { partitionedTables, type Partitioning } from '../partitioning.ts';

const KEY = 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL';

export const DATABASE = 'alibi';

const WHOLE: readonly string[] = [
  `CREATE TABLE kv (k ${KEY} PRIMARY KEY, v JSON NOT NULL)`,
  `CREATE TABLE elements (id BIGINT AUTO_INCREMENT PRIMARY KEY, k ${KEY}, e ${KEY}, UNIQUE (k, e))`,
];

/** The tables of every port, and the marker that settling waits for. */
export function schemaFor(partitioning: Partitioning): readonly string[] {
  return [
    `CREATE DATABASE ${DATABASE}`,
    `USE ${DATABASE}`,
    ...(partitionedTables(partitioning, KEY) ?? WHOLE),
    `CREATE TABLE documents (k ${KEY} PRIMARY KEY, fields JSON NOT NULL)`,
    `CREATE TABLE cells (k ${KEY} PRIMARY KEY, v JSON NOT NULL)`,
    `CREATE TABLE accounts (k ${KEY} PRIMARY KEY, balance BIGINT NOT NULL)`,
    'CREATE TABLE marker (id INT PRIMARY KEY, n BIGINT NOT NULL)',
  ];
}
