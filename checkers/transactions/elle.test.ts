// Elle's own embedded checks, with Elle's verdicts. Skipped where the data folder is absent.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import { ednToJson, readEdn } from '../../harness/history/formats/edn.ts';
import { FURTHER_CYCLES } from './further-anomalies.ts';
import { boundary, refutes } from './judged-models.ts';
import { TRANSACTIONAL_MODELS } from './models.ts';
import { WEAK_CLASSES } from './weak/weak.ts';
import { transactions } from './transactions.ts';
import type { Verdict } from '../types.ts';

const DATA = join(process.env['ALIBI_DATA'] ?? '../shared/data', 'elle/embedded-verdicts.edn');

interface Case {
  readonly test: readonly string[];
  readonly testing: readonly string[];
  readonly opts: {
    readonly 'consistency-models'?: readonly string[] | null;
    readonly anomalies?: readonly string[];
  };
  readonly history: readonly { process: number; type: string; value: Json }[];
  readonly 'valid?': boolean | string;
  readonly 'anomaly-types': readonly string[] | null;
  readonly not: readonly string[] | null;
  readonly 'also-not'?: readonly string[] | null;
}

/**
 * Elle's histories may leave out invocations: then a transaction begins right before it completes. One lets a process
 * invoke five transactions at once: then each gets a process of its own, and the completions are the invocations' in order.
 */
function eventsOf(records: Case['history']): EventInput[] {
  const crowded = records.some(({ type }, i) => type === 'invoke' && records[i + 1]?.type === 'invoke');
  const open: number[] = [];
  let fresh = 0;
  return records.flatMap((record, time): EventInput[] => {
    const { value, type } = record;
    const full = (value as readonly Json[][]).map((step) => (step.length === 2 ? [...step, null] : step));
    const event = (process: number, as: string): EventInput => ({
      process,
      time,
      type: as as EventInput['type'],
      f: 'txn',
      value: full,
    });
    if (type === 'invoke') {
      open.push(crowded ? fresh++ : record.process);
      return [event(open[open.length - 1], 'invoke')];
    }
    const invoked = open.shift();
    if (invoked !== undefined) return [event(invoked, type)];
    return [event(record.process, 'invoke'), event(record.process, type)];
  });
}

const cases = existsSync(DATA)
  ? readEdn(readFileSync(DATA, 'utf8')).map((form) => ednToJson(form) as unknown as Case)
  : [];
const modelName = (name: string): string => (name === 'strong-serializable' ? 'strict-serializable' : name);

/** Anomalies that Elle names and we do not, with the reason. Everything else that Elle names we name too. */
const DIFFER: Readonly<Record<string, string>> = {
  'empty-transaction-graph': 'not an anomaly: with no other finding the verdict is unknown, for that reason',
};

/** Elle has no name for what only weak models are about, nor for Adya's cycles between read committed and serializability. */
const FURTHER = [...WEAK_CLASSES, ...FURTHER_CYCLES.map(({ name }) => name)];
const isWeak = (name: string): boolean => FURTHER.some((weak) => name.startsWith(weak));

/** Classes besides the gravest of their component, which Elle lists side by side with it. */
function furtherOf(verdict: Verdict): string[] {
  return verdict.findings.flatMap(({ evidence }) =>
    ((evidence?.['also'] ?? []) as readonly { readonly anomaly: string }[]).map(({ anomaly }) => anomaly),
  );
}

describe.skipIf(cases.length === 0)("Elle's embedded verdicts", () => {
  it('are 48', () => expect(cases).toHaveLength(48));

  it.each(cases.map((c, i) => [i + 1, c.test.join(' '), c.testing.join(' '), c] as const))(
    '%i %s %s',
    (_number, _test, _about, given) => {
      const verdict = transactions.check(historyOf(eventsOf(given.history)), {}) as Verdict;
      const found = [...new Set(verdict.findings.map(({ name }) => name))];
      const theirs = (given['anomaly-types'] ?? []).filter((name) => !(name in DIFFER));
      expect([...found, ...furtherOf(verdict)]).toEqual(expect.arrayContaining(theirs));
      const asked = given.opts['consistency-models']?.map(modelName);
      // Of what refutes the models that were asked for, exactly Elle's, and so Elle's verdict.
      if (asked) {
        const relevant = found.filter((name) => refutes(name, asked) && !isWeak(name));
        expect(theirs).toEqual(expect.arrayContaining(relevant));
        if (given['valid?'] !== 'unknown') expect(relevant.length > 0).toBe(!given['valid?']);
      }
      // Whatever Elle rules out, we rule out.
      const { not, alsoNot } = boundary(found);
      const theirModels = [...(given.not ?? []), ...(given['also-not'] ?? [])].map(modelName);
      const shared = theirModels.filter((name) => TRANSACTIONAL_MODELS.some((model) => model.name === name));
      for (const model of shared) expect([...not, ...alsoNot]).toContain(model);
    },
  );
});
