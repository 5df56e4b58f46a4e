import fc from 'fast-check';
import { historyOf } from '../../../harness/history/builder.ts';
import type { EventInput, Json } from '../../../harness/history/event.ts';
import { spareIn } from '../../testing/minimal.ts';
import type { Finding, Verdict } from '../../types.ts';
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

/**
 * Compares every loss, its fate and its certainty with the oracle on `count` random rows; the oracle also judges every
 * witness alone. Now and then the replicas differ at the end, or reads show what failed or nobody wrote. The tally by name.
 */
export function fuzzLww(count: number, seed: number): Record<string, number> {
  const tally: Record<string, number> = { none: 0 };
  const pick = fc.tuple(fc.nat(4), fc.nat(4));
  const odd = fc.constantFrom('differing', 'impossible', ...Array<null>(6).fill(null));
  const input = fc.tuple(fc.array(step, { maxLength: 8 }), pick, pick, fc.boolean(), odd);
  fc.assert(
    fc.property(input, ([steps, onePick, otherPick, tokens, oddity]) => {
      const { events, values } = historyOfSteps(steps, tokens, oddity === 'impossible');
      const from = events.length;
      const final = pickRow(values, onePick);
      const other = oddity === 'differing' ? pickRow(values, otherPick) : final;
      events.push({ time: from, process: -1, type: 'info', f: 'phase', value: { phase: 'final' } });
      for (const [node, value] of Object.entries({ n1: final, n2: other }))
        events.push(
          { time: from + 1, process: 900, type: 'invoke', f: 'read', key: 'r', node },
          { time: from + 2, process: 900, type: 'ok', f: 'read', key: 'r', value, node },
        );
      witnessesStand(events, tally);
      if (oddity === 'impossible') return;
      const history = historyOf(events);
      const rows = rowsOf(history);
      const found = fatesOf(rows)
        .lost.map((l) => `${l.fate}/${l.cell.field}/${rows.acknowledged[l.update]}/${l.certain}`)
        .sort();
      const expected = same(final, other) ? oracle(events, from, final) : [];
      if (JSON.stringify(found) !== JSON.stringify(expected))
        throw new Error(
          `found ${found.join(' ')}\nexpected ${expected.join(' ')}\n${JSON.stringify(events, null, 1)}`,
        );
      if (found.length === 0) tally.none++;
      for (const one of found) tally[one.split('/')[0]] = (tally[one.split('/')[0]] ?? 0) + 1;
    }),
    { numRuns: count, seed },
  );
  return tally;
}

/** Every certain finding's witness alone, as a history of its own, must be guilty by definition. */
function witnessesStand(events: readonly EventInput[], tally: Record<string, number>): void {
  const history = historyOf(events);
  for (const finding of (lww.check(history, {}) as Verdict).findings) {
    if (!finding.certain) continue;
    if (BY_DEFINITION.includes(finding.name)) tally[finding.name] = (tally[finding.name] ?? 0) + 1;
    const kept = new Set(finding.witness.flatMap((i) => [i, history.pair[i]]));
    const alone = events.filter((e, i) => kept.has(i) || e.f === 'phase');
    if (!isGuilty(finding, alone, events))
      throw new Error(
        `witness proves nothing: ${finding.name}: ${finding.explanation}\n${JSON.stringify(events)}`,
      );
    // A loss is a claim about what all replicas show at the end, and of an empty cell about every delete that may have won;
    // the read that saw a winner first bounds the skew.
    const mayGo = (event: EventInput): boolean =>
      !isFinal(event) &&
      (event.f !== 'delete' || finding.name === 'concurrent-discard') &&
      (event.f !== 'read' || finding.name !== 'clock-skew-loss');
    const finals = alone.filter(isFinal).length;
    const proves = (rest: readonly EventInput[]): boolean =>
      rest.filter(isFinal).length === finals && isGuilty(finding, rest, events);
    const spare = spareIn(events, finding.witness, proves, mayGo);
    if (spare.length > 0)
      throw new Error(
        `the witness can do without ${spare.join()}: ${finding.name}: ${finding.explanation}\n${JSON.stringify(events)}`,
      );
  }
}

const isFinal = ({ process }: EventInput): boolean => process === 900;
const BY_DEFINITION = ['divergence', 'thin-air-read', 'failed-write-visible'];

/** `alone`: the witness as a history. That nobody wrote a value is looked up in `all` of it. */
function isGuilty(
  { name, witness, evidence }: Finding,
  alone: readonly EventInput[],
  all: readonly EventInput[],
): boolean {
  const from = alone.findIndex((e) => e.f === 'phase');
  const finals = alone.slice(from).flatMap((e) => (e.type === 'ok' ? [e.value as Row] : []));
  if (name === 'divergence') return finals.some((row) => !same(row, finals[0]));
  const field = evidence!.field as string;
  if (!BY_DEFINITION.includes(name))
    return (
      finals.every((row) => same(row, finals[0])) &&
      oracle(alone, from, finals[0]).some((told) => {
        const [fate, of, event, isCertain] = told.split('/');
        const isThat = alone[Number(event)] === all[evidence!.lost as number];
        return fate === name && of === field && isThat && isCertain === 'true';
      })
    );
  const read = witness.find((i) => all[i].f === 'read' && (all[i].value as Row)[field] === evidence!.value);
  if (read === undefined) return false;
  const writes = all.flatMap((e, i) => {
    const wrote = e.type === 'invoke' && e.f === 'write' && (e.value as Row)[field] === evidence!.value;
    return wrote ? [{ i, end: all.find((x, j) => j > i && x.process === e.process)?.type }] : [];
  });
  return name === 'thin-air-read'
    ? writes.every(({ i }) => i > read)
    : writes.length > 0 && writes.every(({ end }) => end === 'fail');
}

type Row = Readonly<Record<string, Json>>;
const same = (a: Row, b: Row): boolean => Object.keys({ ...a, ...b }).every((field) => a[field] === b[field]);

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

/** With `impossible`, reads may show what failed writes would have written, and what nobody wrote. */
function historyOfSteps(
  steps: readonly Step[],
  tokens: boolean,
  impossible: boolean,
): { events: EventInput[]; values: Values } {
  const events: EventInput[] = [];
  const values: Record<string, Json[]> = impossible ? { a: [77], b: [77] } : { a: [], b: [] };
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
    if (s.f === 'write' && (impossible || s.type !== 'fail'))
      for (const field of s.fields) values[field].push(i + 1);
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
