// Blind diagnosis of every bug of the zoo: tsx scripts/diagnosis.ts [part of a name, or a strategy] > table.md
// Exits with 1 when a page does not tell the anomaly, the witness, the fault and the responsible write.
import { chromium } from 'playwright-core';
import { checklistOf, diagnose } from '../cli/testing/diagnosis.ts';
import { BUGS } from '../clusters/reference/bugs.ts';
import { executablePath } from '../results/testing/browser.ts';

const SEEDS = Array.from({ length: 8 }, (_, i) => String(i + 1));

const [only = ''] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
const mark = (yes: boolean): string => (yes ? 'yes' : 'NO');
let missed = 0;
console.log('| bug (not on its page) | seed | anomaly | witness | fault | write | the page’s sentence |');
console.log('|---|---|---|---|---|---|---|');
for (const bug of BUGS.values()) {
  if (!bug.name.includes(only) && bug.strategy !== only) continue;
  const said = await diagnose(bug, SEEDS, browser);
  if (said === null) {
    console.log(`| ${bug.name} | – | not shown by seeds ${SEEDS[0]}..${SEEDS.length} | | | | |`);
    continue;
  }
  const list = checklistOf(bug, said);
  if (said.named || Object.values(list).includes(false)) missed++;
  const marks = [list.anomaly, list.witness, list.fault, list.write].map(mark).join(' | ');
  const sentence = said.sentence.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 200);
  console.log(`| ${bug.name}${said.named ? ' (NAMED)' : ''} | ${said.seed} | ${marks} | ${sentence} |`);
}
await browser.close();
process.exitCode = missed === 0 ? 0 : 1;
