import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
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
    // Half a line less, and it is no longer the run's own history: it can convict, and never acquit.
    const file = join(cwd, 'r', 'history.jsonl');
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [...lines.slice(0, 12), ''].join('\n'));
    const changed = JSON.parse((await alibi(['check', 'r', '--json'], cwd)).stdout) as Document;
    expect(changed.outcome).not.toBe('valid');
    expect(changed.reasons.join('\n')).toContain('not the one that the run wrote');
    writeFileSync(file, lines.join('\n'));
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

describe('a cluster that is kept after its run', () => {
  it('goes on replicating until Ctrl-C ends it', async () => {
    const cwd = scratch();
    const { child, said } = start(
      [...'run reference:async --workload register --time 1 --keep-cluster --out r'.split(' ')],
      cwd,
    );
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await expect.poll(() => stderr, { timeout: 60_000 }).toContain('Ctrl-C ends the cluster');
    const portOf = (node: string) => Number(new RegExp(`kept: ${node} client .*:(\\d+)`).exec(stderr)?.[1]);
    const row = { table: 'register', key: '"kept"' };
    expect(await ask(portOf('n1'), { op: 'write', ...row, fields: { value: 7 } })).toMatchObject({
      ok: true,
    });
    const replica = () => ask(portOf('n2'), { op: 'read', ...row, at: 'replica' });
    await expect.poll(replica, { timeout: 10_000 }).toMatchObject({ fields: { value: 7 } });
    child.kill('SIGINT');
    expect((await said).code).toBe(0);
    expect(labelled(runOf(cwd))).toEqual([]);
  });

  it('is refused where none can be: in memory, or by several seeds', async () => {
    const cwd = scratch();
    const simulated = await alibi(['run', 'reference', '--world', 'sim', '--keep-cluster'], cwd);
    expect([simulated.code, simulated.stderr]).toEqual([64, expect.stringMatching(/ends with its run/)]);
    const several = await alibi(['run', 'reference', '--seeds', '1..2', '--keep-cluster'], cwd);
    expect([several.code, several.stderr]).toEqual([64, expect.stringMatching(/name one --seed/)]);
  });
});

/** One request to a server of the store, as its own client sends it. */
function ask(port: number, request: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${JSON.stringify({ id: 1, request })}\n`));
    socket.once('error', reject);
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(JSON.parse(chunk.toString()));
    });
  });
}

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
