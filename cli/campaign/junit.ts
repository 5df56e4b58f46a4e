import type { CampaignResults, CellResult } from './summary.ts';
import type { Row } from './row.ts';

/**
 * A campaign as JUnit XML, in the shape that CI servers read (testing/jenkins-junit.xsd, Jenkins' own): a suite a
 * configuration and workload, a case a run. What came otherwise than expected is a `failure`; a run that broke
 * (`infrastructure`) or proved nothing (`unknown`, `inconclusive`) is an `error` of that type, so that the four are
 * counted apart; a cell that cannot be run is `skipped`.
 */
export function campaignJunit(
  results: CampaignResults,
  timings: { readonly [key: string]: Row['timings'] },
): string {
  const suites = new Map<string, CellResult[]>();
  for (const cell of results.cells) {
    const name = `${cell.configuration} · ${cell.workload}`;
    suites.set(name, [...(suites.get(name) ?? []), cell]);
  }
  const written = [...suites].map(([name, cells]) => suiteOf(name, cells, timings));
  const total = sum(written.map((suite) => suite.counts));
  const seconds = written.reduce((all, suite) => all + suite.seconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(results.name)}" ${attributes(total)} time="${seconds.toFixed(3)}">`,
    ...written.flatMap((suite) => suite.lines),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

interface Suite {
  readonly counts: Counts;
  readonly seconds: number;
  readonly lines: readonly string[];
}

function suiteOf(
  name: string,
  cells: readonly CellResult[],
  timings: { readonly [key: string]: Row['timings'] },
): Suite {
  const cases = cells.flatMap((cell) => casesOf(cell, name, timings));
  const counts = sum(cases.map((one) => one.counts));
  const seconds = cases.reduce((all, one) => all + one.seconds, 0);
  return {
    counts,
    seconds,
    lines: [
      `  <testsuite name="${xml(name)}" ${attributes(counts)} skipped="${counts.skipped}" time="${seconds.toFixed(3)}">`,
      ...cases.map((one) => one.line),
      '  </testsuite>',
    ],
  };
}

interface Case {
  readonly counts: Counts;
  readonly seconds: number;
  readonly line: string;
}

function casesOf(
  cell: CellResult,
  suite: string,
  timings: { readonly [key: string]: Row['timings'] },
): Case[] {
  const testcase = (name: string, seconds: number, kind: keyof Counts, inside: string): Case => ({
    counts: { tests: 1, failures: 0, errors: 0, skipped: 0, ...(kind === 'tests' ? {} : { [kind]: 1 }) },
    seconds,
    line: `    <testcase name="${xml(name)}" classname="${xml(suite)}" time="${seconds.toFixed(3)}"${inside === '' ? '/>' : `>${inside}</testcase>`}`,
  });
  if (cell.notApplicable !== null)
    return [testcase(cell.faults, 0, 'skipped', `<skipped>${xml(cell.notApplicable)}</skipped>`)];
  return cell.runs.map(({ key, seed, outcome, reason }) => {
    const name = `${cell.faults}, seed ${seed}`;
    const seconds = (timings[key]?.wallMs ?? 0) / 1000;
    const surprise = cell.surprises.find((one) => one.key === key);
    const text = xml(`runs/${key}`);
    if (surprise)
      return testcase(
        name,
        seconds,
        'failures',
        `<failure type="${xml(outcome)}" message="${xml(surprise.why)}">${text}</failure>`,
      );
    if (outcome === 'valid' || outcome === 'violation') return testcase(name, seconds, 'tests', '');
    const type = outcome === 'error' ? 'infrastructure' : outcome;
    return testcase(
      name,
      seconds,
      'errors',
      `<error type="${type}" message="${xml(reason ?? outcome)}">${text}</error>`,
    );
  });
}

function sum(counts: readonly Counts[]): Counts {
  const total = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  for (const one of counts)
    for (const kind of ['tests', 'failures', 'errors', 'skipped'] as const) total[kind] += one[kind];
  return total;
}

function attributes({ tests, failures, errors }: Counts): string {
  return `tests="${tests}" failures="${failures}" errors="${errors}"`;
}

/** XML 1.0 knows no control characters, not even escaped. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
