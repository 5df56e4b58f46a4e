// A real cluster in containers for tests, with a way in for the test itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, Cluster, Completion, Operator } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { dockerHost } from '../../../harness/hosts/docker/host.ts';
import { isRefusal, type Links, type Log } from '../../../harness/hosts/types.ts';
import { realRuntime } from '../../../harness/runtime/real.ts';
import type { ClusterDefinition, Setting } from '../../types.ts';

const silent = () => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
export const never = new AbortController().signal;

export interface RunningCluster {
  readonly cluster: Cluster;
  readonly links: Links;
  readonly operator: Operator;
  /** One operation on a connection of its own, wherever the routing says, or on the node that is named. */
  do(port: string, operation: Operation, signal?: AbortSignal): Promise<Completion>;
  client(port: string, session?: number): Promise<Client>;
  close(): Promise<void>;
}

/** Boots a configuration in containers; remember to close it. */
export async function runningCluster(
  definition: ClusterDefinition,
  configuration: string,
  settings: Readonly<Record<string, Setting>> = {},
): Promise<RunningCluster> {
  const directory = mkdtempSync(join(tmpdir(), `alibi-${definition.name}-test-`));
  const runtime = realRuntime(directory);
  const runId = `test-${process.pid}-${directory.slice(-6)}`;
  const chosen = definition.configurations.find(({ name }) => name === configuration);
  if (chosen === undefined) throw new Error(`${definition.name} has no configuration ${configuration}`);
  const nodes = Array.from({ length: chosen.nodes ?? 3 }, (_, i) => `n${i + 1}`);
  const host = await dockerHost({ runId, directory, runtime, log });
  const all = { ...chosen.settings, ...settings };
  const cluster = definition.create({
    ...{ runId, runtime, log, host, nodes },
    ...{ world: 'docker', settings: all },
  });
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
  const client = (port: string, session = 0) => cluster.connect({ port, process: session, session });
  return {
    ...{ cluster, client, close },
    links: isRefusal(links) ? unavailable(links.refused) : links,
    operator: isRefusal(operator) ? unavailable(operator.refused) : operator,
    do: async (port, operation, signal = never) => {
      const { node } = operation;
      const session = { port, process: 0, session: 0 };
      const once = await cluster.connect(node === undefined ? session : { ...session, node });
      try {
        return await once.invoke(operation, signal);
      } finally {
        await once.close();
      }
    },
  };
}

/** For single nodes, which have no replica to promote: whoever touches it learns why. */
function unavailable<T extends object>(reason: string): T {
  return new Proxy({} as T, {
    get: () => {
      throw new Error(reason);
    },
  });
}

/** Polls until it holds; fails the test after half a minute. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never came: ${what}`);
}
