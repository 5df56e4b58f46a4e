import type { Json } from '../../../harness/history/event.ts';

/**
 * Real replicated data types, state-based: what a replica holds, what an update does at one, how two states merge.
 * `tag` is unique to the update. `context` is what the client gives along; a read returns one with its value.
 */
export interface ReplicaType<S> {
  readonly empty: () => S;
  readonly copy: (state: S) => S;
  readonly update: (state: S, node: number, f: string, value: Json, tag: number, context: Context) => void;
  readonly merge: (into: S, from: S) => void;
  readonly read: (state: S) => { readonly value: Json; readonly context: Context };
}

/** Tags of updates. */
export type Context = ReadonlySet<number>;
const NONE: Context = new Set();

interface Totals {
  readonly up: number[];
  readonly down: number[];
}

/** PN-Counter: by replica, what was added and what was taken away there; `join` merges two entries (max is right). */
export function counterType(nodes: number, join: (a: number, b: number) => number): ReplicaType<Totals> {
  const merged = (a: number[], b: readonly number[]): void => b.forEach((x, i) => (a[i] = join(a[i], x)));
  return {
    empty: () => ({ up: new Array<number>(nodes).fill(0), down: new Array<number>(nodes).fill(0) }),
    copy: ({ up, down }) => ({ up: [...up], down: [...down] }),
    update: ({ up, down }, node, _f, value) => {
      if ((value as number) < 0) down[node] -= value as number;
      else up[node] += value as number;
    },
    merge: (into, from) => {
      merged(into.up, from.up);
      merged(into.down, from.down);
    },
    read: ({ up, down }) => {
      const sum = (all: readonly number[]): number => all.reduce((total, x) => total + x, 0);
      return { value: sum(up) - sum(down), context: NONE };
    },
  };
}

interface Tags {
  readonly adds: Map<number, Json>;
  readonly struck: Set<number>;
}

/**
 * OR-Set: adds by tag, and the tags that removes struck. Defects: `forgetful` merges do not take over what was
 * struck; `by-name` removes strike adds of the element that arrive later.
 */
export function setType(defect: 'none' | 'forgetful' | 'by-name'): ReplicaType<Tags & { names: Set<Json> }> {
  return {
    empty: () => ({ adds: new Map(), struck: new Set(), names: new Set() }),
    copy: (s) => ({ adds: new Map(s.adds), struck: new Set(s.struck), names: new Set(s.names) }),
    update: ({ adds, struck, names }, _node, f, value, tag) => {
      if (f === 'add') {
        adds.set(tag, value);
        return;
      }
      for (const [t, v] of adds) if (v === value) struck.add(t);
      names.add(value);
    },
    merge: (into, from) => {
      for (const [tag, value] of from.adds) {
        const strikes = defect === 'by-name' && !into.adds.has(tag) && into.names.has(value);
        into.adds.set(tag, value);
        if (strikes) into.struck.add(tag);
      }
      if (defect !== 'forgetful') for (const tag of from.struck) into.struck.add(tag);
      for (const name of from.names) into.names.add(name);
    },
    read: ({ adds, struck }) => {
      const left = [...adds].filter(([tag]) => !struck.has(tag)).map(([, value]) => value);
      return { value: [...new Set(left)], context: NONE };
    },
  };
}

interface Siblings {
  readonly values: Map<number, Json>;
  readonly seen: Set<number>;
}

/**
 * Multi-value register with dotted version vectors. Defects: `blind` updates ignore their context; `lww` merges keep
 * the sibling of the greatest tag only.
 */
export function siblingsType(defect: 'none' | 'blind' | 'lww'): ReplicaType<Siblings> {
  return {
    empty: () => ({ values: new Map(), seen: new Set() }),
    copy: ({ values, seen }) => ({ values: new Map(values), seen: new Set(seen) }),
    update: ({ values, seen }, _node, _f, value, tag, context) => {
      for (const t of context) {
        seen.add(t);
        if (defect !== 'blind') values.delete(t);
      }
      seen.add(tag);
      values.set(tag, value);
    },
    merge: (into, from) => {
      for (const [tag] of [...into.values])
        if (from.seen.has(tag) && !from.values.has(tag)) into.values.delete(tag);
      for (const [tag, value] of from.values) if (!into.seen.has(tag)) into.values.set(tag, value);
      for (const tag of from.seen) into.seen.add(tag);
      if (defect !== 'lww') return;
      const last = Math.max(...into.values.keys());
      for (const tag of [...into.values.keys()]) if (tag !== last) into.values.delete(tag);
    },
    read: ({ values, seen }) => ({ value: [...values.values()], context: new Set(seen) }),
  };
}
