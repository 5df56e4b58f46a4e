// Composite keys: a partition key, which decides the place, and a sort key, which orders what lies there together
// (Cassandra, DynamoDB).
import type { Json } from '../../../../harness/history/event.ts';

/** Which part of a key decides its place: all of it, or, of a key that is a list, the first element. */
export type PartitionKey = 'whole' | 'first';

/** A key as the ports write it (JSON) → the text that is partitioned by. Keys that are texts lose their quotes. */
export function partitionKeyOf(key: string, part: PartitionKey): string {
  if (key.startsWith('[') && part === 'first') {
    const list = JSON.parse(key) as readonly Json[];
    return list.length === 0 ? key : textOf(list[0]);
  }
  return key.startsWith('"') ? (JSON.parse(key) as string) : key;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
