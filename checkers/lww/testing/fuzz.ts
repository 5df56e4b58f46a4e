import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput, Json } from '../../../harness/history/event.ts';
import type { Verdict } from '../../types.ts';
import { fatesOf } from '../fates.ts';
import { lww } from '../lww.ts';
import { rowsOf } from '../rows.ts';
import { oracle } from './oracle.ts';

const step = fc.record({
  session: fc.nat(2),
  f: fc.constantFrom('write', 'write', 'write', 'read', 'read', 'delete'),
  fields: fc.constantFrom(['a'], ['b'], ['a', 'b']),
  type: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'info', 'open', 'fail'),
  span: fc.nat(2),
  pick: fc.tuple(fc.nat(4), fc.nat(4)),
  node: fc.constantFrom('n1', 'n2'),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Compares every loss, its fate and its certainty with the oracle on `count` random rows; the tally by fate. */
export function fuzzLww(count: number, seed: number): Record<string, number> {
  const tally: Record<string, number> = { none: 0 };
  const input = fc.tuple(fc.array(step, { maxLength: 8 }), fc.tuple(fc.nat(4), fc.nat(4)), fc.boolean());
  fc.assert(
    fc.property(input, ([steps, finalPick, tokens]) => {
      const { events, values } = historyOfSteps(steps, tokens);
      const from = events.length;
      const final = pickRow(values, finalPick);
      events.push({ time: from, process: -1, type: 'info', f: 'phase', value: { phase: 'final' } });
      for (const node of ['n1', 'n2'])
        events.push(
          { time: from + 1, process: 900, type: 'invoke', f: 'read', key: 'r', node },
          { time: from + 2, process: 900, type: 'ok', f: 'read', key: 'r', value: final, node },
        );
      const history = historyOf(events);
      const rows = rowsOf(history);
      const found = fatesOf(rows)
        .lost.map((l) => `${l.fate}/${l.cell.field}/${rows.acknowledged[l.update]}/${l.certain}`)
        .sort();
      const expected = oracle(events, from, final);
      if (JSON.stringify(found) !== JSON.stringify(expected))
        throw new Error(
          `found ${found.join(' ')}\nexpected ${expected.join(' ')}\n${JSON.stringify(events, null, 1)}`,
        );
      if (found.length === 0) tally.none++;
      for (const one of found) tally[one.split('/')[0]] = (tally[one.split('/')[0]] ?? 0) + 1;
      witnessesStand(events, history.pair, lww.check(history, {}) as Verdict);
    }),
    { numRuns: count, seed },
  );
  return tally;
}

/** A certain finding's witness alone, as a history of its own, must still be found guilty. */
function witnessesStand(events: readonly EventInput[], pair: Int32Array, verdict: Verdict): void {
  for (const finding of verdict.findings) {
    if (!finding.certain) continue;
    const kept = new Set(finding.witness.flatMap((i) => [i, pair[i]]));
    const alone = events.filter((e, i) => kept.has(i) || e.f === 'phase');
    const names = (lww.check(historyOf(alone), {}) as Verdict).findings.map((f) => f.name);
    if (!names.includes(finding.name))
      throw new Error(
        `witness proves nothing: ${finding.name}: ${finding.explanation}\n${JSON.stringify(alone)}`,
      );
  }
}

type Values = Readonly<Record<string, readonly Json[]>>;

function pickRow(values: Values, pick: readonly [number, number]): Record<string, Json> {
  const row: Record<string, Json> = {};
  ['a', 'b'].forEach((field, n) => {
    const known = values[field] ?? [];
    const chosen = known[pick[n] % (known.length + 1)];
    if (chosen !== undefined) row[field] = chosen;
  });
  return row;
}

function historyOfSteps(steps: readonly Step[], tokens: boolean): { events: EventInput[]; values: Values } {
  const events: EventInput[] = [];
  const values: Record<string, Json[]> = { a: [], b: [] };
  const open: { step: Step; process: number; value: Json; left: number }[] = [];
  const incarnation = [0, 0, 0];
  const complete = (entry: (typeof open)[number]): void => {
    open.splice(open.indexOf(entry), 1);
    const { step: s, process } = entry;
    if (s.type === 'open' || s.type === 'info') incarnation[s.session]++;
    if (s.type === 'open') return;
    const value = s.f === 'read' && s.type === 'ok' ? pickRow(values, s.pick) : entry.value;
    const type = s.type as EventInput['type'];
    events.push({ ...common(s, process, tokens, events.length), type, value });
  };
  steps.forEach((s, i) => {
    for (const entry of [...open]) if (entry.step.session === s.session || entry.left-- <= 0) complete(entry);
    const value = s.f === 'write' ? Object.fromEntries(s.fields.map((field) => [field, i + 1])) : null;
    if (s.f === 'write' && s.type !== 'fail') for (const field of s.fields) values[field].push(i + 1);
    const process = s.session + 10 * incarnation[s.session];
    events.push({ ...common(s, process, tokens, events.length), type: 'invoke', value });
    open.push({ step: s, process, value, left: s.span });
  });
  for (const entry of [...open]) complete(entry);
  return { events, values };
}

function common(s: Step, process: number, tokens: boolean, time: number) {
  return { time, process, f: s.f, key: 'r', node: s.node, session: tokens ? `s${s.session}` : null };
}
