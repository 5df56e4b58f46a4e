import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scrub } from './scrub.ts';
import { safeName, tarball } from './tar.ts';

const LOCAL = { home: '/home/alice', host: 'build-box-7', user: 'alice' };

describe('scrubbing', () => {
  it.each([
    ['postgres://app:hunter2@db/x', 'postgres://app:[removed]@db/x'],
    [`ALTER USER r PASSWORD 'it''s'`, `ALTER USER r PASSWORD '[removed]'`],
    [`SOURCE_PASSWORD = 'a\\'b', X`, `SOURCE_PASSWORD = '[removed]', X`],
    ['requirepass hunter2', 'requirepass [removed]'],
    ['{"password":"a\\"b","keys":5}', '{"password":"[removed]","keys":5}'],
    ['api_key: abc123', 'api_key: "[removed]"'],
    ['Authorization: Bearer abcdefgh1234', 'Authorization: Bearer [removed]'],
    [`ghp_${'a'.repeat(36)}`, '[removed]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----', '[removed]'],
    ['in /home/alice/runs on build-box-7, user "alice"', 'in ~/runs on host, user "user"'],
  ])('of %j leaves %j', (text, clean) => {
    expect(scrub(text, LOCAL)).toBe(clean);
  });

  it('leaves what is no secret as it is, and JSON as JSON', () => {
    const line = '{"time":1,"process":0,"type":"ok","f":"acquire","value":7,"settings":{"reads":"token"}}';
    expect(scrub(line, LOCAL)).toBe(line);
    expect(scrub('postgres:async --set reads=token', { ...LOCAL, user: 'postgres' })).toBe(
      'postgres:async --set reads=token',
    );
    expect(JSON.parse(scrub('{"root-password":12,"token":"x"}', LOCAL))).toEqual({
      'root-password': '[removed]',
      token: '[removed]',
    });
  });
});

describe('an archive', () => {
  it('is read by tar, names and bytes as they were', () => {
    const directory = mkdtempSync(join(tmpdir(), 'alibi-tar-'));
    const long = `${'folder/'.repeat(14)}${'n'.repeat(60)}.txt`;
    const entries = [
      { name: 'a/README.md', content: Buffer.from('héllo\n') },
      { name: long, content: Buffer.alloc(512, 7) },
      { name: 'empty', content: Buffer.alloc(0) },
    ];
    writeFileSync(join(directory, 'x.tar.gz'), tarball(entries, 1_700_000_000));
    execFileSync('tar', ['xzf', 'x.tar.gz'], { cwd: directory });
    for (const { name, content } of entries) expect(readFileSync(join(directory, name))).toEqual(content);
  });

  it('of the same files has the same bytes', () => {
    const entries = [{ name: 'a', content: Buffer.from('b') }];
    expect(tarball(entries, 5)).toEqual(tarball(entries, 5));
  });

  it.each([
    ['../../etc/passwd', '__.._etc_passwd'],
    ['/etc/passwd', '_etc_passwd'],
    ['-rf', '_rf'],
    ['a\u001b[2Jb\n$(id)', 'a__2Jb___id_'],
    ['..', '_'],
    ['', '_'],
  ])('takes %j under the name %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });
});
