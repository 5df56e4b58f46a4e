import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alibi, scratch, start } from './testing/alibi.ts';
import { untilHistory } from './testing/history.ts';

interface Document {
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly anomalies: readonly { readonly name: string; readonly status: string; readonly count: number }[];
}

/** Pids of processes that carry a run's label, whoever's children they are by now. */
function labelled(run: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`ALIBI_RUN=${run}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('a run of the reference store', () => {
  it('leaves a directory that check judges the same, and rerun runs again', async () => {
    const cwd = scratch();
    const ran = await alibi(
      [
        'run',
        'reference:async',
        '--workload',
        'session',
        '--time',
        '3',
        '--out',
        'r',
        '--json',
        '--consistency',
        'read-your-writes',
      ],
      cwd,
    );
    const document = JSON.parse(ran.stdout) as Document;
    expect(ran.code, ran.stderr).toBe(1);
    expect(document.outcome).toBe('violation');
    expect(document.anomalies.map((a) => a.name)).toContain('read-your-writes');
    for (const file of ['run.json', 'history.jsonl', 'results.json', 'report.html', 'harness.log'])
      expect(existsSync(join(cwd, 'r', file)), file).toBe(true);
    const checked = await alibi(['check', 'r', '--json'], cwd);
    expect(checked.code).toBe(1);
    expect((JSON.parse(checked.stdout) as Document).anomalies).toEqual(document.anomalies);
    const again = await alibi(['rerun', 'r', '--out', 'again', '--json'], cwd);
    expect((JSON.parse(again.stdout) as Document).anomalies.map((a) => a.name)).toContain('read-your-writes');
  });

  it('whose directory is not empty is refused', async () => {
    const cwd = scratch();
    const said = await alibi(['run', 'reference', '--time', '1', '--out', '.'], cwd, {});
    expect(said.code).toBe(0);
    expect((await alibi(['run', 'reference', '--time', '1', '--out', '.'], cwd)).code).toBe(64);
  });

  it('that is interrupted once heals, tears down and judges what was recorded', async () => {
    const cwd = scratch();
    const { child, said } = start(
      [
        'run',
        'reference:sync',
        '--workload',
        'register',
        '--time',
        '60',
        '--nemesis',
        'pause:one',
        '--out',
        'r',
        '--json',
      ],
      cwd,
    );
    await untilHistory(join(cwd, 'r', 'history.jsonl'), 400);
    child.kill('SIGINT');
    const { code, stdout } = await said;
    const document = JSON.parse(stdout) as Document;
    expect(document.anomalies.filter((a) => a.status === 'violation')).toEqual([]);
    expect([0, 2]).toContain(code);
    expect(labelled(runOf(cwd))).toEqual([]);
  });
});

describe('a harness that is killed in mid-run', () => {
  it('leaves a history that can be judged, and nothing that clean does not remove', async () => {
    const cwd = scratch();
    const { child, said } = start(
      [
        'run',
        'reference:async',
        '--workload',
        'session',
        '--time',
        '60',
        '--out',
        'r',
        '--consistency',
        'read-your-writes',
      ],
      cwd,
    );
    const history = join(cwd, 'r', 'history.jsonl');
    await untilHistory(history, 1500);
    child.kill('SIGKILL');
    await said;
    const recorded = readFileSync(history, 'utf8').split('\n').length;
    expect(labelled(runOf(cwd)).length).toBeGreaterThan(0);
    const checked = await alibi(['check', 'r', '--json'], cwd);
    const document = JSON.parse(checked.stdout) as Document;
    expect(recorded).toBeGreaterThan(1500);
    // What was proven before the kill stays proven; without a finding, a run cut short proves nothing.
    expect(['violation', 'inconclusive']).toContain(document.outcome);
    expect((await alibi(['clean'], cwd)).code).toBe(0);
    expect(labelled(runOf(cwd))).toEqual([]);
  });
});

function runOf(cwd: string): string {
  return (JSON.parse(readFileSync(join(cwd, 'r', 'run.json'), 'utf8')) as { id: string }).id;
}
