import { join } from 'node:path';
import { fakeClockEnvironment, setClockOffset } from '../../harness/hosts/docker/clock.ts';
import { storageOf, type HostNode, type ServiceSpec } from '../../harness/hosts/types.ts';

export const IMAGE = 'mysql';
/** The service's name: its log is `mysql.log`. */
export const SERVICE = 'mysql';
/** The role of the only port: clients and replicas dial the same one. */
export const PORT_ROLE = 'mysql';

/** libfaketime's mending of waits on the monotonic clock makes mysqld hang after InnoDB has started. */
const UNFIXED = { FAKETIME_FORCE_MONOTONIC_FIX: '0' };

const configFile = (node: HostNode): string => join(node.directory, 'my.cnf');

/** A fresh database: the image's own if it holds one, else a new one. Nothing runs in it yet. */
export async function makeFresh(node: HostNode): Promise<void> {
  const script =
    'rm -rf "$1"; if [ -d /usr/local/lib/mysql-fresh ]; then cp -R /usr/local/lib/mysql-fresh "$1"; ' +
    'else mysqld --no-defaults --initialize-insecure --datadir="$1"; fi';
  await node.run(['sh', '-c', script, 'sh', join(storageOf(node), 'data')]);
  await setClockOffset(node, 0);
}

export async function configure(node: HostNode, text: string): Promise<void> {
  await write(node, configFile(node), text);
}

/** The server; `statements` are executed by it before it takes its first connection, unlogged: no replica sees them. */
export async function service(node: HostNode, statements: readonly string[] = []): Promise<ServiceSpec> {
  const options: string[] = [];
  if (statements.length > 0) {
    const file = join(node.directory, 'first.sql');
    const all = ['SET sql_log_bin = 0', ...statements];
    await write(node, file, all.map((statement) => `${statement};\n`).join(''));
    options.push(`--init-file=${file}`);
  }
  return {
    name: SERVICE,
    command: ['mysqld', `--defaults-file=${configFile(node)}`, ...options],
    env: { LC_ALL: 'C', TZ: 'UTC', ...fakeClockEnvironment(node), ...UNFIXED },
    cwd: node.directory,
  };
}

/** Written by the node's own user: the harness may be another, and the file may hold a password. */
async function write(node: HostNode, path: string, text: string): Promise<void> {
  await node.run(['sh', '-c', 'umask 077; cat > "$1.new" && mv "$1.new" "$1"', 'sh', path], { input: text });
}
