import { join } from 'node:path';
import { CHECKERS } from '../../checkers/registry.ts';
import { faultWindows, phases } from '../../harness/history/fault.ts';
import { readHistory } from '../../harness/history/reader.ts';
import type { ResultDocument } from '../../results/document.ts';
import { writeAtomically } from '../../results/atomic-write.ts';
import { accountMarkdown, type GamedayAccount } from '../../results/gameday/account.ts';
import { holdLimits, outcomeOfDay } from '../../results/gameday/limits.ts';
import { stepMeasures } from '../../results/gameday/measures.ts';
import { gamedayPage } from '../../results/gameday/page.ts';
import { openHistory } from '../../results/open-history.ts';
import { packHistory } from '../../results/packed-history.ts';
import { bins } from '../../results/performance.ts';
import { readRunDirectory } from '../../results/run-directory.ts';
import { WORKLOADS } from '../../workloads/registry.ts';
import { lookup } from '../usage.ts';
import type { GamedayFile } from './file.ts';

const BINS = 200;

/** Holds a game day's run against its limits and writes gameday.json, gameday.md and gameday.html beside it. */
export async function tellGameday(
  directory: string,
  file: GamedayFile,
  document: ResultDocument,
): Promise<GamedayAccount> {
  const stored = await readRunDirectory(directory);
  const { history } = await readHistory(stored.historyPath);
  const { meta } = stored;
  const steps = stepMeasures(history, faultWindows(history));
  const checkers = lookup('workload', meta.workload, WORKLOADS).checkers.flatMap(
    (name) => CHECKERS.get(name) ?? [],
  );
  const limits = holdLimits({ limits: file.limits, steps, document, checkers });
  const marks = phases(history);
  const at = (phase: string, otherwise: number): number =>
    marks.find((mark) => mark.phase === phase)?.time ?? otherwise;
  const last = history.length === 0 ? 1 : history.time[history.length - 1];
  const loadFrom = at('main', 0);
  const load = { from: at('warm-up', 0), to: Math.max(at('quiesce', last), at('warm-up', 0) + 1) };
  const account: GamedayAccount = {
    name: file.name,
    outcome: outcomeOfDay(limits, document.outcome),
    reasons: document.reasons,
    subject: `${meta.cluster}:${meta.configuration}, ${meta.workload}, ${meta.world} world, seed ${meta.seed}`,
    startedAt: meta.startedAt,
    loadFrom,
    planned: file.timetable.map(({ at: seconds, fault, do: command, note }) => ({
      at: seconds,
      what: fault ?? command ?? '',
      command: command !== undefined,
      note: note ?? null,
    })),
    steps,
    limits,
    anomalies: document.anomalies.map(({ name, count, explanation }) => ({ name, count, explanation })),
    load: bins(openHistory(packHistory(history)), load, BINS),
    command: `alibi gameday ${join(directory, 'gameday.yaml')}`,
  };
  await writeAtomically(join(directory, 'gameday.md'), accountMarkdown(account));
  // The chart's bins stand in the page; whoever reads the JSON has the history.
  const text = JSON.stringify({ version: 1, ...account, load: undefined }, null, 2);
  await writeAtomically(join(directory, 'gameday.json'), `${text}\n`);
  await writeAtomically(join(directory, 'gameday.html'), gamedayPage(account));
  return account;
}
