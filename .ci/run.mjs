// The stages of CI, in order; a stage that fails does not stop the others, so that one run tells everything.
// `.ci/run NAME…` runs only these stages.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUpBrowser, startEngine, stopEngine } from './machine.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'alibi-ci-'));
/** Status of each test, by file and name. */
const results = new Map();
let stagesPassed = 0;
const failures = [];

function run(command, args, { minutes, env = {} }) {
  const started = process.hrtime.bigint();
  const { status, signal } = spawnSync(command, args, {
    stdio: 'inherit',
    timeout: minutes * 60_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...env },
  });
  const seconds = Number((process.hrtime.bigint() - started) / 1_000_000n) / 1000;
  console.log(
    `-- ${command} ${args.join(' ')}: ${signal ? `killed (${signal})` : `status ${status}`}, ${seconds.toFixed(1)} s of ${minutes * 60} s`,
  );
  return status === 0;
}

/** Runs a vitest command and adds what its JSON report counts. A report that is missing is a failure. */
function vitest(name, command, args, options) {
  const report = join(scratch, `${name}.json`);
  const ok = run(command, args, { ...options, env: { ...options.env, ALIBI_TEST_REPORT: report } });
  if (!existsSync(report)) return false;
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    // A file that skipped for want of an engine counts as it came out when there was one.
    for (const known of results.keys()) if (known.startsWith(`${file.name} `)) results.delete(known);
    if (file.status === 'failed' && file.assertionResults.length === 0) results.set(file.name, 'failed');
    for (const test of file.assertionResults) results.set(`${file.name} ${test.fullName}`, test.status);
  }
  return ok;
}

const docker = { ALIBI_REQUIRE_DOCKER: '1' };
const script = (path, args, minutes, env) =>
  run(process.execPath, ['--import', 'tsx', path, ...args], { minutes, env });

/** The test files whose path has one of these words. */
const tests = (name, words, minutes, env) =>
  vitest(name, process.execPath, [join('node_modules', 'vitest/vitest.mjs'), 'run', ...words], {
    minutes,
    env,
  });

const stages = {
  // README's second command, exactly.
  test: () => vitest('test', 'npm', ['test'], { minutes: 12 }),
  lint: () => run('npm', ['run', '--silent', 'lint'], { minutes: 5 }),
  types: () => run('npm', ['run', '--silent', 'types'], { minutes: 3 }),
  architecture: () => run('npm', ['run', '--silent', 'architecture'], { minutes: 2 }),
  determinism: () => script('scripts/determinism.ts', ['--node', '22,24'], 8),
  fuzz: () => script('scripts/fuzz.ts', ['--jobs', '2'], 15),
  // Suites of simulations, and of commands that start hundreds of runs.
  long: () => vitest('long', 'npm', ['run', 'test:long'], { minutes: 12 }),
  // The store's claims, held by its own replicas in virtual time over many seeds.
  simulations: () =>
    tests(
      'simulations',
      ['reference/claims.test.ts', 'reference/raft.test.ts', 'reference/bugs.long.test.ts'],
      20,
      { ALIBI_SEEDS: '30', ALIBI_LONG: '1' },
    ),
  // Every configuration under faults and options of each seed's own draw: no claim may break.
  swarms: () => script('scripts/swarm.ts', ['--seeds', '30'], 8),
  experiments: () => script('scripts/experiments.ts', [], 12),
  images: () => startEngine() && script('scripts/images.ts', [], 10, docker),
  // Also the suites that need an engine and do not say so in their names.
  clusters: () => tests('clusters', ['docker', 'clusters/mysql/clients'], 20, docker),
  browser: () =>
    setUpBrowser() &&
    tests('browser', ['results/report.test.ts', 'results/serve/'], 5, { ALIBI_REQUIRE_BROWSER: '1' }),
};

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(stages);
try {
  for (const name of chosen) {
    console.log(`\n== ${name}`);
    if (stages[name]()) stagesPassed++;
    else failures.push(name);
  }
} finally {
  stopEngine();
  rmSync(scratch, { recursive: true, force: true });
}

const count = (...statuses) => [...results.values()].filter((status) => statuses.includes(status)).length;
const failed = count('failed');
if (failures.length > 0) console.log(`\nfailed stages: ${failures.join(', ')}`);
console.log(
  `${count('passed') + stagesPassed} passed, ${failed + failures.length} failed, ${count('skipped', 'pending', 'todo')} skipped`,
);
process.exitCode = failed + failures.length > 0 ? 1 : 0;
