// Runs real clusters in containers at several strengths of one fault, and each way to replicate without any, one after the other on an
// otherwise idle machine, and writes tables: losses against lag, discards against skew, blocking, latency.
//   npx tsx scripts/curves.ts OUT.md [losses|discards|blocking|latency …]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Fault {
  readonly start: number;
  readonly end: number | null;
  readonly ok: number;
  readonly seconds: number;
  readonly outage: { readonly ms: number } | null;
}

interface Results {
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly anomalies: readonly { readonly name: string; readonly count: number }[];
  readonly stats: {
    readonly performance: {
      readonly faults: readonly Fault[];
      readonly latency: readonly {
        readonly f: string;
        readonly type: string;
        readonly count: number;
        readonly p50: number;
        readonly p99: number;
      }[];
    };
  };
}

const [out, ...asked] = process.argv.slice(2);
if (out === undefined) throw new Error('say where the tables go: npx tsx scripts/curves.ts OUT.md');
const alibi = fileURLToPath(new URL('../bin/alibi.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'alibi-curves-'));
let made = 0;

function run(configuration: string, ...options: readonly string[]): Results {
  const directory = join(folder, String(made++));
  const given = ['run', configuration, '--world', 'docker', '--out', directory, '--seed', '1', ...options];
  const { stderr } = spawnSync(process.execPath, [alibi, ...given], { encoding: 'utf8' });
  if (!existsSync(join(directory, 'results.json'))) throw new Error(`alibi ${given.join(' ')}: ${stderr}`);
  const results = JSON.parse(readFileSync(join(directory, 'results.json'), 'utf8')) as Results;
  process.stderr.write(`${configuration} ${options.join(' ')}: ${results.outcome}\n`);
  return results;
}

const count = ({ anomalies }: Results, name: string): number =>
  anomalies.find((anomaly) => anomaly.name === name)?.count ?? 0;
const ms = (value: number | undefined): string => (value === undefined ? '–' : `${value.toFixed(1)} ms`);
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');

const RATE = 200;
/** A set read one time in fifty: the rest of the rate are adds. */
const ADDS = (RATE * 49) / 50;

/** What was acknowledged while the standbys were cut off is what failover loses: rate × lag. */
function losses(): string {
  const rows = [0.5, 1, 2, 4].map((lag) => {
    const timetable = `cut-standbys@3..9,failover@${3 + lag}..${4 + lag}`;
    const results = run(
      'postgres:async',
      ...['--workload', 'set', '--rate', String(RATE), '--concurrency', '20', '--time', '12'],
      ...['--consistency', 'durable', '--timetable', timetable],
    );
    const [cut, failover] = results.stats.performance.faults;
    const behind = failover === undefined ? Number.NaN : (failover.start - cut.start) / 1000;
    return [
      `${lag} s`,
      `${behind.toFixed(2)} s`,
      Math.round(behind * ADDS),
      count(results, 'lost-acknowledged-write'),
      results.outcome,
    ];
  });
  return table(['asked for', 'cut until failover began', 'rate × that', 'adds lost', 'outcome'], rows);
}

/** What a leader whose clock is slow writes after others' writes loses against these, for as long as it is slow. */
function discards(): string {
  const rows = ['none', '-100ms', '-500ms', '-2s', '-5s'].map((skew) => {
    const fault = skew === 'none' ? [] : ['--nemesis', `clock:n1:${skew}`];
    const results = run(
      'postgres-multileader:lww',
      ...['--workload', 'lww', '--rate', '60', '--time', '14', '--fault-for', '5', '--fault-every', '30'],
      ...fault,
    );
    const kinds = ['clock-skew-loss', 'causal-inversion', 'field-loss', 'concurrent-discard'];
    return [skew, ...kinds.map((kind) => count(results, kind)), results.outcome];
  });
  const head = ['clock of n1', 'clock-skew-loss', 'causal-inversion', 'field-loss', 'concurrent-discard'];
  return table([...head, 'outcome'], rows);
}

/** Five seconds without standbys: who goes on, and who waits. */
function blocking(): string {
  const configurations = [
    ...['async', 'local-commit', 'remote-write', 'sync-first-1', 'sync-any-1', 'remote-apply'].map(
      (name) => `postgres:${name}`,
    ),
    ...['async', 'semi-sync', 'semi-sync-fall-back'].map((name) => `mysql:${name}`),
  ];
  const rows = configurations.map((configuration) => {
    const results = run(
      configuration,
      ...['--workload', 'set', '--rate', '100', '--concurrency', '20', '--time', '12'],
      ...['--timetable', 'cut-standbys@3..8'],
    );
    const [cut] = results.stats.performance.faults;
    const rate = cut === undefined ? Number.NaN : cut.ok / cut.seconds;
    return [`\`${configuration}\``, rate.toFixed(0), ms(cut?.outage?.ms), results.outcome];
  });
  return table(['configuration', 'answered a second', 'longest without an answer', 'outcome'], rows);
}

/** What each way to acknowledge costs a write where nothing fails. */
function latency(): string {
  const configurations = [
    ...[
      'commit-off',
      'async',
      'local-commit',
      'remote-write',
      'sync-first-1',
      'sync-any-1',
      'remote-apply',
    ].map((name) => `postgres:${name}`),
    ...['async', 'semi-sync'].map((name) => `mysql:${name}`),
    ...['eventual', 'before', 'after', 'before-and-after'].map((name) => `mysql-group:${name}`),
    ...['sentinel', 'min-replicas', 'wait-1'].map((name) => `redis:${name}`),
    ...['linearizable', 'serializable', 'no-fsync'].map((name) => `etcd:${name}`),
  ];
  const rows = configurations.map((configuration) => {
    const options = ['--workload', 'register', '--rate', '100', '--concurrency', '10', '--time', '8'];
    const results = run(configuration, ...options);
    const of = (f: string) =>
      results.stats.performance.latency.find((one) => one.f === f && one.type === 'ok');
    const [write, read] = [of('write'), of('read')];
    return [
      `\`${configuration}\``,
      ...[ms(write?.p50), ms(write?.p99), ms(read?.p50), ms(read?.p99)],
      results.outcome,
    ];
  });
  return table(['configuration', 'write p50', 'write p99', 'read p50', 'read p99', 'outcome'], rows);
}

const SECTIONS: Readonly<Record<string, { readonly title: string; readonly make: () => string }>> = {
  losses: { title: 'Writes lost in a failover, against lag (postgres:async, 200 a second)', make: losses },
  discards: { title: 'Discards against skew (postgres-multileader:lww, 60 a second)', make: discards },
  blocking: { title: 'Standbys cut off for five seconds (100 a second)', make: blocking },
  latency: { title: 'Latency where nothing fails (100 a second, 10 clients)', make: latency },
};

for (const name of asked)
  if (!(name in SECTIONS)) throw new Error(`"${name}" is none of ${Object.keys(SECTIONS).join(', ')}`);
const chosen = Object.entries(SECTIONS).filter(([name]) => asked.length === 0 || asked.includes(name));
const written: string[] = [];
for (const [, { title, make }] of chosen) {
  written.push(`## ${title}\n\n${make()}`);
  writeFileSync(out, written.join('\n'));
}
