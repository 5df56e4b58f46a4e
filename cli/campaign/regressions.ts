import { readFileSync } from 'node:fs';
import { changesBetween, type Change, type ChangedFinding } from '../../results/regressions/changes.ts';
import { BaselineError, readBaseline } from '../../results/regressions/baseline.ts';
import { nightOf, type Night } from '../../results/regressions/findings.ts';
import {
  acceptanceOf,
  knownSchema,
  type Acceptance,
  type KnownFindings,
} from '../../results/regressions/known.ts';
import { UsageError } from '../usage.ts';
import { parseYaml } from '../yaml.ts';
import type { CampaignResults } from './summary.ts';

/** A finding of tonight against the baseline, and whether somebody has accepted it. */
export interface Regression extends ChangedFinding {
  readonly acceptance: Acceptance | null;
}

/** What `changes.json` holds. */
export interface Regressions {
  readonly version: 1;
  readonly baseline: string;
  readonly findings: readonly Regression[];
}

/** @throws UsageError when there is no such baseline. */
export async function openBaseline(path: string): Promise<Night> {
  try {
    return await readBaseline(path);
  } catch (error) {
    if (error instanceof BaselineError) throw new UsageError(`--baseline: ${error.message}`);
    throw error;
  }
}

/** @throws UsageError with file, line and column. */
export function readKnown(path: string): KnownFindings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`There is no file ${path} of known findings`);
  }
  return parseYaml(path, text, knownSchema).known;
}

export function regressionsOf(
  results: CampaignResults,
  baseline: { readonly path: string; readonly night: Night },
  known: KnownFindings,
  today: string,
): Regressions {
  const findings = changesBetween(baseline.night, nightOf(results.cells)).map((one) => ({
    ...one,
    acceptance: acceptanceOf(one, known, today),
  }));
  return { version: 1, baseline: baseline.path, findings };
}

/**
 * What `--fail-on new` fails for: a finding that was never seen before or got worse and that nobody has accepted, and
 * one whose acceptance has run out.
 */
export function isRegression({ change, acceptance, now }: Regression): boolean {
  if (acceptance?.expired === true) return now.hits > 0;
  return acceptance === null && (change === 'new' || change === 'worse');
}

const ORDER: readonly Change[] = ['new', 'worse', 'fixed', 'better', 'flaky', 'not-run', 'known'];

/** The gravest change first. */
export function byChange(a: Regression, b: Regression): number {
  return (
    Number(isRegression(b)) - Number(isRegression(a)) ||
    ORDER.indexOf(a.change) - ORDER.indexOf(b.change) ||
    (a.anomaly < b.anomaly ? -1 : 1)
  );
}

/** `new (accepted until 2026-12-01: ticket 7)`: how a change is told. */
export function changeText({ change, acceptance }: Regression): string {
  if (acceptance === null) return change;
  const { reason, expires, expired } = acceptance;
  return `${change} (${expired ? 'was accepted until' : 'accepted until'} ${expires}: ${reason})`;
}
