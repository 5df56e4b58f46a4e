// Do public histories (Porcupine's etcd logs and key-value texts, Knossos' registers) get the verdicts that are known of them?
// `npm run conformance`; skipped, visibly, where the folder is absent: ALIBI_DATA says where it is, else beside the checkout.
import { linearizability } from '../checkers/linearizability/linearizability.ts';
import { DATA, publicHistories } from '../checkers/linearizability/testing/public-histories.ts';
import { readHistorySync } from '../harness/history/reader.ts';

interface Tally {
  right: number;
  wrong: number;
  unknown: number;
  /** Of processor time in the checker, reading left out. */
  ms: number;
}

const tallies = new Map<string, Tally>();
for (const { source, name, path, model, valid } of publicHistories()) {
  const tally = tallies.get(source) ?? { right: 0, wrong: 0, unknown: 0, ms: 0 };
  tallies.set(source, tally);
  const { history, initial } = readHistorySync(path);
  const before = process.cpuUsage();
  const verdict = await linearizability.check(history, { initial, ...(model && { model }) });
  tally.ms += process.cpuUsage(before).user / 1000;
  tally[verdict.valid === 'unknown' ? 'unknown' : verdict.valid === valid ? 'right' : 'wrong']++;
  if (verdict.valid !== valid) console.error(`${name}: ${verdict.valid}, but ${valid} is known`);
}
if (tallies.size === 0) console.log(`skipped: there are no public histories in ${DATA} (ALIBI_DATA)`);
else console.log('| source | right | wrong | unknown | check, ms CPU |\n|---|---|---|---|---|');
for (const [source, { right, wrong, unknown, ms }] of tallies)
  console.log(`| ${source} | ${right} | ${wrong} | ${unknown} | ${ms.toFixed(0)} |`);
process.exitCode = [...tallies.values()].some(({ wrong, unknown }) => wrong + unknown > 0) ? 1 : 0;
