import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** The replica's files, and the configurations that run them. */
export const FITTING: readonly (readonly [path: string, configurations: readonly string[]])[] = [
  ['clusters/reference/replica/single-leader.ts', ['sync', 'semi-sync', 'async-sticky']],
  ['clusters/reference/replica/leadership.ts', ['sync', 'semi-sync', 'async-sticky']],
  ['clusters/reference/replica/log.ts', ['sync', 'semi-sync', 'async-sticky']],
  ['clusters/reference/replica/quorum.ts', ['sync', 'semi-sync', 'async-sticky']],
  ['clusters/reference/operator.ts', ['sync', 'semi-sync']],
];

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
