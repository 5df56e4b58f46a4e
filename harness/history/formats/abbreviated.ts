import type { Json } from '../event.ts';

/** A value short enough for a sentence. */
export function abbreviated(value: Json): string {
  const json = JSON.stringify(value);
  return json.length <= 40 ? json : `${json.slice(0, 37)}...`;
}
