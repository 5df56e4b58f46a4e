// What happened to one key: which versions it had, in which order, and who saw which when.
import { FAIL, INFO, OK, type Operations } from './operations.ts';

/** An operation's part in the story: rows of {@link KeyStory.versions}, -1 where it has none. */
export interface Touch {
  readonly o: number;
  readonly wrote: number;
  readonly read: number;
}

export interface KeyStory {
  readonly key: string;
  /** JSON texts in the order in which the key took them; the first is `nil`, what was there before any write. */
  readonly versions: readonly string[];
  /** In order of invocation. Writes that failed are left out: they made no version. */
  readonly touches: readonly Touch[];
}

interface Part {
  readonly key: string;
  readonly o: number;
  readonly wrote: string | null;
  /** Undefined: it read nothing. Null: it found nothing. */
  readonly read: string | null | undefined;
  /** The whole list that was read, where versions are lists. */
  readonly list?: readonly string[];
}

/** Keys whose story can be told, in order of first use. Sets, counters and locks have none: their values are no versions. */
export function keysWithStory(ops: Operations): string[] {
  const keys = new Set<string>();
  for (const part of parts(ops)) keys.add(part.key);
  return [...keys];
}

/** The keys of an operation that have stories. */
export function keysOfOperation(ops: Operations, o: number): string[] {
  return [...partsOf(ops, o, parser(ops))].map(({ key }) => key);
}

/**
 * The story of one key. Versions of lists stand in the order of the longest list read; others in the order in which
 * their writes ended, for nobody knows better of registers, and of writes that never ended in that of first sight.
 */
export function storyOf(ops: Operations, key: string): KeyStory {
  const found = [...parts(ops)].filter((part) => part.key === key);
  const born = new Map<string, number>();
  const note = (version: string, time: number): void => {
    if (time < (born.get(version) ?? Infinity)) born.set(version, time);
  };
  for (const { o, wrote, read } of found) {
    if (wrote !== null && ops.outcome[o] === OK) note(wrote, ops.end[o]);
    if (typeof read === 'string') note(read, ops.end[o]);
  }
  for (const { o, wrote } of found) if (wrote !== null && !born.has(wrote)) born.set(wrote, ops.end[o]);
  const longest = found.reduce<readonly string[]>(
    (most, { list }) => (list !== undefined && list.length > most.length ? list : most),
    [],
  );
  const rest = [...born.keys()]
    .filter((version) => !longest.includes(version))
    .sort((a, b) => (born.get(a) ?? 0) - (born.get(b) ?? 0));
  const versions = ['nil', ...longest, ...rest];
  const rows = new Map(versions.map((version, row) => [version, row]));
  return {
    key,
    versions,
    touches: found.map(({ o, wrote, read }) => ({
      o,
      wrote: wrote === null ? -1 : (rows.get(wrote) ?? -1),
      read: read === undefined ? -1 : read === null ? 0 : (rows.get(read) ?? -1),
    })),
  };
}

function* parts(ops: Operations): Generator<Part> {
  const parse = parser(ops);
  for (let o = 0; o < ops.count; o++) yield* partsOf(ops, o, parse);
}

type Parse = (id: number) => unknown;

/** Values by id; what was cut for the page cannot be parsed, and is as if it had not been recorded. */
function parser(ops: Operations): Parse {
  const known = new Map<number, unknown>();
  return (id) => {
    if (id < 0) return null;
    if (known.has(id)) return known.get(id);
    let value: unknown;
    try {
      value = JSON.parse(ops.values[id]) as unknown;
    } catch {
      value = undefined;
    }
    known.set(id, value);
    return value;
  };
}

function* partsOf(ops: Operations, o: number, parse: Parse): Generator<Part> {
  if (ops.outcome[o] === FAIL) return;
  const ok = ops.outcome[o] === OK;
  const f = ops.functions[ops.f[o]];
  const given = parse(ops.given[o]);
  const got = ok ? parse(ops.got[o]) : undefined;
  if (f === 'txn') yield* ofTransaction(o, ok ? got : given, ok);
  if (f === 'txn' || ops.key[o] < 0) return;
  const key = keyText(parseKey(ops.keys[ops.key[o]]));
  if (f === 'write') yield* ofWrite(o, key, given);
  else if (f === 'cas' && Array.isArray(given) && got !== false)
    yield { key, o, wrote: JSON.stringify(given[1]), read: ok ? versionOf(given[0]) : undefined };
  else if (f === 'read' && ok) yield* ofRead(o, key, got);
}

function* ofWrite(o: number, key: string, given: unknown): Generator<Part> {
  if (isScalar(given)) yield { key, o, wrote: JSON.stringify(given), read: undefined };
  else if (isRow(given))
    for (const [field, value] of Object.entries(given))
      yield { key: `${key}.${field}`, o, wrote: JSON.stringify(value), read: undefined };
}

function* ofRead(o: number, key: string, got: unknown): Generator<Part> {
  if (got === null || isScalar(got)) yield { key, o, wrote: null, read: versionOf(got) };
  else if (isRow(got))
    for (const [field, value] of Object.entries(got))
      yield { key: `${key}.${field}`, o, wrote: null, read: versionOf(value) };
}

/** One part a micro-operation of `["r",k,v]`, `["w",k,v]`, `["append",k,v]`; of a read of its own write, nothing is told. */
function* ofTransaction(o: number, value: unknown, ok: boolean): Generator<Part> {
  if (!Array.isArray(value)) return;
  const own = new Set<string>();
  for (const step of value as readonly unknown[]) {
    if (!Array.isArray(step) || step.length < 3) continue;
    const [f, k, v] = step as readonly unknown[];
    const key = keyText(k);
    if (f === 'w' || f === 'append') {
      own.add(key);
      yield { key, o, wrote: JSON.stringify(v), read: undefined };
    } else if (f === 'r' && ok && !own.has(key)) {
      if (!Array.isArray(v)) yield { key, o, wrote: null, read: versionOf(v) };
      else {
        const list = (v as readonly unknown[]).map((element) => JSON.stringify(element));
        yield { key, o, wrote: null, read: list.at(-1) ?? null, list };
      }
    }
  }
}

const versionOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

const keyText = (key: unknown): string => (typeof key === 'string' ? key : JSON.stringify(key));

function parseKey(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** When a version was first seen through a node: the end (ns) of the first ok read that returned it. */
export interface Sighting {
  readonly node: string;
  readonly time: number;
  readonly o: number;
}

/** One version of the key: who wrote it, and when each node first and last showed it. */
export interface VersionStory {
  readonly row: number;
  /** The operation that wrote it; -1 if none is known. */
  readonly writer: number;
  readonly first: readonly Sighting[];
  readonly last: readonly Sighting[];
}

/** Each version in order, with its sightings by node. */
export function sightings(ops: Operations, story: KeyStory): VersionStory[] {
  const writer = story.versions.map(() => -1);
  const first = story.versions.map(() => new Map<string, Sighting>());
  const last = story.versions.map(() => new Map<string, Sighting>());
  for (const { o, wrote, read } of story.touches) {
    if (wrote >= 0 && (writer[wrote] < 0 || ops.outcome[o] !== INFO)) writer[wrote] = o;
    if (read < 0 || ops.outcome[o] !== OK) continue;
    const node = ops.node[o] < 0 ? 'unknown' : ops.nodes[ops.node[o]];
    const seen = { node, time: ops.end[o], o };
    const before = first[read].get(node);
    if (before === undefined || before.time > seen.time) first[read].set(node, seen);
    const after = last[read].get(node);
    if (after === undefined || after.time < seen.time) last[read].set(node, seen);
  }
  return story.versions.map((_, row) => ({
    row,
    writer: writer[row],
    first: [...first[row].values()],
    last: [...last[row].values()],
  }));
}

/** What each node showed last: its state as far as the history knows it, in order of name. */
export function lastStates(ops: Operations, story: KeyStory): (Sighting & { readonly row: number })[] {
  const states = new Map<string, Sighting & { readonly row: number }>();
  for (const { row, last } of sightings(ops, story))
    for (const seen of last)
      if ((states.get(seen.node)?.time ?? -1) < seen.time) states.set(seen.node, { ...seen, row });
  return [...states.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
}
