// The simulator: client operations a second of one core, and an hour of Raft with everything that goes with it.
// tsx bench/simulator.ts
import { execFileSync } from 'node:child_process';
import { judgeRun } from '../cli/check/judge-run.ts';
import { resolveRun, type RunRequest } from '../cli/run/config.ts';
import { metaOf } from '../cli/run/describe.ts';
import { simulateRun } from '../cli/run/simulate.ts';
import { MemorySink } from '../harness/history/writer.ts';

interface Row {
  readonly title: string;
  readonly request: RunRequest;
  readonly target: string;
  readonly met: (figures: Figures) => boolean;
}

interface Figures {
  readonly operations: number;
  /** Seconds of wall time, and of this process' CPU, for the simulation alone, and for the check. */
  readonly simulated: number;
  readonly checked: number;
  readonly cpu: number;
  readonly megabytes: number;
  readonly outcome: string;
}

const sim = { cluster: 'reference', world: 'sim', seed: '1' } as const;
const ROWS: readonly Row[] = [
  {
    title: '3 nodes, single leader, a node killed every 10 s, closed loop',
    request: {
      ...sim,
      configuration: 'semi-sync',
      workload: 'register',
      nemesis: 'kill:one',
      time: 60,
      rate: 0,
    },
    target: '≥ 50,000 op/s',
    met: ({ operations, simulated }) => operations / simulated >= 50_000,
  },
  {
    title: 'an hour of 5-node Raft, partitions and kills, 100 op/s, checked',
    request: {
      ...sim,
      configuration: 'raft',
      workload: 'register',
      nemesis: 'partition:halves,kill:one',
      nodes: 5,
      time: 3600,
      rate: 100,
    },
    target: '≤ 20 s, 600 MB',
    met: ({ simulated, checked, megabytes }) => simulated + checked <= 20 && megabytes <= 600,
  },
];

const [mode] = process.argv.slice(2);
if (mode === undefined) table();
else process.stdout.write(JSON.stringify(await measure(ROWS[Number(mode)])));

function table(): void {
  console.log('| run | operations | simulated, s | op/s | checked, s | CPU, s | RSS, MB | target | met |');
  console.log(`|${' --- |'.repeat(9)}`);
  ROWS.forEach((row, i) => {
    const told = execFileSync(process.execPath, [...process.execArgv, process.argv[1], String(i)]);
    const figures = JSON.parse(told.toString()) as Figures;
    const { operations, simulated, checked, cpu, megabytes, outcome } = figures;
    const cells = [
      `${row.title} (${outcome})`,
      operations,
      simulated.toFixed(1),
      Math.round(operations / simulated),
      checked.toFixed(1),
      cpu.toFixed(1),
      megabytes.toFixed(0),
      row.target,
      row.met(figures) ? 'yes' : 'NO',
    ];
    console.log(`| ${cells.join(' | ')} |`);
  });
}

async function measure({ request }: Row): Promise<Figures> {
  const run = resolveRun(request);
  const sink = new MemorySink();
  const before = process.cpuUsage();
  const start = performance.now();
  await simulateRun(run, sink);
  const simulated = (performance.now() - start) / 1000;
  const history = sink.history();
  const { outcome } = await judgeRun(metaOf(run, 'bench'), history, null);
  const checked = (performance.now() - start) / 1000 - simulated;
  const { user, system } = process.cpuUsage(before);
  let operations = 0;
  for (let i = 0; i < history.length; i++) if (history.process[i] >= 0 && history.type[i] === 0) operations++;
  return {
    operations,
    simulated,
    checked,
    cpu: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
    outcome,
  };
}
