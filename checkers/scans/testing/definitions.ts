import type { EventInput, Json } from '../../../harness/history/event.ts';

/** One operation, spelled out. `ret` Infinity unless `ok`. */
interface Op {
  readonly f: string;
  readonly key: Json;
  readonly asked: Json;
  readonly saw: Json;
  readonly inv: number;
  readonly ret: number;
  readonly failed: boolean;
}

function opsOf(events: readonly EventInput[]): Op[] {
  return events.flatMap((e, inv): Op[] => {
    if (e.type !== 'invoke') return [];
    const end = events.findIndex((x, j) => j > inv && x.process === e.process);
    const type = end < 0 ? 'info' : events[end].type;
    const ok = type === 'ok';
    const { f, key = null, value = null } = e;
    const saw = ok ? (events[end].value ?? null) : null;
    return [{ f, key, asked: value, saw, inv, ret: ok ? end : Infinity, failed: type === 'fail' }];
  });
}

const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);
const list = (value: Json): readonly Json[] => value as readonly Json[];
const pairs = (value: Json): [Json, Json][] => list(value).map((e) => [list(e)[0], list(e)[1]]);
const rowOf = (op: Op): Json => (op.f === 'delete' ? null : op.asked);

/** Changes of a key that did not fail, each with the event by which it is known to have happened. */
function changesOf(ops: readonly Op[], key: Json): (Op & { readonly known: number })[] {
  return ops
    .filter((op) => (op.f === 'write' || op.f === 'delete') && same(op.key, key) && !op.failed)
    .map((op, _, all) => {
      const twins = all.filter((other) => same(rowOf(other), rowOf(op)));
      const reads = ops.filter((r) => r.f === 'read' && r.ret < Infinity && same(r.key, key));
      const showing = reads.filter((r) => same(r.saw, rowOf(op)) && r.ret > op.inv && rowOf(op) !== null);
      const known = twins.length > 1 ? op.ret : Math.min(op.ret, ...showing.map((r) => r.ret));
      return { ...op, known };
    });
}

/** Is there an order of the key's changes in which whoever looks at some moment of `look` finds a row that will do? */
function canSee(ops: readonly Op[], key: Json, look: Op, will: (row: Json) => boolean): boolean {
  const changes = changesOf(ops, key);
  const search = (placed: ReadonlySet<Op>, row: Json): boolean => {
    if (changes.every((c) => placed.has(c) || !(c.ret < look.inv)) && will(row)) return true;
    return changes.some(
      (next) =>
        !placed.has(next) &&
        next.inv < look.ret &&
        changes.every((c) => placed.has(c) || !(c.known < next.inv)) &&
        search(new Set([...placed, next]), rowOf(next)),
    );
  };
  return search(new Set(), null);
}

export function indexByDefinition(events: readonly EventInput[]): Set<string> {
  const ops = opsOf(events);
  const names = new Set<string>();
  const finds = ops.filter((op) => op.f === 'find' && op.ret < Infinity);
  const keys = [...new Set(ops.filter((op) => op.f !== 'find').map((op) => op.key))];
  const reads = ops.filter((op) => op.f === 'read' && op.ret < Infinity);
  const last = Math.max(-1, ...ops.flatMap((op) => (op.f === 'write' || op.f === 'delete' ? [op.inv] : [])));
  const ends = events.flatMap((e, i) => (e.f === 'write' || e.f === 'delete' ? [i] : []));
  const quiet = Math.max(last, ...ends);
  for (const find of finds) {
    const [field, term] = list(find.asked) as [string, Json];
    const is = (row: Json): boolean => row !== null && (row as { [name: string]: Json })[field] === term;
    const entries = pairs(find.saw);
    for (const [i, [key, row]] of entries.entries()) {
      if (entries.slice(0, i).some(([other]) => other === key)) names.add('doubled-entry');
      const will = (held: Json): boolean => is(held) && (row === null || same(held, row));
      if (!changesOf(ops, key).some((c) => c.inv < find.ret && will(rowOf(c)))) names.add('phantom-entry');
      else if (!canSee(ops, key, find, will)) names.add('stale-entry');
      const shown = changesOf(ops, key).filter((c) => row !== null && same(rowOf(c), row));
      if (shown.length !== 1 || shown[0].inv > find.ret) continue;
      for (const read of reads.filter((r) => r.key === key && r.inv > find.ret)) {
        const known = changesOf(ops, key)
          .filter((c) => same(rowOf(c), read.saw) && c.inv < read.ret)
          .map((c) => c.known);
        if (read.saw === null) known.push(-1);
        if (known.length > 0 && known.every((at) => at < shown[0].inv)) names.add('index-ahead-of-base');
      }
    }
    for (const key of keys) {
      const given = entries.filter(([k]) => k === key);
      if (given.length === 0 && !canSee(ops, key, find, (row) => !is(row))) names.add('missing-entry');
      const own = reads.filter((r) => r.key === key && r.inv > quiet);
      const before = own.filter((r) => r.ret < find.inv).at(-1);
      const after = own.find((r) => r.inv > find.ret);
      if (find.inv < quiet || !before || !after || !same(before.saw, after.saw)) continue;
      if (is(before.saw) && given.length === 0) names.add('lost-entry');
      if (given.some(([, row]) => !is(before.saw) || (row !== null && !same(row, before.saw))))
        names.add('dangling-entry');
    }
  }
  return names;
}

export function scansByDefinition(events: readonly EventInput[]): Set<string> {
  const ops = opsOf(events);
  const names = new Set<string>();
  const keys = [...new Set(ops.filter((op) => op.f !== 'scan').map((op) => op.key as number))];
  for (const scan of ops.filter((op) => op.f === 'scan' && op.ret < Infinity)) {
    const [from, to] = list(scan.asked) as [number, number];
    const shown = pairs(scan.saw) as [number, Json][];
    const within = (key: number): boolean => key >= from && key < to;
    shown.forEach(([key, value], i) => {
      if (shown.slice(0, i).some(([other]) => other === key)) names.add('doubled-key');
      else if (i > 0 && shown[i - 1][0] > key) names.add('scan-order');
      const written = changesOf(ops, key).some(
        (c) => c.inv < scan.ret && rowOf(c) !== null && same(rowOf(c), value),
      );
      if (!within(key) || !written) names.add('phantom-key');
      else if (!canSee(ops, key, scan, (row) => same(row, value)))
        names.add(canSee(ops, key, scan, (row) => row !== null) ? 'stale-scan' : 'ghost-key');
    });
    for (const key of keys.filter(within))
      if (!shown.some(([k]) => k === key) && !canSee(ops, key, scan, (row) => row === null))
        names.add('skipped-key');
  }
  return names;
}

/** Is there an order of whole writes, some of them perhaps later than the read, that leaves the columns so? */
function canBe(
  writes: readonly Op[],
  columns: readonly string[],
  shown: { readonly [c: string]: Json },
): boolean {
  const search = (placed: ReadonlySet<Op>, row: { readonly [c: string]: Json }): boolean =>
    columns.every((c) => (row[c] ?? null) === (shown[c] ?? null)) ||
    writes.some(
      (next) =>
        !placed.has(next) &&
        writes.every((w) => placed.has(w) || !(w.ret < next.inv)) &&
        search(new Set([...placed, next]), { ...row, ...(next.asked as object) }),
    );
  return search(new Set(), {});
}

export function tornByDefinition(events: readonly EventInput[]): Set<string> {
  const ops = opsOf(events);
  const writes = ops.filter((op) => op.f === 'write' && !op.failed);
  const names = new Set<string>();
  for (const { saw } of ops.filter((op) => op.f === 'read' && op.ret < Infinity)) {
    const shown = (saw ?? {}) as { readonly [c: string]: Json };
    const value = (w: Op, c: string): Json => (w.asked as { readonly [c: string]: Json })[c] ?? null;
    const columns = ['a', 'b', 'c'].filter(
      (c) =>
        writes.some((w) => c in (w.asked as object)) &&
        ((shown[c] ?? null) === null || writes.some((w) => value(w, c) === shown[c])),
    );
    const seen = writes.filter((w) => columns.some((c) => value(w, c) !== null && value(w, c) === shown[c]));
    if (!canBe(seen, columns, shown)) names.add('torn-row');
    else if (!canBe(writes, columns, shown)) names.add('mixed-row');
  }
  return names;
}
