// Brute force for models that are defined by the cycles they forbid (Adya, Weak consistency, 1999): is there an order
// of the versions of each key, and a version for each look at nothing, such that no such cycle exists? Every order is
// tried, every pair of transactions looked at, and nothing is shared with the checker.
import type { Json } from '../../../harness/history/event.ts';
import type { Micro, Txn } from './histories.ts';

export type CycleModel =
  | 'cursor-stability'
  | 'monotonic-view'
  | 'consistent-view'
  | 'parallel-snapshot-isolation'
  | 'update-serializable';

/** An operation of `by` at place `at` saw version `version` of `key` (0 = the initial one), or installed it. */
interface Access {
  readonly by: number;
  readonly at: number;
  readonly key: Json;
  readonly version: number;
  readonly isPredicate: boolean;
}

interface Dependency {
  readonly from: number;
  readonly to: number;
  /** Places of the operations in the two transactions. */
  readonly at: number;
  readonly until: number;
  readonly key: Json;
  readonly isMiss: boolean;
  /** Is it of a predicate, and so of no object? */
  readonly isPredicate: boolean;
}

export function explainsCycles(txns: readonly Txn[], model: CycleModel): boolean {
  const certain = txns.filter(({ type = 'ok' }) => type === 'ok');
  const possible = txns.filter(({ type }) => type === 'info');
  for (let chosen = 0; chosen < 1 << possible.length; chosen++) {
    const committed = [...certain, ...possible.filter((_, i) => (chosen & (1 << i)) !== 0)];
    for (const orders of versionOrders(committed))
      for (const reads of readings(committed, orders))
        if (isFree(committed, dependenciesOf(orders, reads, committed), model)) return true;
  }
  return false;
}

/** By key, the writers in the order of their versions. */
type Orders = ReadonlyMap<Json, readonly number[]>;

function* versionOrders(txns: readonly Txn[]): Generator<Orders> {
  const keys = [...new Set(txns.flatMap(({ micro }) => micro.filter(isWrite).map(([, key]) => key)))];
  yield* orderedFrom(0, new Map());

  function* orderedFrom(i: number, orders: Orders): Generator<Orders> {
    if (i === keys.length) {
      yield orders;
      return;
    }
    const writers = txns.flatMap(({ micro }, t) =>
      micro.some((step) => isWrite(step) && step[1] === keys[i]) ? [t] : [],
    );
    for (const order of permutations(writers))
      yield* orderedFrom(i + 1, new Map([...orders, [keys[i], order]]));
  }
}

function* permutations(items: readonly number[]): Generator<readonly number[]> {
  if (items.length === 0) yield [];
  for (const item of items)
    for (const rest of permutations(items.filter((other) => other !== item))) yield [item, ...rest];
}

/** Every way in which all that was read can have been read, as versions of others; none if something cannot have been. */
function* readings(txns: readonly Txn[], orders: Orders): Generator<readonly Access[]> {
  const looks: (readonly Access[])[] = [];
  for (const [by, { type = 'ok', micro }] of txns.entries()) {
    if (type !== 'ok') continue;
    for (const [at, step] of micro.entries())
      for (const look of looksOf(step)) {
        const own = micro
          .slice(0, at)
          .filter(([f, key]) => (f === 'w' || f === 'append') && key === look.key);
        const seen = versionsSeen(txns, orders.get(look.key) ?? [], by, own, look);
        if (seen === 'own') continue;
        const { key, isPredicate } = look;
        looks.push(seen.map((version) => ({ by, at, key, version, isPredicate })));
      }
  }
  yield* chosen(0, []);

  function* chosen(i: number, made: readonly Access[]): Generator<readonly Access[]> {
    if (i === looks.length) yield made;
    else for (const access of looks[i]) yield* chosen(i + 1, [...made, access]);
  }
}

/** What was seen of one key: does a value fit? `isPredicate`: it was not returned by a predicate, so it is no item that was read. */
interface Look {
  readonly key: Json;
  readonly isPredicate: boolean;
  readonly fits: (value: Json) => boolean;
}

function looksOf([f, key, value]: Micro): readonly Look[] {
  if (f === 'r')
    return [{ key, isPredicate: false, fits: (held) => JSON.stringify(held) === JSON.stringify(value) }];
  if (f !== 'rp') return [];
  const { keys, mod, is } = key as {
    readonly keys: readonly Json[];
    readonly mod?: number;
    readonly is?: number;
  };
  const found = new Map(value as readonly (readonly [Json, Json])[]);
  const isTold = (held: Json): boolean =>
    held !== null && (mod === undefined || (held as number) % mod === is);
  return keys.map((each) => ({
    key: each,
    isPredicate: !found.has(each),
    fits: (held) => (found.has(each) ? held === found.get(each) : !isTold(held)),
  }));
}

/** The versions of others that a look may have seen; 'own': it saw what the transaction had written itself. */
function versionsSeen(
  txns: readonly Txn[],
  order: readonly number[],
  by: number,
  own: readonly Micro[],
  look: Look,
): readonly number[] | 'own' {
  const isList = order.some((t) => txns[t].micro.some(([f, key]) => f === 'append' && key === look.key));
  if (own.length > 0 && !isList) return look.fits(own[own.length - 1][2]) ? 'own' : [];
  const versions: number[] = [];
  let list: Json[] = [];
  for (let version = 0; version <= order.length; version++) {
    const writer = order[version - 1] ?? -1;
    // Its own version is seen by what it holds of others; who read a later one closes a circle of flow.
    if (writer === by) break;
    const last = writer < 0 ? [] : txns[writer].micro.filter((step) => isWrite(step) && step[1] === look.key);
    if (isList) list = [...list, ...last.map(([, , value]) => value)];
    const value: Json = isList
      ? list.length + own.length === 0 ? null : [...list, ...own.map(([, , element]) => element)]
      : (last[last.length - 1]?.[2] ?? null); // prettier-ignore
    // Who reads a list after appending to it reads the version it installs.
    if (own.length > 0 && order[version] !== by) continue;
    if (look.fits(value)) versions.push(version);
  }
  return versions;
}

function dependenciesOf(orders: Orders, reads: readonly Access[], txns: readonly Txn[]): Dependency[] {
  const found: Dependency[] = [];
  const writeOf = (t: number, key: Json): number =>
    txns[t].micro.reduce((last, step, at) => (isWrite(step) && step[1] === key ? at : last), -1);
  for (const [key, order] of orders)
    order.forEach((from, i) => {
      for (const to of order.slice(i + 1))
        found.push({
          from,
          to,
          at: writeOf(from, key),
          until: writeOf(to, key),
          key,
          isMiss: false,
          isPredicate: false,
        });
    });
  for (const { by, at, key, version, isPredicate } of reads) {
    const order = orders.get(key) ?? [];
    if (version > 0)
      found.push({
        from: order[version - 1],
        to: by,
        at: writeOf(order[version - 1], key),
        until: at,
        key,
        isMiss: false,
        isPredicate: false,
      });
    for (const to of order.slice(version))
      if (to !== by)
        found.push({ from: by, to, at, until: writeOf(to, key), key, isMiss: true, isPredicate });
  }
  return found;
}

function isFree(txns: readonly Txn[], dependencies: readonly Dependency[], model: CycleModel): boolean {
  const flow = dependencies.filter(({ isMiss }) => !isMiss);
  const leads = reachability(txns.length, flow);
  if (txns.some((_, t) => leads(t, t))) return false;
  const misses = dependencies.filter(({ isMiss }) => isMiss);
  switch (model) {
    case 'cursor-stability':
      return !misses.some(
        (miss) =>
          !miss.isPredicate &&
          flow.some(
            (d) =>
              d.from === miss.to &&
              d.to === miss.from &&
              d.key === miss.key &&
              isWrite(txns[d.to].micro[d.until]),
          ),
      );
    case 'monotonic-view':
      return !misses.some((miss) =>
        flow.some(
          (d) => d.to === miss.from && d.until <= miss.at && (d.from === miss.to || leads(miss.to, d.from)),
        ),
      );
    case 'consistent-view':
    case 'parallel-snapshot-isolation':
      return !misses.some((miss) => leads(miss.to, miss.from));
    case 'update-serializable': {
      const isUpdate = ({ micro }: Txn): boolean => micro.some(isWrite);
      const acyclic = (kept: (t: number) => boolean): boolean => {
        const among = reachability(
          txns.length,
          dependencies.filter(({ from, to }) => kept(from) && kept(to)),
        );
        return !txns.some((_, t) => among(t, t));
      };
      return txns.every((_, reader) => acyclic((t) => t === reader || isUpdate(txns[t])));
    }
  }
}

function reachability(
  count: number,
  dependencies: readonly Dependency[],
): (from: number, to: number) => boolean {
  const leads = Array.from({ length: count }, () => new Array<boolean>(count).fill(false));
  for (const { from, to } of dependencies) leads[from][to] = true;
  for (let via = 0; via < count; via++)
    for (let from = 0; from < count; from++)
      if (leads[from][via]) for (let to = 0; to < count; to++) if (leads[via][to]) leads[from][to] = true;
  return (from, to) => leads[from][to];
}

const isWrite = ([f]: Micro): boolean => f === 'append' || f === 'w';
