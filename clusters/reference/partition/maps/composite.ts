// Composite keys: a partition key, which decides the place, and a sort key, which orders what lies there together
// (Cassandra, DynamoDB).
import type { Json } from '../../../../harness/history/event.ts';
import { hash32 } from '../../replica/hash.ts';

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

/** Places of salted keys begin with one of the numbers 00 … 99: ranges divide them evenly. */
const PLACES = 100;

/**
 * A partition key, spread over `salt` places by the hash of the whole key (salted row keys, as in HBase): who asks for a
 * key knows its place, and who asks for all of a partition key has to ask everywhere.
 */
export function salted(partitionKey: string, key: string, salt: number): string {
  if (salt === 1) return partitionKey;
  const place = Math.floor(((hash32(key) % salt) * PLACES) / salt);
  return `${String(place).padStart(2, '0')}#${partitionKey}`;
}
