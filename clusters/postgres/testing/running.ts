// A real cluster for tests, with a way in for the test itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, Cluster, Completion, Operator } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { dockerHost } from '../../../harness/hosts/docker/host.ts';
import { isRefusal, type Host, type Links, type Log } from '../../../harness/hosts/types.ts';
import { processHost } from '../../../harness/hosts/process/host.ts';
import { realRuntime } from '../../../harness/runtime/real.ts';
import type { Setting } from '../../types.ts';
import type { Rows } from '../../sql/session.ts';
import { Connection } from '../clients/connection.ts';
import type { Credentials } from '../../sql/session.ts';
import type { PostgresCluster } from '../cluster.ts';
import { postgres } from '../definition.ts';
import { PORT_ROLE } from '../server/server.ts';

const silent = () => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
export const never = new AbortController().signal;

export interface RunningCluster {
  readonly cluster: Cluster;
  readonly host: Host;
  readonly links: Links;
  readonly operator: Operator;
  readonly directory: string;
  readonly credentials: Credentials;
  client(port: string, session?: number, process?: number): Promise<TestClient>;
  /** One statement on one node, in the test's own name, waiting for no standby. */
  readonly sql: (node: string, text: string) => Promise<Rows>;
  close(): Promise<void>;
}

export interface TestClient extends Client {
  do(f: string, key: Operation['key'], value?: Operation['value'], signal?: AbortSignal): Promise<Completion>;
}

/** Boots `configuration`; remember to close it. */
export async function runningCluster(
  configuration: string,
  settings: Readonly<Record<string, Setting>> = {},
  names: readonly string[] = ['n1', 'n2', 'n3'],
  world: 'process' | 'docker' = 'process',
): Promise<RunningCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'alibi-postgres-test-'));
  process.env.ALIBI_STATE ??= join(directory, 'state');
  const runtime = realRuntime(directory);
  const runId = `test-${process.pid}-${directory.slice(-6)}`;
  const base = postgres.configurations.find(({ name }) => name === configuration)?.settings;
  const hostContext = { runId, directory, runtime, log };
  const host = world === 'docker' ? await dockerHost(hostContext) : processHost(hostContext);
  const context = { ...hostContext, host, world, nodes: names, settings: { ...base, ...settings } };
  const cluster = postgres.create(context);
  const close = async () => {
    await cluster.stop();
    await host.close();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await cluster.start();
  } catch (error) {
    await close();
    throw error;
  }
  const { credentials } = cluster as PostgresCluster;
  const { operator, links } = cluster;
  return {
    ...{ cluster, host, directory, credentials, close },
    links: isRefusal(links) ? unavailable(links.refused) : links,
    operator: isRefusal(operator) ? unavailable(operator.refused) : operator,
    client: async (port, session = 0, process = session) => {
      const client = await cluster.connect({ port, process, session });
      const act: TestClient['do'] = (f, key, value, signal = never) =>
        client.invoke({ f, key: key ?? null, value: value ?? null }, signal);
      return Object.assign(client, { do: act });
    },
    sql: async (node, text) => {
      const connection = await Connection.open(host.client(node, PORT_ROLE), credentials);
      try {
        await connection.run('read', 'SET synchronous_commit = local', [], null);
        return await connection.run('read', text, [], null);
      } finally {
        connection.destroy();
      }
    },
  };
}

/** For single nodes, which have no standby to promote: whoever touches it learns why. */
function unavailable<T extends object>(reason: string): T {
  return new Proxy({} as T, {
    get: () => {
      throw new Error(reason);
    },
  });
}

/** Polls until it holds; fails the test after half a minute. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never came: ${what}`);
}
