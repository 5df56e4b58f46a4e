// A running store for tests: real servers on the process host, and short ways to ask them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Completion, Operator } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { isRefusal, type Host, type Link, type Links } from '../../../harness/hosts/types.ts';
import { processHost } from '../../../harness/hosts/process/host.ts';
import { realRuntime } from '../../../harness/runtime/real.ts';
import type { Setting } from '../../types.ts';
import { ReferenceCluster } from '../cluster.ts';
import { StoreNodes } from '../nodes.ts';
import { storeSettings } from '../settings.ts';
import { strategyOf } from '../strategy.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
let runs = 0;

export class TestStore {
  readonly cluster: ReferenceCluster;
  readonly nodes: StoreNodes;
  readonly host: Host;
  readonly directory: string;

  private constructor(cluster: ReferenceCluster, nodes: StoreNodes, host: Host, directory: string) {
    this.cluster = cluster;
    this.nodes = nodes;
    this.host = host;
    this.directory = directory;
  }

  static async start(settings: Readonly<Record<string, Setting>>, size = 3): Promise<TestStore> {
    const directory = mkdtempSync(join(tmpdir(), 'alibi-store-'));
    process.env.ALIBI_STATE = join(directory, 'state');
    const runId = `store-${process.pid}-${++runs}`;
    const runtime = realRuntime(runId);
    const host = processHost({ runId, directory, runtime, log });
    const nodes = ['n1', 'n2', 'n3'].slice(0, size);
    const context = { runId, world: 'process', nodes, settings, host, runtime, log } as const;
    const strategy = strategyOf(storeSettings(settings), nodes[0]);
    const servers = new StoreNodes(context, strategy);
    const cluster = new ReferenceCluster(context, servers);
    const store = new TestStore(cluster, servers, host, directory);
    await cluster.start().catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    return store;
  }

  get links(): Links {
    if (isRefusal(this.cluster.links)) throw new Error(this.cluster.links.refused);
    return this.cluster.links;
  }

  get operator(): Operator {
    if (isRefusal(this.cluster.operator)) throw new Error(this.cluster.operator.refused);
    return this.cluster.operator;
  }

  /** A client's connection of its own; `ms` bounds each operation, as the harness would. */
  async client(options: { node?: string; session?: number; port?: string; ms?: number } = {}) {
    const { node, session = 0, port = 'register', ms = 2000 } = options;
    const request = { port, session, process: session, ...(node === undefined ? {} : { node }) };
    const client = await this.cluster.connect(request);
    return {
      do: (operation: Operation): Promise<Completion> => client.invoke(operation, AbortSignal.timeout(ms)),
      write: (key: string, value: number) =>
        client.invoke({ f: 'write', key, value }, AbortSignal.timeout(ms)),
      read: (key: string) => client.invoke({ f: 'read', key }, AbortSignal.timeout(ms)),
      close: () => client.close(),
    };
  }

  /** One operation over a connection of its own, at one node or where the routing leads. */
  async once(operation: Operation, options: { node?: string; port?: string; ms?: number } = {}) {
    const client = await this.client(options);
    const completion = await client.do(operation);
    await client.close();
    return completion;
  }

  write(key: string, value: number, options: { node?: string; ms?: number } = {}) {
    return this.once({ f: 'write', key, value }, options);
  }

  /** The register's value at a node; undefined when the node refused. */
  async valueAt(node: string, key: string): Promise<unknown> {
    const completion = await this.once({ f: 'read', key }, { node });
    return completion.type === 'ok' ? completion.value : undefined;
  }

  between(...[from, to]: readonly [readonly string[], readonly string[]]): Link[] {
    return from.flatMap((a) =>
      to.flatMap((b) => [
        { from: a, to: b },
        { from: b, to: a },
      ]),
    );
  }

  async close(): Promise<void> {
    await this.host.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Polls until it holds; fails the test after ten seconds. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never came true: ${what}`);
}
