import type { Outcome } from '../outcome.ts';
import type { Bins } from '../performance.ts';
import type { LimitResult } from './limits.ts';
import type { StepMeasure, Worst } from './measures.ts';

/** A step as it was planned. */
export interface PlannedStep {
  /** Seconds after the clients began. */
  readonly at: number;
  readonly what: string;
  readonly command: boolean;
  readonly note: string | null;
}

/** Everything that the written account of a game day tells. */
export interface GamedayAccount {
  readonly name: string;
  readonly outcome: Outcome;
  /** Why, beyond the limits. */
  readonly reasons: readonly string[];
  readonly subject: string;
  readonly startedAt: string;
  /** When the clients' load began, ns of the run. */
  readonly loadFrom: number;
  readonly planned: readonly PlannedStep[];
  readonly steps: readonly StepMeasure[];
  readonly limits: readonly LimitResult[];
  readonly anomalies: readonly {
    readonly name: string;
    readonly count: number;
    readonly explanation: string;
  }[];
  /** The load in bins, for the chart. */
  readonly load: Bins;
  /** The command that makes it again. */
  readonly command: string;
}

const WORDS: Readonly<Record<Outcome, string>> = {
  valid: 'passed',
  violation: 'failed',
  unknown: 'not decided',
  inconclusive: 'proved nothing',
  error: 'broke down',
};

export function verdictOf({ outcome }: Pick<GamedayAccount, 'outcome'>): string {
  return WORDS[outcome];
}

export const holdsText = (holds: boolean | null): string =>
  holds === null ? 'not measured' : holds ? 'held' : 'BROKEN';

export function worstText(worst: Worst | null): string {
  if (worst === null) return '–';
  return worst.ms === null ? `never (${worst.f})` : `${(worst.ms / 1000).toFixed(2)} s (${worst.f})`;
}

/** Seconds after the clients began. */
export const secondsAt = (account: GamedayAccount, time: number): string =>
  ((time - account.loadFrom) / 1e9).toFixed(1);

/** The account as Markdown, for a ticket or a wiki. */
export function accountMarkdown(account: GamedayAccount): string {
  const { name, subject, startedAt, limits, steps, planned, reasons, anomalies, command } = account;
  const lines = [
    `# ${name}: ${verdictOf(account)}`,
    '',
    `${subject}, ${startedAt}`,
    '',
    ...(limits.length === 0
      ? []
      : [
          ...table(
            ['limit', 'allowed', 'measured', ''],
            limits.map((one) => [one.limit, one.allowed, one.measured, holdsText(one.holds)]),
          ),
          '',
        ]),
    '## What happened',
    '',
    ...table(
      ['at', 'what', 'on', 'lasted', 'bit', 'longest without an answer', 'answered again after'],
      steps.map(({ window, outage, recovered }) => [
        `${secondsAt(account, window.start)} s`,
        window.fault,
        window.targets.join(', '),
        window.end === null ? 'to the end' : `${((window.end - window.start) / 1e9).toFixed(1)} s`,
        window.bit ? 'yes' : 'no',
        worstText(outage),
        worstText(recovered),
      ]),
    ),
    '',
    ...planned.flatMap(({ at, what, note }) => (note === null ? [] : [`- ${at} s, ${what}: ${note}`])),
    ...steps.map(({ window }) => `- ${window.fault}: ${window.evidence}`),
    '',
    ...(anomalies.length === 0
      ? []
      : [
          '## What was found',
          '',
          ...anomalies.map(
            ({ name: what, count, explanation }) => `- ${what}, ${count} times: ${explanation}`,
          ),
          '',
        ]),
    ...(reasons.length === 0 ? [] : ['## Why', '', ...reasons.map((reason) => `- ${reason}`), '']),
    'Again:',
    '',
    `    ${command}`,
    '',
  ];
  return lines.join('\n');
}

/** Cells are the run's own words: a pipe in one must not end it. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}
