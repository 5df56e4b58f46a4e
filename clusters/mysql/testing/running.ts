// A real cluster for tests, with a way in for the test itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, Cluster, Completion, Operator } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { dockerHost } from '../../../harness/hosts/docker/host.ts';
import { isRefusal, type Host, type Links, type Log } from '../../../harness/hosts/types.ts';
import { realRuntime } from '../../../harness/runtime/real.ts';
import type { Rows } from '../../sql/session.ts';
import type { ClusterContext, Setting } from '../../types.ts';
import { Connection } from '../clients/connection.ts';
import type { Credentials } from '../../sql/session.ts';
import { MysqlCluster } from '../cluster.ts';
import { mysql } from '../definition.ts';
import { PORT_ROLE } from '../server.ts';
import { settingsOf } from '../settings.ts';

const silent = () => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
export const never = new AbortController().signal;

export interface RunningCluster<C extends Bootable = MysqlCluster> {
  readonly cluster: C;
  readonly host: Host;
  readonly links: Links;
  readonly operator: Operator;
  client(port: string, session?: number, process?: number): Promise<TestClient>;
  /** One statement on one node, in the test's own name. */
  readonly sql: (node: string, text: string) => Promise<Rows>;
  close(): Promise<void>;
}

export interface TestClient extends Client {
  do(f: string, key: Operation['key'], value?: Operation['value'], signal?: AbortSignal): Promise<Completion>;
}

type Bootable = Cluster & { readonly credentials: Credentials };

/** Boots `configuration`; remember to close it. */
export function runningCluster(
  configuration: string,
  settings: Readonly<Record<string, Setting>> = {},
  nodes: readonly string[] = ['n1', 'n2', 'n3'],
): Promise<RunningCluster> {
  const base = mysql.configurations.find(({ name }) => name === configuration)?.settings;
  const all = settingsOf({ ...base, ...settings });
  return booted((context) => new MysqlCluster(context, all), nodes);
}

/** Boots what `make` makes; remember to close it. */
export async function booted<C extends Bootable>(
  make: (context: ClusterContext) => C,
  nodes: readonly string[],
): Promise<RunningCluster<C>> {
  const directory = mkdtempSync(join(tmpdir(), 'alibi-mysql-test-'));
  const runtime = realRuntime(directory);
  const runId = `test-${process.pid}-${directory.slice(-6)}`;
  const host = await dockerHost({ runId, directory, runtime, log });
  const context = { runId, host, runtime, log, nodes, world: 'docker' as const, settings: {} };
  const cluster = make(context);
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
  const { links, operator } = cluster;
  if (isRefusal(links)) throw new Error(links.refused);
  return {
    ...{ cluster, host, links, close },
    operator: isRefusal(operator) ? refusing(operator.refused) : operator,
    client: async (port, session = 0, process = session) => {
      const client = await cluster.connect({ port, process, session });
      const act: TestClient['do'] = (f, key, value, signal = never) =>
        client.invoke({ f, key: key ?? null, value: value ?? null }, signal);
      return Object.assign(client, { do: act });
    },
    sql: async (node, text) => {
      const connection = await Connection.open(host.client(node, PORT_ROLE), cluster.credentials);
      try {
        return await connection.run('read', text, [], null);
      } finally {
        connection.destroy();
      }
    },
  };
}

function refusing(reason: string): Operator {
  const refuse = () => Promise.reject(new Error(reason));
  return { failover: refuse, restartThenPromote: refuse };
}

/** Polls until it holds; fails the test after half a minute. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never came: ${what}`);
}
