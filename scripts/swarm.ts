// Every configuration of the reference store under faults and options of each seed's own draw, within what its claim
// tolerates: none may break its claim, few runs may prove nothing, every rare state that the store knows of must be
// reached by one of them. `npx tsx scripts/swarm.ts [--seeds 30] [--first 1] [--jobs 2] [--configuration NAME]… [--markdown FILE]`;
// the campaign of record takes 1,000 seeds, CI takes 30.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { reference } from '../clusters/reference/definition.ts';
import { Lab } from '../cli/lab/pool.ts';
import { parseSetting } from '../cli/run/settings.ts';
import { missed, passes, swarm, swarmText, type Swarmed } from '../cli/swarm/swarm.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '30' },
    first: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    configuration: { type: 'string', multiple: true },
    markdown: { type: 'string' },
  },
});

/** Also where sessions roam: then, skewed clocks are within the claim. */
const ROAMING = 'multi-leader-lww reads=any';
const names = values.configuration ?? [...reference.configurations.map(({ name }) => name), ROAMING];
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => String(i + Number(values.first)));
const lab = new Lab(Number(values.jobs));
const all: Swarmed[] = [];
try {
  for (const name of names) {
    const [configuration, setting] = name.split(' ');
    const settings = setting === undefined ? {} : Object.fromEntries([parseSetting(setting)]);
    const made = await swarm({ cluster: 'reference', configuration, settings }, seeds, lab);
    const swarmed = { ...made, configuration: `reference:${name}` };
    all.push(swarmed);
    console.log(swarmText(swarmed).join('\n'));
  }
} finally {
  lab.close();
}
/** So few seeds cannot reach every rare state, and one run in ten that proves nothing is chance. */
const few = seeds.length < 100;
const tolerated = few ? 0.1 : 0.05;
const reached = new Set(
  all.flatMap(({ marks }) => Object.entries(marks).flatMap(([name, runs]) => (runs > 0 ? [name] : []))),
);
const never = [...new Set(all.flatMap(missed))].filter((mark) => !reached.has(mark));
if (never.length > 0) console.log(`never reached by any configuration: ${never.join(', ')}`);
if (values.markdown !== undefined) writeFileSync(values.markdown, `${table(all)}\n`);
process.exitCode = all.every((one) => passes(one, tolerated)) && (never.length === 0 || few) ? 0 : 1;

function table(swarms: readonly Swarmed[]): string {
  const cells = swarms.map(({ configuration, runs, outcomes, vacuous, marks, operations, cpuMs }) => [
    configuration,
    String(runs),
    String(outcomes.violation ?? 0),
    String((outcomes.unknown ?? 0) + (outcomes.error ?? 0)),
    `${(vacuous * 100).toFixed(1)} %`,
    String(operations),
    (cpuMs / 1000).toFixed(0),
    Object.entries(marks)
      .map(([name, count]) => `${name} ${count}`)
      .join(', '),
  ]);
  const heads = [
    'configuration',
    'runs',
    'violations',
    'undecided',
    'vacuous',
    'operations',
    'CPU s',
    'rare states reached, in runs',
  ];
  return [heads, heads.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
