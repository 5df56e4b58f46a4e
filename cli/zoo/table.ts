import type { Examined } from './zoo.ts';

const HEADS = ['', 'bug', 'strategy', 'found as', 'caught', 'first', 'p50', 'p95', 'without it', 'CPU ms'];

/** The zoo as a Markdown table, a bug a line. */
export function zooTable(examined: readonly Examined[]): string {
  const rows = [HEADS, ...examined.map(cellsOf)];
  const widths = HEADS.map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(HEADS), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join('\n');
}

function cellsOf(one: Examined): string[] {
  const { name, strategy, expected, caught, seeds, catchRate, firstSeed, seedsToCatch, without, cpuMs } = one;
  return [
    caught ? '✓' : '✗',
    name,
    strategy,
    expected,
    `${Math.round(catchRate * seeds)} of ${seeds}`,
    firstSeed ?? '–',
    seedsToCatch ? String(round(seedsToCatch.p50)) : '–',
    seedsToCatch ? String(round(seedsToCatch.p95)) : '–',
    Object.entries(without)
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(', '),
    String(Math.round(cpuMs)),
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
