import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutated, type Mutant } from './mutants.ts';

/** What a probe is asked: each of these configurations with each of the seeds. */
export interface Probing {
  readonly configurations: readonly string[];
  readonly seeds: number;
}

/** Why the sources are not sound, or null. */
export interface Probed {
  readonly caught: string | null;
  readonly runs: number;
}

export interface Judged extends Probed {
  readonly mutant: Mutant;
}

/** Sources, a file or a folder, and the configurations that run them. */
interface Fit {
  readonly path: string;
  readonly configurations: readonly string[];
}

const REPLICA = 'clusters/reference/replica';
const LOGGED = ['sync', 'semi-sync', 'async-sticky', 'any'];
const ROUTED = ['async-token', 'semi-sync-token', 'raft-follower-reads', 'raft-stale-reads'];
const COMMITTING = ['raft-snapshot-isolation', 'raft-read-committed', 'raft-serializable', 'raft'];

/** The replicas' files, each with the swarms that run it: the first that fits a file counts. */
export const FITTING: readonly Fit[] = [
  { path: 'clusters/reference/operator.ts', configurations: ['sync', 'semi-sync', 'first', 'any'] },
  { path: 'clusters/reference/raft-operator.ts', configurations: ['raft', 'automatic'] },
  { path: `${REPLICA}/single-leader.ts`, configurations: LOGGED },
  { path: `${REPLICA}/single-leader-parts.ts`, configurations: LOGGED },
  { path: `${REPLICA}/leadership.ts`, configurations: LOGGED },
  { path: `${REPLICA}/log.ts`, configurations: LOGGED },
  { path: `${REPLICA}/quorum.ts`, configurations: ['semi-sync', 'sync', 'first', 'any'] },
  { path: `${REPLICA}/positions.ts`, configurations: ROUTED },
  { path: `${REPLICA}/tables.ts`, configurations: ['semi-sync', 'raft', 'sync', 'raft-stale-reads'] },
  {
    path: `${REPLICA}/journal.ts`,
    configurations: ['multi-leader-lww-field', 'leaderless', 'leaderless-abd'],
  },
  {
    path: `${REPLICA}/automatic`,
    configurations: ['automatic', 'automatic-sync', 'automatic-async', 'automatic-no-fencing'],
  },
  { path: `${REPLICA}/raft/lease.ts`, configurations: ['raft-lease-reads'] },
  { path: `${REPLICA}/raft/transactions.ts`, configurations: COMMITTING },
  { path: `${REPLICA}/raft/transacting.ts`, configurations: COMMITTING },
  {
    path: `${REPLICA}/raft`,
    configurations: ['raft', 'raft-follower-reads', 'raft-lease-reads', 'raft-stale-reads'],
  },
  {
    path: `${REPLICA}/leaderless/hints.ts`,
    configurations: ['leaderless-sloppy'],
  },
  {
    path: `${REPLICA}/leaderless`,
    configurations: [
      'leaderless',
      'leaderless-abd',
      'leaderless-sloppy',
      'leaderless-siblings',
      'leaderless-weak',
    ],
  },
  { path: `${REPLICA}/multi-leader/handovers.ts`, configurations: ['multi-leader-home'] },
  {
    path: `${REPLICA}/multi-leader`,
    configurations: ['multi-leader-lww-field', 'multi-leader-ring', 'multi-leader-home', 'multi-leader-star'],
  },
  {
    path: `${REPLICA}/rows`,
    configurations: [
      'multi-leader-lww-field',
      'multi-leader-siblings',
      'multi-leader-crdt',
      'leaderless-siblings',
      'leaderless-crdt',
    ],
  },
];

/** These say what a node is in, or hold the defects that have names. */
const LEFT_ALONE = ['rows/defects.ts', 'raft/status.ts', 'replica/types.ts', 'rows/conflict-log.ts'];

/** Every file that may be mutated, below `root`, with the configurations that run it. */
export function fittingFiles(root: string): Fit[] {
  const files: Fit[] = [];
  for (const { path, configurations } of FITTING)
    for (const file of sourcesAt(root, path))
      if (!files.some((known) => known.path === file)) files.push({ path: file, configurations });
  return files.filter(({ path }) => !LEFT_ALONE.some((end) => path.endsWith(end)));
}

function sourcesAt(root: string, path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(join(root, path))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort()
    .map((name) => `${path}/${name}`);
}

const SOURCES = ['cli', 'clusters', 'harness', 'checkers', 'nemesis', 'workloads', 'results', 'images'];
/** Beyond this a mutant hangs, which is seen as well; the machine may be busy, so it is wall time, ms. */
const PATIENCE = 180_000;

/** A copy of the sources, in which one file at a time is changed. */
export class Workbench {
  readonly #root: string;
  readonly #path: string;

  constructor(root: string) {
    this.#root = root;
    this.#path = mkdtempSync(join(tmpdir(), 'alibi-mutate-'));
    for (const folder of SOURCES) cpSync(join(root, folder), join(this.#path, folder), { recursive: true });
    for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, file), join(this.#path, file));
    symlinkSync(join(root, 'node_modules'), join(this.#path, 'node_modules'));
  }

  /** The sources as they are: what is reported of a mutant means nothing unless nothing is reported of them. */
  sound(probing: Probing): Probed {
    return this.#probe(probing);
  }

  try(mutant: Mutant, probing: Probing): Judged {
    const file = join(this.#path, mutant.file);
    const text = readFileSync(join(this.#root, mutant.file), 'utf8');
    writeFileSync(file, mutated(text, mutant));
    try {
      return { mutant, ...this.#probe(probing) };
    } finally {
      writeFileSync(file, text);
    }
  }

  close(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  #probe(probing: Probing): Probed {
    const { stdout, signal, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'cli/mutate/probe.ts', JSON.stringify(probing)],
      { cwd: this.#path, encoding: 'utf8', timeout: PATIENCE, killSignal: 'SIGKILL' },
    );
    if (signal !== null) return { caught: `hangs: nothing said within ${PATIENCE / 1000} s`, runs: 0 };
    const [line] = stdout.split('\n');
    if (line === '') return { caught: `dies with status ${String(status)}`, runs: 0 };
    return JSON.parse(line) as Probed;
  }
}
