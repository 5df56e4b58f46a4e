import type { Comparison } from './comparison.ts';
import type { Measures } from './measures.ts';
import {
  LETTER_NOTES,
  lettersText,
  msText,
  outcomesText,
  rateText,
  shareText,
  stalenessText,
  THRESHOLDS,
} from './words.ts';

/** A comparison as one page of Markdown. */
export function comparisonMarkdown({ configurations, differences, textbook, doubts }: Comparison): string {
  const lines = [
    '# Comparison',
    '',
    ...doubts.flatMap((doubt) => [`**Not to be relied on:** ${escaped(doubt)}.`, '']),
    ...table(
      [
        'configuration',
        'runs',
        'outcome',
        'strongest not refuted',
        'anomalies: share of runs (95 %)',
        'acknowledged writes lost',
      ],
      configurations.map((one) => [
        one.configuration,
        String(one.runs),
        outcomesText(one),
        one.strength.notRefuted.join(', ') || 'none that was tried',
        Object.entries(one.anomalies)
          .map(([name, rate]) => `${name} ${rateText(rate)}`)
          .join('; ') || '–',
        one.lost.writes === 0 ? '0' : `${one.lost.writes}, in ${rateText(one.lost.runs)} runs`,
      ]),
    ),
    '',
    ...table(
      [
        'configuration',
        'available, calm',
        'available, in faults',
        'failover',
        'ok/s, calm',
        'latency p50 · p99 · p99.9',
        'stale reads; age p50 · p99 · p99.9',
      ],
      configurations.map((one) => [
        one.configuration,
        shareText(one.availability.calm),
        shareText(one.availability.faults),
        msText(one.failoverMs),
        one.throughput === null ? '–' : one.throughput.value.toFixed(0),
        latencyText(one),
        stalenessText(one.staleness),
      ]),
    ),
    '',
    `## What differs from ${escaped(configurations[0]?.configuration ?? 'the first')}`,
    '',
    ...(differences.length === 0 ? ['Nothing, beyond chance.'] : []),
    ...differences.map(({ configuration, text }) => `- **${escaped(configuration)}**: ${escaped(text)}`),
    '',
    '## PACELC, as measured',
    '',
    ...table(
      ['configuration', 'letters', 'partitioned', 'else'],
      configurations.map((one) => [
        one.configuration,
        `**${lettersText(one.scorecard)}**`,
        one.scorecard.p.evidence,
        one.scorecard.e.evidence,
      ]),
    ),
    '',
    THRESHOLDS,
    '',
    LETTER_NOTES,
    '',
    'Beside it, the usual table:',
    '',
    ...table(
      ['system', 'reputed', 'stand-in here', 'measured'],
      textbook.map(({ system, letters, standIn }) => {
        const measured = configurations.find(({ configuration }) => configuration === standIn);
        return [
          system,
          letters,
          standIn,
          measured ? lettersText(measured.scorecard) : 'not in this comparison',
        ];
      }),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function latencyText({ latency }: Measures): string {
  return (
    latency
      .map(({ f, p50, p99, p999 }) => `${f} ${msText(p50)} · ${msText(p99)} · ${msText(p999)}`)
      .join('; ') || '–'
  );
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(heads),
    line(heads.map(() => '---')),
    ...rows.map((row) => line(row.map((cell) => (cell.startsWith('**') ? cell : escaped(cell))))),
  ];
}

/** Names and values are hostile in Markdown too. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#&!~]/g, (c) => `\\${c}`).replace(/\s+/g, ' ');
}
