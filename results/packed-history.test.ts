import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { historyOf } from '../harness/history/builder.ts';
import { NEMESIS, type EventInput, type Json } from '../harness/history/event.ts';
import { eventAt, TYPES, type History } from '../harness/history/history.ts';
import { openHistory } from './open-history.ts';
import type { Operations } from './operations.ts';
import { packHistory } from './packed-history.ts';

const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.string(),
  fc.constantFrom<Json[]>('1', 1, [1, null], { a: 1, b: '\n' }, { b: '\n', a: 1 }, true),
);

/** Random histories: processes that take turns, some of whose operations never complete, and a nemesis. */
const history: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      process: fc.integer({ min: 0, max: 4 }),
      end: fc.constantFrom('ok', 'fail', 'info', null),
      f: fc.constantFrom('read', 'write', 'txn'),
      key: value,
      given: value,
      got: value,
      node: fc.constantFrom('n1', 'n2', null),
      wait: fc.constantFrom(0, 1, 130, 5_000_000_000),
      session: fc.constantFrom(null, 's', 7),
      nemesis: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    const events: EventInput[] = [];
    const open = new Map<number, EventInput>();
    let time = 0;
    for (const s of steps) {
      time += s.wait;
      if (s.nemesis) events.push({ time, process: NEMESIS, type: 'info', f: 'sample', value: s.given });
      const begun = open.get(s.process);
      if (begun === undefined) {
        const e: EventInput = { ...s, time, type: 'invoke', value: s.given };
        events.push(e);
        open.set(s.process, e);
      } else if (s.end !== null) {
        const error = s.end === 'ok' ? null : { code: 'x', message: `of ${s.f}` };
        events.push({ ...begun, time, type: s.end, value: s.got, node: s.node, error });
        open.delete(s.process);
      }
    }
    return historyOf(events);
  });

const textOf = (texts: readonly string[], id: number): Json =>
  id < 0 ? null : (JSON.parse(texts[id]) as Json);

/** The operations of a history, told the slow way. */
function told(h: History) {
  const all = Array.from({ length: h.length }, (_, i) => eventAt(h, i));
  return all
    .filter((e) => e.type === 'invoke' && e.process !== NEMESIS)
    .map((e) => {
      const end = h.pair[e.index] < 0 ? null : all[h.pair[e.index]];
      return {
        process: e.process,
        invoke: e.index,
        complete: end?.index ?? -1,
        start: e.time,
        end: end?.time ?? all[all.length - 1].time,
        outcome: end?.type ?? 'info',
        f: e.f,
        key: end?.key ?? e.key,
        node: end?.node ?? e.node,
        given: e.value,
        got: end ? end.value : e.value,
        error: end?.error?.message ?? null,
        session: end?.session ?? e.session,
      };
    });
}

function shown(ops: Operations) {
  return Array.from({ length: ops.count }, (_, o) => ({
    process: ops.process[o],
    invoke: ops.invoke[o],
    complete: ops.complete[o],
    start: ops.start[o],
    end: ops.end[o],
    outcome: TYPES[ops.outcome[o]],
    f: ops.functions[ops.f[o]],
    key: textOf(ops.keys, ops.key[o]),
    node: ops.node[o] < 0 ? null : ops.nodes[ops.node[o]],
    given: textOf(ops.values, ops.given[o]),
    got: textOf(ops.values, ops.got[o]),
    error: ops.errors.get(o)?.message ?? null,
    session: ops.sessions.get(o) ?? null,
  }));
}

it('the page has every operation of the history, whole', () => {
  fc.assert(
    fc.property(history, (h) => {
      const ops = openHistory(gunzipSync(gzipSync(packHistory(h))));
      expect(shown(ops)).toEqual(
        told(h).map((o) => ({ ...o, session: o.session === null ? null : String(o.session) })),
      );
      expect(ops.events).toBe(h.length);
      expect(ops.nemesis.map((n) => [n.index, n.f, textOf(ops.values, n.value)])).toEqual(
        Array.from({ length: h.length }, (_, i) => eventAt(h, i))
          .filter((e) => e.process === NEMESIS)
          .map((e) => [e.index, e.f, e.value]),
      );
    }),
    { numRuns: 300 },
  );
});

it('a value of many characters is cut, and says so', () => {
  const h = historyOf([
    { time: 0, process: 0, type: 'invoke', f: 'read' },
    { time: 9, process: 0, type: 'ok', f: 'read', value: 'a'.repeat(3000) },
  ]);
  const ops = openHistory(packHistory(h));
  expect(ops.values[ops.got[0]]).toMatch(/^"a{1999} … \(1002 more characters\)$/);
});
