import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { Json } from '../../harness/history/event.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import type { Checker, CheckOptions, Verdict } from '../types.ts';
import { Amounts } from './amounts.ts';
import { crdtCounter } from './crdt-counter.ts';
import { crdtSet } from './crdt-set.ts';
import { siblings } from './siblings.ts';
import { fuzzCounters, fuzzSets, fuzzSiblings } from './testing/fuzz.ts';

const STICKY: CheckOptions = { assume: ['read-your-writes', 'monotonic-reads'] };
const check = (checker: Checker, script: Script, options: CheckOptions = {}): Verdict =>
  checker.check(historyOf(script.events), options) as Verdict;
const named = (checker: Checker, script: Script, options?: CheckOptions): string[] =>
  check(checker, script, options).findings.map((f) => (f.certain ? f.name : `possible ${f.name}`));

/** The script, then quiescence and a final read of each of two nodes. */
function finally_(script: Script, at1: Json, at2: Json = at1, settled = true): Script {
  script.phase('quiesce').settled(settled).phase('final');
  return script.op(91, 'read', null, { saw: at1, node: 'n1' }).op(92, 'read', null, { saw: at2, node: 'n2' });
}

describe('amounts that tell', () => {
  it('says how often each is in a sum', () => {
    const amounts = Amounts.of([4, 1, -16])!;
    expect(amounts.in(4 + 2 - 16)).toEqual([1, 2, 1]);
    expect(amounts.in(0)).toEqual([0, 0, 0]);
    expect(amounts.in(3)).toBeNull();
    expect(amounts.in(12)).toBeNull();
    expect(Amounts.of([1, 2])).toBeNull();
    expect(Amounts.of([1, 1])).toBeNull();
    expect(Amounts.of([0.5])).toBeNull();
  });
});

describe('crdt-counter, amounts that tell', () => {
  const adds = (): Script =>
    new Script().op(1, 'add', 1).op(2, 'add', 4, { type: 'info' }).op(1, 'add', 16).op(3, 'add', 64);
  it('is valid when every acknowledged add is there once, with or without the indeterminate ones', () => {
    for (const value of [81, 85])
      expect(check(crdtCounter, finally_(adds(), value))).toMatchObject({ valid: true });
  });
  it('names the very increment that was lost or counted twice', () => {
    const lost = check(crdtCounter, finally_(adds(), 65));
    expect(lost).toMatchObject({
      valid: false,
      findings: [{ name: 'lost-increment', witness: [1, 5, 7, 12] }],
    });
    expect(lost.findings[0].explanation).toBe(
      'The 16 of add #5 (session 1) was acknowledged, but is not in the final value 65 (#12 at n1).',
    );
    const doubled = check(crdtCounter, finally_(adds(), 97));
    expect(doubled).toMatchObject({
      valid: false,
      findings: [{ name: 'doubled-increment', witness: [1, 5, 7, 12] }],
    });
    expect(named(crdtCounter, finally_(adds(), 7))).toContain('lost-increment');
  });
  it('names replicas that differ', () => {
    expect(named(crdtCounter, finally_(adds(), 81, 85))).toEqual(['divergence']);
    expect(named(crdtCounter, finally_(adds(), 81, 85, false))).toEqual(['possible divergence']);
  });
  it('is not certain of a loss before the replicas have settled, but of a doubled one', () => {
    expect(named(crdtCounter, finally_(adds(), 65, 65, false))).toEqual(['possible lost-increment']);
    expect(named(crdtCounter, finally_(adds(), 97, 97, false))).toEqual(['doubled-increment']);
  });
  it('judges each read on the way by the adds that it contains', () => {
    const read = (script: Script, process: number, saw: number): Script =>
      script.op(process, 'read', null, { saw });
    expect(named(crdtCounter, finally_(read(adds(), 9, 0), 81))).toEqual([]);
    expect(named(crdtCounter, finally_(read(adds(), 1, 1), 81))).toEqual(['read-your-writes']);
    expect(named(crdtCounter, finally_(read(read(adds(), 9, 81), 9, 17), 81))).toEqual(['monotonic-reads']);
    expect(named(crdtCounter, finally_(read(adds(), 9, 98), 81))).toContain('doubled-increment');
    expect(named(crdtCounter, finally_(read(adds(), 9, 3), 81))).toEqual(['counter-out-of-bounds']);
    const failed = adds().op(4, 'add', 256, { type: 'fail' });
    expect(named(crdtCounter, finally_(read(failed, 9, 256), 81))).toEqual(['failed-write-visible']);
  });
  it('shows with what went missing the very adds that made up the earlier value', () => {
    const script = adds().op(9, 'read', null, { saw: 81 }).op(9, 'read', null, { saw: 17 });
    const verdict = check(crdtCounter, finally_(script, 81));
    expect(verdict.findings).toMatchObject([{ name: 'monotonic-reads', witness: [1, 5, 7, 9, 11] }]);
    expect(verdict.findings[0].explanation).toContain('Read #11 of session 9 returned 17');
    expect(verdict.stats).toMatchObject({ reads: 4 });
  });
  it('names once a final value that no adds make, and shows what each replica said', () => {
    expect(named(crdtCounter, finally_(adds(), 3))).toEqual(['lost-increment']);
    expect(check(crdtCounter, finally_(adds(), 81, 85)).findings[0].evidence).toMatchObject({
      finals: [
        { node: 'n1', value: 81 },
        { node: 'n2', value: 85 },
      ],
    });
  });
  it('decodes what a PN-counter subtracts', () => {
    const pn = (): Script => new Script().op(1, 'add', 1).op(2, 'add', -4).op(1, 'add', 16);
    expect(check(crdtCounter, finally_(pn(), 13))).toMatchObject({ valid: true });
    expect(check(crdtCounter, finally_(pn(), 17))).toMatchObject({
      findings: [{ name: 'lost-increment', witness: [1, 3, 5, 10] }],
    });
  });
});

describe('crdt-counter, any amounts', () => {
  const adds = (): Script =>
    new Script().op(1, 'add', 2).op(2, 'add', 5, { type: 'info' }).op(1, 'add', 2).op(3, 'add', 2);
  it('accounts for the acknowledged ones and a choice of the indeterminate ones', () => {
    for (const value of [6, 11])
      expect(check(crdtCounter, finally_(adds(), value))).toMatchObject({ valid: true });
    expect(named(crdtCounter, finally_(adds(), 4))).toEqual(['lost-increment']);
    expect(named(crdtCounter, finally_(adds(), 13))).toEqual(['doubled-increment']);
    expect(named(crdtCounter, finally_(adds(), 8))).toEqual(['counter-out-of-bounds']);
  });
  it('bounds reads on the way', () => {
    const read = (script: Script, process: number, saw: number): Script =>
      script.op(process, 'read', null, { saw });
    expect(named(crdtCounter, finally_(read(adds(), 9, 0), 6))).toEqual([]);
    expect(named(crdtCounter, finally_(read(adds(), 1, 2), 6))).toEqual(['read-your-writes']);
    expect(named(crdtCounter, finally_(read(read(adds(), 9, 6), 9, 4), 6))).toEqual(['monotonic-reads']);
    expect(named(crdtCounter, finally_(read(adds(), 9, 12), 6))).toEqual(['counter-out-of-bounds']);
    const since = (): Script => read(adds(), 1, 6).op(1, 'add', 2).op(1, 'read', null, { saw: 6 });
    expect(named(crdtCounter, finally_(since(), 8))).toEqual(['possible monotonic-reads']);
    expect(named(crdtCounter, finally_(since(), 8), STICKY)).toEqual(['monotonic-reads']);
  });
  it('does not owe an add that was acknowledged when the final reads had begun', () => {
    const script = new Script().op(1, 'add', 2).op(1, 'add', 2).phase('quiesce').settled(true).phase('final');
    script.op(91, 'read', null, { saw: 4, node: 'n1' }).op(5, 'add', 2);
    expect(check(crdtCounter, script.op(92, 'read', null, { saw: 4, node: 'n2' }))).toMatchObject({
      valid: true,
    });
  });
  it('is certain even of replicas that have not settled if nothing could make the value', () => {
    const pn = (): Script => new Script().op(1, 'add', 2).op(1, 'add', 2).op(2, 'add', -3);
    expect(named(crdtCounter, finally_(pn(), -4, -4, false))).toEqual(['counter-out-of-bounds']);
    expect(named(crdtCounter, finally_(pn(), 5, 5, false))).toEqual(['counter-out-of-bounds']);
    expect(named(crdtCounter, finally_(pn(), -3, -3, false))).toEqual(['possible counter-out-of-bounds']);
  });
  it('is unknown without reads, or with amounts that are no numbers', () => {
    expect(check(crdtCounter, adds())).toMatchObject({ valid: 'unknown' });
    expect(check(crdtCounter, finally_(new Script().op(1, 'add', 'x'), 0))).toMatchObject({
      valid: 'unknown',
    });
  });
});

describe('crdt-set', () => {
  it('takes a final read that shows no list for an empty set', () => {
    expect(named(crdtSet, finally_(new Script().op(1, 'add', 'e'), null))).toEqual(['lost-add']);
  });
  it('owes an element whose add began after every remove of it had returned', () => {
    const again = new Script().op(1, 'add', 'e').op(2, 'remove', 'e').op(3, 'add', 'e');
    expect(check(crdtSet, finally_(again, []))).toMatchObject({
      valid: false,
      findings: [{ name: 'lost-add', witness: [5, 10, 12] }],
    });
    const once = (): Script => new Script().op(1, 'add', 'e');
    expect(named(crdtSet, finally_(once(), []))).toEqual(['lost-add']);
    expect(named(crdtSet, finally_(once(), ['e']))).toEqual([]);
  });
  it('lets a remove strike adds that its client had not seen, and an indeterminate one at any time', () => {
    const stranger = (): Script => new Script().op(1, 'add', 'e').op(2, 'remove', 'e');
    for (const left of [[], ['e']])
      expect(check(crdtSet, finally_(stranger(), left))).toMatchObject({ valid: true });
    const late = new Script().op(2, 'remove', 'e', { type: 'info' }).op(1, 'add', 'e');
    expect(named(crdtSet, finally_(late, []), STICKY)).toEqual([]);
  });
  it('names an element that came back although its remover had seen every add of it', () => {
    const own = (): Script => new Script().op(1, 'add', 'e').op(1, 'remove', 'e');
    expect(named(crdtSet, finally_(own(), ['e']), STICKY)).toEqual(['resurrected-element']);
    expect(named(crdtSet, finally_(own(), ['e']))).toEqual(['possible resurrected-element']);
    const seen = new Script()
      .op(1, 'add', 'e')
      .op(2, 'read', null, { saw: ['e'] })
      .op(2, 'remove', 'e');
    expect(check(crdtSet, finally_(seen, ['e']), STICKY).findings).toMatchObject([
      { name: 'resurrected-element', certain: true, witness: [1, 3, 5, 10] },
    ]);
    const another = own().op(3, 'add', 'e', { type: 'info' });
    expect(named(crdtSet, finally_(another, ['e']), STICKY)).toEqual([]);
  });
  it('does not take a read with two possible adds for having seen both', () => {
    const two = new Script()
      .op(1, 'add', 'e')
      .op(2, 'add', 'e')
      .op(3, 'read', null, { saw: ['e'] });
    expect(named(crdtSet, finally_(two.op(3, 'remove', 'e'), ['e']), STICKY)).toEqual([]);
  });
  it('names what a session misses of its own, or of what it had read', () => {
    const read = (script: Script, process: number, saw: Json): Script =>
      script.op(process, 'read', null, { saw });
    const add = (): Script => new Script().op(1, 'add', 'e');
    expect(named(crdtSet, finally_(read(add(), 1, []), ['e']))).toEqual(['read-your-writes']);
    expect(named(crdtSet, finally_(read(add(), 2, []), ['e']))).toEqual([]);
    expect(named(crdtSet, finally_(read(read(add(), 2, ['e']), 2, []), ['e']))).toEqual(['monotonic-reads']);
    const removed = read(read(add(), 2, ['e']).op(3, 'remove', 'e'), 2, []);
    expect(named(crdtSet, finally_(removed, []))).toEqual([]);
    const kept = read(add().op(1, 'remove', 'e'), 1, ['e']);
    expect(named(crdtSet, finally_(kept, []))).toEqual(['read-your-writes']);
  });
  it('names thin air, failed adds, duplicates and divergence', () => {
    const add = (): Script => new Script().op(1, 'add', 'e').op(2, 'add', 'f', { type: 'fail' });
    expect(named(crdtSet, finally_(add(), ['e', 'x']))).toEqual(['unexpected-element']);
    expect(named(crdtSet, finally_(add(), ['e', 'f']))).toEqual(['failed-write-visible']);
    expect(named(crdtSet, finally_(add(), ['e', 'e']))).toEqual(['duplicate-element']);
    expect(named(crdtSet, finally_(add(), ['e'], []))).toEqual(['divergence']);
  });
});

describe('siblings', () => {
  const write = (script: Script, process: number, v: number): Script => script.op(process, 'write', v);
  const read = (script: Script, process: number, saw: Json): Script =>
    script.op(process, 'read', null, { saw });
  it('keeps blind writes side by side, and replaces what the context holds', () => {
    const blind = (): Script => write(write(new Script(), 1, 1), 2, 2);
    expect(named(siblings, finally_(blind(), [1, 2]))).toEqual([]);
    expect(named(siblings, finally_(write(read(blind(), 3, [1, 2]), 3, 3), [3]))).toEqual([]);
  });
  it('names an acknowledged write that nothing replaced', () => {
    const blind = (): Script => write(write(new Script(), 1, 1), 2, 2);
    const verdict = check(siblings, finally_(blind(), [2]));
    expect(verdict).toMatchObject({
      valid: false,
      findings: [{ name: 'lost-sibling', witness: [1, 8, 10] }],
    });
  });
  it('names a sibling beside the write that replaced it, by way of others too', () => {
    const chain = write(read(write(read(write(new Script(), 1, 1), 2, [1]), 2, 2), 3, [2]), 3, 3);
    expect(check(siblings, finally_(chain, [1, 3])).findings).toMatchObject([
      { name: 'superseded-sibling', witness: [1, 3, 5, 7, 9, 14] },
    ]);
    expect(named(siblings, finally_(write(write(new Script(), 1, 1), 1, 2), [1, 2]))).toEqual([
      'superseded-sibling',
    ]);
  });
  it('takes the last read for the context, not all that the session ever read', () => {
    const back = write(read(read(write(new Script(), 1, 1), 2, [1]), 2, []), 2, 2);
    expect(named(siblings, finally_(back, [1, 2]))).toEqual(['monotonic-reads']);
  });
  it('names what a session misses of its own, or of what it had read', () => {
    expect(named(siblings, finally_(read(write(new Script(), 1, 1), 1, []), [1]))).toEqual([
      'read-your-writes',
    ]);
    expect(named(siblings, finally_(read(write(new Script(), 1, 1), 2, []), [1]))).toEqual([]);
  });
  it('lets an indeterminate write be there or not', () => {
    const lost = (): Script => write(new Script(), 1, 1).op(2, 'write', 2, { type: 'info' });
    for (const left of [[1], [1, 2]])
      expect(check(siblings, finally_(lost(), left))).toMatchObject({ valid: true });
  });
  it('names thin air, failed writes, doubles and divergence', () => {
    const failed = (): Script => write(new Script(), 1, 1).op(2, 'write', 2, { type: 'fail' });
    expect(named(siblings, finally_(failed(), [1, 2]))).toEqual(['failed-write-visible']);
    expect(named(siblings, finally_(failed(), [1, 9]))).toEqual(['thin-air-read']);
    expect(named(siblings, finally_(failed(), [1, 1]))).toEqual(['duplicate-element']);
    expect(named(siblings, finally_(failed(), [1], []))).toEqual(['divergence']);
  });
});

it('does not hold the final reads, sent to every node, against the session that sends them', () => {
  const final = (checker: Checker, f: string, saw: Json): string[] => {
    const script = new Script().op(1, f, 4).phase('quiesce').settled(false).phase('final');
    return named(checker, script.op(1, 'read', null, { saw, node: 'n1' }));
  };
  expect(final(crdtCounter, 'add', 0)).toEqual(['possible lost-increment']);
  expect(final(crdtSet, 'add', [])).toEqual(['possible lost-add']);
  expect(final(siblings, 'write', [])).toEqual(['possible lost-sibling']);
});

describe('replicas that gossip, right and with defects', () => {
  for (const [name, fuzz, kinds] of [
    [
      'counters',
      fuzzCounters,
      ['lost-increment', 'doubled-increment', 'read-your-writes', 'monotonic-reads'],
    ],
    ['sets', fuzzSets, ['lost-add', 'resurrected-element', 'read-your-writes', 'monotonic-reads']],
    ['siblings', fuzzSiblings, ['lost-sibling', 'superseded-sibling', 'read-your-writes', 'monotonic-reads']],
  ] as const)
    it(`${name}: never accused without a defect, and found out as the replicas themselves know it`, () => {
      const tally = fuzz(600, 7);
      for (const kind of kinds) expect(tally[kind], kind).toBeGreaterThan(2);
      expect(tally.valid / 600).toBeGreaterThan(0.2);
      expect(tally.valid / 600).toBeLessThan(0.85);
    });
});
