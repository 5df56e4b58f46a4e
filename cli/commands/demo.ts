import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { stopwatch, wallClock } from '../../harness/runtime/wall.ts';
import { verdictTable, type VerdictRow } from '../../results/verdict-table.ts';
import type { FinishedRun } from '../check/finish.ts';
import { defineCommand } from '../command.ts';
import { DEMO, type DemoRow } from '../demo/rows.ts';
import { tell, writeLines } from '../output.ts';
import { resolveRun } from '../run/config.ts';
import { executeRun } from '../run/execute.ts';
import { onInterrupt } from '../run/interrupt.ts';

/** Was exactly what was expected found: the outcome, and every anomaly that must be proven? */
function isAsExpected(row: DemoRow, { document }: FinishedRun): boolean {
  const proven = document.anomalies.filter((a) => a.certain && a.status === 'violation').map((a) => a.name);
  return document.outcome === row.outcome && row.finds.every((name) => proven.includes(name));
}

async function makeRow(row: DemoRow, directory: string, interrupt: AbortSignal): Promise<VerdictRow> {
  const elapsed = stopwatch();
  const finished = await executeRun(resolveRun(row.request), {
    directory,
    id: directory.split('/').slice(-2).join('-'),
    latest: false,
    keepCluster: false,
    logLevel: 'info',
    interrupt,
    progress: () => undefined,
    report: 'always',
  });
  const expected = isAsExpected(row, finished);
  tell(
    `  ${expected ? 'as expected' : 'NOT AS EXPECTED'}  ${row.name}: ${finished.document.outcome} (${(elapsed() / 1000).toFixed(1)} s)`,
  );
  return { name: row.name, directory, document: finished.document, expected };
}

/**
 * Two runs at a time: they sleep more than they compute.
 * A run that breaks in itself is told at once; nothing is retried.
 */
async function makeRows(
  rows: readonly DemoRow[],
  base: string,
  interrupt: AbortSignal,
): Promise<VerdictRow[]> {
  const made: VerdictRow[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < rows.length && !interrupt.aborted) {
      const position = next++;
      made[position] = await makeRow(rows[position], `${base}/${position + 1}`, interrupt);
    }
  };
  await Promise.all([worker(), worker()]);
  return made.filter(Boolean);
}

export const demoCommand = defineCommand({
  usage: 'demo',
  title:
    'The main job on the embedded default: reference store and PostgreSQL, promises broken and kept (npm start)',
  options: (yargs) =>
    yargs.option('out', { type: 'string', describe: 'where the run directories go [runs/demo-<time>]' }),
  run: async (args) => {
    const base = resolve(args.out ?? `runs/demo-${wallClock().replace(/[-:]|\..*$/g, '')}`);
    mkdirSync(base, { recursive: true });
    tell(`${DEMO.length} runs of about ten seconds, two at a time, into ${base}`);
    const interrupt = onInterrupt();
    try {
      const rows = await makeRows(DEMO, base, interrupt.signal);
      await writeLines([
        '',
        verdictTable(rows),
        '',
        'Judge any of them again, without a cluster: npx alibi check <run directory>',
      ]);
      const shown = rows.find((row) => row.document.outcome === 'violation') ?? rows[0];
      await writeLines([`Report: ${resolve(shown.directory, 'report.html')}`]);
      return rows.length === DEMO.length && rows.every((row) => row.expected) ? 0 : 1;
    } finally {
      interrupt.release();
    }
  },
});
