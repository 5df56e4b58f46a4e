import type { Json } from './event.ts';

/** Interns values as dense ids in order of first appearance. Scalars by themselves, structures by canonical JSON. */
export class Dictionary<T extends Json> {
  readonly #ids = new Map<unknown, number>();
  readonly #values: T[] = [];

  get size(): number {
    return this.#values.length;
  }

  /** The id of `value`, a new one if it was never seen. */
  intern(value: T): number {
    const identity = identityOf(value);
    const known = this.#ids.get(identity);
    if (known !== undefined) return known;
    const id = this.#values.length;
    this.#ids.set(identity, id);
    this.#values.push(value);
    return id;
  }

  /** The id of `value`, or -1 if it was never interned. */
  idOf(value: T): number {
    return this.#ids.get(identityOf(value)) ?? -1;
  }

  valueOf(id: number): T {
    return this.#values[id];
  }

  values(): readonly T[] {
    return this.#values;
  }
}

/**
 * A Map key such that two JSON values have the same one iff they are equal. Strings are kept as they are, so
 * structures get a prefix that no caller's string is likely to start with, and a string that does is escaped.
 */
export function identityOf(value: Json): unknown {
  if (typeof value === 'string') return value.startsWith('\u0000') ? `\u0000s${value}` : value;
  if (value === null || typeof value !== 'object') return value;
  return `\u0000j${canonicalJson(value)}`;
}

/** JSON text with the names of objects sorted, so that equal values have equal texts. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((v: Json) => canonicalJson(v)).join(',')}]`;
  const object = value as { readonly [name: string]: Json };
  const fields = Object.keys(object).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonicalJson(object[name])}`).join(',')}}`;
}
