import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { alibi, scratch } from './testing/alibi.ts';

it(
  'a bundle holds what a bug report needs and no secret, and leads to the same verdict',
  { timeout: 120_000 },
  async () => {
    const cwd = scratch();
    const run = [
      'run',
      'reference:async',
      '--world',
      'sim',
      '--workload',
      'set',
      '--nemesis',
      'cut-standbys,failover',
    ];
    await alibi([...run, '--consistency', 'durable', '--time', '10', '--rate', '50', '--out', 'r'], cwd);
    const before = readFileSync(join(cwd, 'r', 'results.json'), 'utf8');
    // What anybody may have left in a run directory.
    appendFileSync(join(cwd, 'r', 'logs', 'n1', 'store.log'), 'connecting to redis://app:hunter2@db\n');
    mkdirSync(join(cwd, 'r', 'logs', '$(reboot)'));
    writeFileSync(join(cwd, 'r', 'logs', '$(reboot)', '-rf.log'), 'said\n');
    symlinkSync('/etc/passwd', join(cwd, 'r', 'logs', 'n1', 'passwd'));
    writeFileSync(join(cwd, 'r', '.env'), 'SECRET=1');

    const { code, stdout } = await alibi(['bundle', 'r', '--out', 'bug.tar.gz', '--json'], cwd);
    expect(code).toBe(0);
    const { files, scrubbed } = JSON.parse(stdout) as { files: string[]; scrubbed: string[] };
    expect(scrubbed).toContain('logs/n1/store.log');
    expect(files).toEqual(
      expect.arrayContaining([
        'README.md',
        'report.html',
        'history.jsonl',
        'run.json',
        'results.json',
        'witness.jsonl',
        'logs/__reboot_/_rf.log',
      ]),
    );
    expect(files.join()).not.toMatch(/passwd|\.env/);
    // The run itself is as it was.
    expect(readFileSync(join(cwd, 'r', 'results.json'), 'utf8')).toBe(before);

    execFileSync('tar', ['xzf', 'bug.tar.gz'], { cwd });
    const [name] = execFileSync('ls', { cwd, encoding: 'utf8' })
      .split('\n')
      .filter((one) => one.startsWith('alibi-'));
    const inside = join(cwd, name);
    for (const file of files)
      expect(readFileSync(join(inside, file), 'utf8')).not.toMatch(/hunter2|\/alibi-(test|bundle)-/);
    execFileSync('sha256sum', ['-c', '--quiet', '--ignore-missing', 'SHA256SUMS'], { cwd: inside });
    const again = await alibi(['check', name, '--json'], cwd);
    expect(JSON.parse(again.stdout)).toMatchObject({
      outcome: (JSON.parse(before) as { outcome: string }).outcome,
    });
    expect(again.code).toBe(1);
    // The smallest witness shows the same by itself.
    const small = readFileSync(join(inside, 'witness.jsonl'), 'utf8').split('\n').length;
    expect(small).toBeLessThan(readFileSync(join(inside, 'history.jsonl'), 'utf8').split('\n').length / 4);
    expect(readFileSync(join(inside, 'README.md'), 'utf8')).toContain('lost-acknowledged-write');
  },
);

it('what is no run directory is told in one sentence', async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, 'file'), '');
  for (const [path, why] of [
    ['nowhere', /There is no run directory/],
    ['.', /is not a run directory/],
    ['file', /is a file/],
  ] as const) {
    const { code, stderr } = await alibi(['bundle', path], cwd);
    expect([code, why.test(stderr)]).toEqual([64, true]);
  }
});
