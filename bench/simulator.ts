// The simulator: client operations a second of one core, and an hour of Raft with everything that goes with it.
// tsx bench/simulator.ts
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SIMULATION_FLAGS } from '../harness/runtime/flags.ts';
import type { RunRequest } from '../cli/run/config.ts';

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

const RUN = fileURLToPath(new URL('./simulated-run.mjs', import.meta.url));

console.log('| run | operations | simulated, s | op/s | checked, s | CPU, s | RSS, MB | target | met |');
console.log(`|${' --- |'.repeat(9)}`);
for (const row of ROWS) {
  const told = execFileSync(process.execPath, [
    ...SIMULATION_FLAGS,
    '--expose-gc',
    RUN,
    JSON.stringify(row.request),
  ]);
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
}
