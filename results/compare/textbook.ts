/** A row of the usual table, and the configuration of the reference store that stands in for what cannot be run here. */
export interface TextbookRow {
  readonly system: string;
  readonly letters: string;
  /** A `cluster:configuration` whose measured letters may be set beside it. */
  readonly standIn: string;
}

/**
 * The table as it is usually given (Abadi, Consistency tradeoffs in modern distributed database system design, IEEE
 * Computer 2012, and the textbooks after it). It says what systems are reputed to be; the scorecard says what was seen.
 */
export const TEXTBOOK: readonly TextbookRow[] = [
  { system: 'DynamoDB (Dynamo), Cassandra, Riak', letters: 'PA/EL', standIn: 'reference:leaderless-weak' },
  { system: 'MongoDB', letters: 'PA/EC', standIn: 'reference:semi-sync' },
  { system: 'fully replicated ACID systems (VoltDB, H-Store)', letters: 'PC/EC', standIn: 'reference:sync' },
  { system: 'PNUTS', letters: 'PC/EL', standIn: 'reference:async' },
  { system: 'single-node PostgreSQL', letters: 'no partition to survive', standIn: 'postgres:single' },
];
