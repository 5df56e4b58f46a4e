// The bugs of the zoo, watched while they run: does watching say what a look at the whole history says?
// tsx scripts/zoo-online.ts [SEED…]: every bug with each seed, with the defect and without. One line a run that is refuted.
import { ONLINE, OnlineMonitor } from '../checkers/online/monitor.ts';
import { closure } from '../checkers/guarantees.ts';
import { checkerOf } from '../checkers/registry.ts';
import { resolveRun, type RunConfig } from '../cli/run/config.ts';
import { simulateRun } from '../cli/run/simulate.ts';
import { pairOf } from '../cli/zoo/specimen.ts';
import { BUGS } from '../clusters/reference/bugs.ts';
import { events } from '../harness/history/history.ts';
import { MemorySink } from '../harness/history/writer.ts';

const seeds = process.argv.length > 2 ? process.argv.slice(2) : ['1'];
const tally = { runs: 0, verdicts: 0, refuted: 0, differing: 0, events: 0, remembered: 0 };

async function compare(name: string, config: RunConfig): Promise<void> {
  const run = resolveRun(config);
  const sink = new MemorySink();
  await simulateRun(run, sink);
  const history = sink.history();
  const { workload, claim } = run;
  const options = {
    assume: [...closure(claim.guarantee)],
    ...(workload.model === undefined ? {} : { model: workload.model }),
  };
  // Every checker that can judge while a run goes on and has a say here, whether the workload names it or not.
  const extra =
    workload.port === 'register' ? ['linearizability', 'read-your-writes', 'monotonic-reads'] : [];
  const names = ONLINE.filter((each) => workload.checkers.includes(each) || extra.includes(each));
  const checkers = names.map(checkerOf);
  const told = new Set<string>();
  const announce = ({ checker }: { readonly checker: string }): unknown => told.add(checker);
  const monitor = new OnlineMonitor({ checkers, options, announce });
  for (const event of events(history)) monitor.observe(event);
  const said = await monitor.finish(history.time[history.length - 1]);
  tally.runs++;
  tally.events += history.length;
  tally.remembered += monitor.remembered;
  for (const checker of checkers) {
    const whole = (await checker.check(history, options)).valid === false;
    const watched = said.get(checker.name) === false;
    tally.verdicts++;
    if (whole) tally.refuted++;
    if (whole !== watched || (whole && !told.has(checker.name))) {
      tally.differing++;
      console.log(
        `${name} seed ${config.seed}: ${checker.name} whole ${whole}, watched ${watched}, told ${told.has(checker.name)}`,
      );
    }
  }
}

for (const [name, bug] of BUGS)
  for (const seed of seeds) {
    const { ill, sound } = pairOf(bug, seed);
    await compare(name, ill);
    await compare(`${name} (without it)`, sound);
  }
console.log(JSON.stringify(tally));
process.exitCode = tally.differing > 0 ? 1 : 0;
