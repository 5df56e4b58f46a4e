// Mutation testing of the checkers: do their tests notice when a checker is broken?
// tsx scripts/mutation.ts [--lines N] [FOLDER…]: FOLDERs such as session or linearizability/search, all if none is named.
// All mutants take about an hour of a processor; --lines 3 takes those of every third line of each file.
// The table goes to stdout, the survivors to stderr, Stryker's own report to .cache/mutation/FOLDER.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

interface Target {
  readonly folder: string;
  /** Tests that must notice, beside those of the folder. */
  readonly tests: readonly string[];
  /** Wording and vocabulary are left out: a test that repeats a sentence proves nothing. */
  readonly not: readonly string[];
}

const WORDING = ['anomalies', 'words', 'explain', 'witness'];
const TARGETS: readonly Target[] = [
  { folder: 'regular', tests: [], not: WORDING },
  { folder: 'sequential', tests: [], not: WORDING },
  { folder: 'session', tests: [], not: WORDING },
  { folder: 'causal', tests: [], not: WORDING },
  { folder: 'lww', tests: [], not: WORDING },
  { folder: 'staleness', tests: [], not: WORDING },
  { folder: 'classics', tests: [], not: WORDING },
  { folder: 'crdts', tests: [], not: WORDING },
  { folder: 'sets-queues-counters', tests: [], not: WORDING },
  { folder: 'online', tests: [], not: WORDING },
  { folder: 'partitions', tests: [], not: WORDING },
  { folder: 'performance', tests: [], not: WORDING },
  { folder: 'scans', tests: [], not: WORDING },
  {
    folder: 'linearizability',
    tests: [],
    not: [...WORDING, 'validate'],
  },
  { folder: 'linearizability/search', tests: ['checkers/linearizability/*.test.ts'], not: WORDING },
  { folder: 'linearizability/models', tests: ['checkers/linearizability/*.test.ts'], not: WORDING },
];

interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}
interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[]; readonly source: string }>>;
}

const root = join(import.meta.dirname, '..');
const out = join(root, '.cache', 'mutation');

const { values, positionals: chosen } = parseArgs({
  options: { lines: { type: 'string', default: '1' } },
  allowPositionals: true,
});

/** The files to mutate, or every so many lines of them, as Stryker takes them. */
function patterns(folder: string, not: readonly string[]): string[] {
  const step = Number(values.lines);
  const files = readdirSync(join(root, 'checkers', folder))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .filter((file) => !not.includes(file.slice(0, -3)))
    .map((file) => join('checkers', folder, file));
  if (step === 1) return files;
  return files.flatMap((file) => {
    const lines = readFileSync(join(root, file), 'utf8').split('\n').length;
    return Array.from(
      { length: Math.ceil(lines / step) },
      (_, i) => `${file}:${i * step + 1}-${i * step + 1}`,
    );
  });
}

/** Runs Stryker on the files of one folder. */
function mutate({ folder, tests, not }: Target): Report {
  const report = join(out, `${folder.replaceAll('/', '-')}.json`);
  const config = join(out, 'stryker.json');
  const files = `checkers/${folder}`;
  rmSync(report, { force: true });
  writeFileSync(
    config,
    JSON.stringify({
      testRunner: 'vitest',
      plugins: ['@stryker-mutator/vitest-runner'],
      vitest: { configFile: 'scripts/vitest.mutation.config.ts', related: false },
      mutate: patterns(folder, not),
      // Wording again; the type checker sees to the strings that are not.
      mutator: { excludedMutations: ['StringLiteral'] },
      concurrency: 1,
      coverageAnalysis: 'perTest',
      ignoreStatic: true,
      disableTypeChecks: true,
      timeoutMS: 10_000,
      reporters: ['json', 'progress-append-only'],
      jsonReporter: { fileName: report },
      tempDirName: '.cache/stryker-tmp',
      // Only what the checkers need is copied.
      ignorePatterns: [
        'clusters',
        'results',
        'cli',
        'campaigns',
        'dist',
        'images',
        'nemesis',
        'workloads',
        'docs',
        'experiments',
        'bench',
        'runs',
      ],
    }),
  );
  const { status } = spawnSync('npx', ['stryker', 'run', config], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      ALIBI_MUTATION_TESTS: [`${files}/*.test.ts`, ...tests].join(),
      ALIBI_FUZZ_SHARE: '0.15',
    },
  });
  if (status !== 0) throw new Error(`Stryker failed on ${folder}`);
  return JSON.parse(readFileSync(report, 'utf8')) as Report;
}

function tell(folder: string, { files }: Report): void {
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const count = (...of: string[]): number => mutants.filter(({ status }) => of.includes(status)).length;
  const killed = count('Killed', 'Timeout');
  const survived = count('Survived', 'NoCoverage');
  const score = ((100 * killed) / (killed + survived)).toFixed(1);
  console.log(`| ${folder} | ${killed + survived} | ${killed} | ${survived} | ${score} % |`);
  for (const [name, { mutants: all, source }] of Object.entries(files))
    for (const { status, mutatorName, location, replacement } of all)
      if (status === 'Survived' || status === 'NoCoverage') {
        const line = source.split('\n')[location.start.line - 1].trim();
        console.error(`${name}:${location.start.line} ${mutatorName}: ${line} → ${replacement ?? ''}`);
      }
}

mkdirSync(out, { recursive: true });
console.log('| checkers/ | mutants | killed | survived | score |\n|---|---|---|---|---|');
for (const target of TARGETS)
  if (chosen.length === 0 || chosen.includes(target.folder)) tell(target.folder, mutate(target));
