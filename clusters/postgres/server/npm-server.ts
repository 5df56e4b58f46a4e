import { chmod, chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostNode, ServiceSpec } from '../../../harness/hosts/types.ts';
import type { Credentials } from '../../sql/session.ts';
import { findServerPackage, ownDirectory, serverUser, traversable, type ServerPackage } from './binaries.ts';
import { install, type Installation } from './cache.ts';
import { copyLiveData, copyRestingData } from './copy.ts';
import { runPlace, sweepRunPlaces } from './run-places.ts';
import { SERVICE, type CloneSource, type NodeFiles, type Server } from './server.ts';

/** PostgreSQL from npm, as children of this machine: what the process world runs. */
export class NpmServer implements Server {
  readonly allowed = ['127.0.0.0/8'];
  readonly #runId: string;
  readonly #places = new Map<string, string>();
  #package: ServerPackage | null = null;
  #installation: Installation | null = null;

  constructor(runId: string) {
    this.#runId = runId;
  }

  async prepare(): Promise<void> {
    this.#package = findServerPackage();
    this.#installation = await install(this.#package, await serverUser());
    await sweepRunPlaces(this.#installation.root);
  }

  credentials(): Credentials {
    return { user: 'postgres', password: this.#installed().password, database: 'postgres' };
  }

  data(node: HostNode): string {
    return join(this.#place(node), 'data');
  }

  passwordFile(node: HostNode): string {
    return join(this.#place(node), 'pgpass');
  }

  async initialise(node: HostNode): Promise<void> {
    await this.#makePlace(node);
    await copyRestingData(this.#installed().template, this.data(node));
  }

  async initialiseStandby(node: HostNode): Promise<void> {
    await this.initialise(node);
    await this.#write(join(this.data(node), 'standby.signal'), '');
  }

  async clone(node: HostNode, source: CloneSource): Promise<void> {
    const { user } = this.#installed();
    await this.#makePlace(node);
    await rm(this.data(node), { recursive: true, force: true });
    const label = await source.backup(() => copyLiveData(this.data(source.node), this.data(node), user));
    await this.#write(join(this.data(node), 'backup_label'), label);
    await this.#write(join(this.data(node), 'standby.signal'), '');
  }

  async configure(node: HostNode, files: NodeFiles): Promise<void> {
    const place = this.#place(node);
    await this.#write(join(place, 'postgresql.conf'), files.conf);
    await this.#write(join(place, 'pg_hba.conf'), files.hba);
    await this.#write(this.passwordFile(node), files.passwords);
  }

  service(node: HostNode): ServiceSpec {
    const place = this.#place(node);
    return {
      name: SERVICE,
      command: [
        join(this.#installed().native, 'bin', 'postgres'),
        ...['-D', this.data(node)],
        ...['-c', `config_file=${join(place, 'postgresql.conf')}`],
        ...['-c', `hba_file=${join(place, 'pg_hba.conf')}`],
      ],
      env: { LC_ALL: 'C', TZ: 'UTC' },
      // The harness' own directory may be closed to the server's user, and PostgreSQL wants to know where it is.
      cwd: this.data(node),
      ...(this.#installed().user ?? {}),
    };
  }

  async versions(): Promise<Readonly<Record<string, string>>> {
    const { name, version } = this.#package ?? findServerPackage();
    return { postgresql: this.#installed().version, [name]: version };
  }

  async discard(node: HostNode): Promise<void> {
    const place = this.#places.get(node.name);
    if (place !== undefined) await rm(place, { recursive: true, force: true });
  }

  /** In the node's directory, unless the server's user cannot get there. */
  async #makePlace(node: HostNode): Promise<void> {
    const { root, user } = this.#installed();
    if (!this.#places.has(node.name)) {
      const here = user === null || (await traversable(node.directory));
      const place = here ? join(node.directory, 'postgres') : runPlace(root, this.#runId, node.name);
      this.#places.set(node.name, place);
    }
    await ownDirectory(this.#place(node), user);
  }

  #place(node: HostNode): string {
    const place = this.#places.get(node.name);
    if (place === undefined) throw new Error(`${node.name} has no data directory yet`);
    return place;
  }

  #installed(): Installation {
    if (this.#installation === null) throw new Error('the PostgreSQL server files are not prepared');
    return this.#installation;
  }

  /** A file of the server's user alone. */
  async #write(path: string, text: string): Promise<void> {
    const { user } = this.#installed();
    await writeFile(path, text, { mode: 0o600 });
    await chmod(path, 0o600);
    if (user !== null) await chown(path, user.uid, user.gid);
  }
}
