import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type ts from 'typescript';
import { SIMULATION_FLAGS } from '../../harness/runtime/flags.ts';
import { END, type Probed, type Question } from './probe.ts';

/** A mutant may go on for ever: so many seconds of processor, and MB, which no sound share of a suite comes near. 60 are allowed. */
const PATIENCE = 45;
const MEMORY = 1500;

/** What a probe came to: the runs that it told of, and how it ended if not by itself. */
export interface Answer {
  readonly probed: readonly Probed[];
  readonly broke: string | null;
  /** Of the processor; of a probe that had to be ended, all that it may have. */
  readonly cpuMs: number;
}

/** A copy of the build, in which files are changed. It must be one of these sources: `npm run build`. */
export class Workbench {
  readonly #typescript: typeof ts;
  readonly #root: string;
  readonly #path: string;

  constructor(typescript: typeof ts, root: string) {
    this.#typescript = typescript;
    this.#root = root;
    this.#path = mkdtempSync(join(tmpdir(), 'alibi-mutate-'));
    cpSync(join(root, 'dist'), join(this.#path, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(this.#path, 'package.json'));
    for (const folder of ['node_modules', 'images'])
      symlinkSync(join(root, folder), join(this.#path, folder));
  }

  /** A source file as it is. */
  text(file: string): string {
    return readFileSync(join(this.#root, file), 'utf8');
  }

  /** Builds the copy's file from another text. */
  put(file: string, text: string): void {
    const { ModuleKind, ScriptTarget } = this.#typescript;
    const { outputText } = this.#typescript.transpileModule(text, {
      compilerOptions: {
        module: ModuleKind.ESNext,
        target: ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    writeFileSync(join(this.#path, 'dist', file.replace(/\.ts$/, '.js')), outputText);
  }

  ask(question: Question): Answer {
    const node = [
      ...[...SIMULATION_FLAGS, `--max-old-space-size=${MEMORY}`],
      ...[join(this.#path, 'dist/cli/mutate/probe.js'), JSON.stringify(question)],
    ];
    const limit = question.sound !== null ? `ulimit -t ${PATIENCE}; ` : '';
    const { stdout, stderr, signal, status } = spawnSync(
      'sh',
      ['-c', `${limit}exec "$0" "$@"`, process.execPath, ...node],
      { cwd: this.#path, encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    const lines = stdout.split('\n').slice(0, -1);
    const ended = lines.at(-1) === END;
    const probed = lines.slice(0, ended ? -1 : undefined).map((line) => JSON.parse(line) as Probed);
    const cpuMs = signal === null ? (probed.at(-1)?.cpuMs ?? 0) : PATIENCE * 1000;
    return { probed, broke: ended ? null : `${signal ?? `status ${status}`} ${stderr.slice(0, 300)}`, cpuMs };
  }

  close(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}
