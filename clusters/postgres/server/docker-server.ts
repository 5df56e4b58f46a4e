import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fakeClockEnvironment, setClockOffset } from '../../../harness/hosts/docker/clock.ts';
import { imageDefinition } from '../../../harness/hosts/docker/image-definition.ts';
import { storageOf, type HostNode, type ServiceSpec } from '../../../harness/hosts/types.ts';
import type { Credentials } from '../../sql/session.ts';
import { SERVICE, type CloneSource, type NodeFiles, type Server } from './server.ts';

/** Long enough to copy a small database over a busy machine's network; short enough when the link is cut. */
const CLONE_MS = 60_000;

/** After a power cut an empty postmaster.pid may be left, which the server asks an operator to remove. */
const START = '[ -s "$2/postmaster.pid" ] || rm -f "$2/postmaster.pid"; exec postgres "$@"';

/** The versions there are images of; the first is the one of Debian's stable release. */
export const VERSIONS = [17, 18] as const;
export type Version = (typeof VERSIONS)[number];

const IMAGES: Readonly<Record<Version, string>> = { 17: 'postgres', 18: 'postgres18' };

/** Debian's PostgreSQL in containers: everything is done by commands in the node, as the image's own user. */
export class DockerServer implements Server {
  readonly image: string;
  readonly allowed = ['127.0.0.1/32', 'samenet'];
  readonly initialiseStandby = null;
  readonly #password = randomBytes(12).toString('hex');
  #anyNode: HostNode | null = null;

  constructor(version: Version) {
    this.image = IMAGES[version];
  }

  /** The host builds the image with the first node. */
  prepare(): Promise<void> {
    return Promise.resolve();
  }

  credentials(): Credentials {
    return { user: 'postgres', password: this.#password, database: 'postgres' };
  }

  data(node: HostNode): string {
    return join(storageOf(node), 'data');
  }

  passwordFile(node: HostNode): string {
    return join(node.directory, 'pgpass');
  }

  async initialise(node: HostNode): Promise<void> {
    this.#anyNode = node;
    const password = join(node.directory, 'initial-password');
    await write(node, password, this.#password);
    const options = ['-k', '-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-sync'];
    await node.run(['initdb', '-D', this.data(node), `--pwfile=${password}`, ...options]);
    await node.run(['rm', password]);
    await setClockOffset(node, 0);
  }

  async clone(node: HostNode, { host, port }: CloneSource): Promise<void> {
    const { user, password } = this.credentials();
    await setClockOffset(node, 0);
    await node.run(['rm', '-rf', this.data(node)]);
    const from = ['-h', host, '-p', String(port), '-U', user, '-c', 'fast', '-X', 'stream'];
    await node.run(['pg_basebackup', '-D', this.data(node), ...from], {
      env: { PGPASSWORD: password, PGSSLMODE: 'disable', PGGSSENCMODE: 'disable', PGCONNECT_TIMEOUT: '3' },
      timeoutMs: CLONE_MS,
    });
    await write(node, join(this.data(node), 'standby.signal'), '');
  }

  async configure(node: HostNode, files: NodeFiles): Promise<void> {
    await write(node, join(node.directory, 'postgresql.conf'), files.conf);
    await write(node, join(node.directory, 'pg_hba.conf'), files.hba);
    await write(node, this.passwordFile(node), files.passwords);
  }

  service(node: HostNode): ServiceSpec {
    return {
      name: SERVICE,
      command: [
        ...['sh', '-c', START, 'postgres'],
        ...['-D', this.data(node)],
        ...['-c', `config_file=${join(node.directory, 'postgresql.conf')}`],
        ...['-c', `hba_file=${join(node.directory, 'pg_hba.conf')}`],
      ],
      env: { LC_ALL: 'C', TZ: 'UTC', ...fakeClockEnvironment(node) },
      cwd: this.data(node),
    };
  }

  async versions(): Promise<Readonly<Record<string, string>>> {
    const answer = await this.#anyNode?.run(['postgres', '--version']);
    const version = answer?.stdout.trim().replace(/^postgres \(PostgreSQL\) /, '') ?? 'unknown';
    return { postgresql: version, [`image:${this.image}`]: imageDefinition(this.image).tag };
  }

  async discard(node: HostNode): Promise<void> {
    await node.run(['rm', '-rf', this.data(node)], { allowFailure: true });
  }
}

/** Written by the node's own user: the harness may be another, and the file may hold a password. */
async function write(node: HostNode, path: string, text: string): Promise<void> {
  await node.run(['sh', '-c', 'umask 077; cat > "$1.new" && mv "$1.new" "$1"', 'sh', path], { input: text });
}
