import type { Credentials } from '../../sql/session.ts';
import type { HostNode, ServiceSpec } from '../../../harness/hosts/types.ts';

/** The service's name on every host: its log is `postgres.log`. */
export const SERVICE = 'postgres';
/** The role of the only port: clients and standbys dial the same one. */
export const PORT_ROLE = 'postgres';

/** The files that a node reads when it starts and when it is told to reload. */
export interface NodeFiles {
  readonly conf: string;
  readonly hba: string;
  /** libpq's password file, for the replication connection. */
  readonly passwords: string;
}

/** What a copy of a running primary needs: where it is, and its two ways in. */
export interface CloneSource {
  readonly node: HostNode;
  /** Where the copy's node dials it. */
  readonly host: string;
  readonly port: number;
  /** Runs `copy` between pg_backup_start and pg_backup_stop; resolves with the backup label. */
  readonly backup: (copy: () => Promise<void>) => Promise<string>;
}

/** How PostgreSQL is installed, run and copied in one world: the only thing in which the worlds differ. */
export interface Server {
  /** The image of its nodes, in the Docker world. */
  readonly image?: string;
  /** Makes the binaries ready. @throws Error in one sentence when there are none. */
  prepare(): Promise<void>;
  credentials(): Credentials;
  /** Addresses that may connect, for pg_hba.conf. */
  readonly allowed: readonly string[];
  /** The data directory, as the server itself sees it. */
  data(node: HostNode): string;
  passwordFile(node: HostNode): string;
  /** A fresh database. Nothing runs in it yet. */
  initialise(node: HostNode): Promise<void>;
  /** A copy of that same fresh database, to start as a standby; null where standbys are cloned from a running primary. */
  readonly initialiseStandby: ((node: HostNode) => Promise<void>) | null;
  /**
   * Replaces the node's data by a copy of a running primary, marked to start as a standby (promotion lifts that
   * mark, and is fatal to a server that does not find it). The node must not run.
   */
  clone(node: HostNode, source: CloneSource): Promise<void>;
  configure(node: HostNode, files: NodeFiles): Promise<void>;
  service(node: HostNode): ServiceSpec;
  versions(): Promise<Readonly<Record<string, string>>>;
  /** Deletes the data of a node that is gone for good. */
  discard(node: HostNode): Promise<void>;
}
