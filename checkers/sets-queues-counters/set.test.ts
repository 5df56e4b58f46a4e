import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Verdict } from '../types.ts';
import { set } from './set.ts';
import { Script } from './testing/cluster-history.ts';

const check = (script: Script): Verdict => set.check(historyOf(script.events), {}) as Verdict;
const named = (verdict: Verdict): string[] => verdict.findings.map((f) => f.name);

/** Adds 1 (ok), 2 (info), 3 (fail), 4 (ok); then the final phase. */
const run = (settled = true): Script =>
  new Script()
    .op(1, 'add', 1)
    .op(1, 'add', 2, { type: 'info' })
    .op(2, 'add', 3, { type: 'fail' })
    .op(2, 'add', 4)
    .phase('quiesce')
    .settled(settled)
    .phase('final');
const reads = (script: Script, ...finals: Json[]): Script => {
  finals.forEach((saw, i) => script.op(10 + i, 'read', null, { saw, node: `n${i + 1}` }));
  return script;
};

describe('set', () => {
  it('is valid when every acknowledged element is in the final reads; indeterminate ones are recovered or not', () => {
    expect(check(reads(run(), [1, 4], [4, 1]))).toMatchObject({
      valid: true,
      stats: { acknowledged: 2, lost: 0, recovered: 0 },
    });
    expect(check(reads(run(), [1, 2, 4]))).toMatchObject({ valid: true, stats: { recovered: 1 } });
  });
  it('names an acknowledged add that no final read contains', () => {
    const verdict = check(reads(run(), [1], [1]));
    expect(verdict).toMatchObject({
      valid: false,
      stats: { acknowledged: 2, lost: 1 },
      findings: [
        {
          name: 'lost-acknowledged-write',
          certain: true,
          count: 1,
          witness: [7, 12, 14],
          evidence: { elements: [4] },
        },
      ],
    });
    expect(verdict.findings[0].explanation).toBe(
      '1 of 2 acknowledged adds is in no final read; 4 was acknowledged (#7) and is absent from #12 at n1, #14 at n2.',
    );
  });
  it('shows the read that had seen the lost element', () => {
    const script = new Script()
      .op(1, 'add', 1)
      .op(2, 'read', null, { saw: [1] })
      .phase('final');
    expect(check(reads(script, [])).findings[0].witness).toEqual([1, 3, 6]);
  });
  it('says divergence, not loss, when one settled replica has it and another has not', () => {
    expect(named(check(reads(run(), [1, 4], [1])))).toEqual(['divergence']);
  });
  it('says loss where who leads lacks it, although a replica has it; divergence where only a replica lacks it', () => {
    const led = (leader: string, ...finals: Json[]) =>
      check(reads(run().mark('primaries', [leader]), ...finals));
    const lost = led('n2', [1, 4], [1]);
    expect(named(lost)).toEqual(['lost-acknowledged-write']);
    expect(lost.findings[0].explanation).toContain('in no final read of who leads; 4 was acknowledged');
    expect(named(led('n1', [1, 4], [1]))).toEqual(['divergence']);
    expect(named(led('n9', [1, 4], [1]))).toEqual(['divergence']);
  });
  it('is not certain of a loss, and claims no divergence, before the replicas have settled', () => {
    expect(check(reads(run(false), [1], [1]))).toMatchObject({ valid: true, findings: [{ certain: false }] });
    expect(check(reads(run(false), [1, 4], [1]))).toMatchObject({ valid: true, findings: [] });
  });
  it('is not certain of a loss in a run that was broken off: its last read may be of a replica that lags', () => {
    const script = new Script().phase('main').op(1, 'add', 1).op(2, 'read', null, { saw: [], node: 'n2' });
    expect(check(script)).toMatchObject({ valid: true, findings: [{ certain: false }] });
  });
  it('does not miss an add that was acknowledged after a final read began', () => {
    const script = new Script().phase('final').op(3, 'read', null, { saw: [] }).op(1, 'add', 1);
    expect(check(script)).toMatchObject({ valid: true });
  });
  it('names thin air, failed writes and duplicates in any read', () => {
    const script = (saw: Json): Script => {
      const main = new Script()
        .op(1, 'add', 1)
        .op(2, 'add', 3, { type: 'fail' })
        .op(5, 'read', null, { saw });
      return reads(main.settled().phase('final'), [1]);
    };
    expect(named(check(script([9])))).toEqual(['unexpected-element']);
    expect(named(check(script([3])))).toEqual(['failed-write-visible']);
    expect(named(check(script([1, 1])))).toEqual(['duplicate-element']);
    const early = new Script()
      .op(5, 'read', null, { saw: [1] })
      .op(1, 'add', 1)
      .op(5, 'read', null, { saw: [1] });
    expect(named(check(early))).toEqual(['unexpected-element']);
  });
  it('takes the reads after the last add of a bare file as final', () => {
    const bare = new Script().op(1, 'add', 1).op(2, 'read', null, { saw: [] }).op(1, 'add', 2);
    expect(check(bare.op(2, 'read', null, { saw: [2] }))).toMatchObject({ valid: false, stats: { lost: 1 } });
  });
  it('keeps sets of different keys apart', () => {
    const script = new Script().op(1, 'add', 1, { key: 'a' }).op(1, 'add', 1, { key: 'b' }).phase('final');
    script.op(2, 'read', null, { key: 'a', saw: [1] }).op(2, 'read', null, { key: 'b', saw: [] });
    expect(check(script).findings).toMatchObject([{ key: 'b' }]);
  });
  it('is unknown without a final read', () => {
    expect(check(run())).toMatchObject({ valid: 'unknown', reason: 'no final read completed' });
    expect(check(new Script())).toMatchObject({ valid: 'unknown' });
  });
  it('agrees with the definition on random runs', () => {
    const type = fc.constantFrom('ok' as const, 'fail' as const, 'info' as const, 'open' as const);
    const subset = fc.subarray([0, 1, 2, 3, 4, 5, 6]);
    fc.assert(
      fc.property(
        fc.array(type, { maxLength: 6 }),
        fc.array(subset, { minLength: 1, maxLength: 3 }),
        (types, finals) => {
          const script = new Script();
          types.forEach((t, i) => script.op(i, 'add', i, { type: t }));
          const verdict = check(reads(script.settled().phase('final'), ...finals));
          const bad = types.some((t, i) => t === 'ok' && finals.some((read) => !read.includes(i)));
          const ghost = finals.some((read) => read.some((e) => e >= types.length || types[e] === 'fail'));
          expect(verdict.valid).toBe(!bad && !ghost);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
