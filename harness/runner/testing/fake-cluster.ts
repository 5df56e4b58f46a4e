import type { Client, Cluster, Completion, ConnectRequest, Settled } from '../../cluster.ts';
import type { Operation } from '../../generator/types.ts';
import type { Json } from '../../history/event.ts';
import { MILLISECOND, type Random, type Runtime } from '../../runtime/types.ts';

/** What goes wrong in a {@link FakeCluster}; everything works by default. */
export interface Trouble {
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void>;
  readonly settle?: () => Promise<Settled>;
  readonly collectLogs?: () => Promise<void>;
  readonly connect?: (request: ConnectRequest) => Promise<void>;
  /** Instead of the operation, when it gives something. */
  readonly invoke?: (
    operation: Operation,
    request: ConnectRequest,
    signal: AbortSignal,
  ) => Promise<Completion> | null;
  readonly close?: () => Promise<void>;
  readonly primaries?: () => readonly string[];
}

/** Registers in memory on three "nodes": n1 takes writes, the others follow it 5 ms later. Latencies from the seed. */
export class FakeCluster implements Cluster {
  readonly nodes = ['n1', 'n2', 'n3'];
  readonly processes = {
    kill: nothing,
    pause: nothing,
    resume: nothing,
    restart: nothing,
    state: unknownState,
  };
  readonly links = { refused: 'in memory' };
  readonly clocks = { setOffset: nothing, offset: async () => 0 };
  readonly operator = { refused: 'in memory' };
  /** What the runner did, in order. */
  readonly calls: string[] = [];
  readonly connections: ConnectRequest[] = [];
  readonly closed: ConnectRequest[] = [];
  readonly data = new Map(this.nodes.map((node) => [node, new Map<string, Json>()]));
  readonly #runtime: Runtime;
  readonly #random: Random;
  readonly #trouble: Trouble;

  constructor(runtime: Runtime, trouble: Trouble = {}) {
    this.#runtime = runtime;
    this.#random = runtime.random('fake-cluster');
    this.#trouble = trouble;
  }

  standbys = () => ['n2', 'n3'];
  primaries = async () => this.#trouble.primaries?.() ?? ['n1'];
  sample = async () => ({ 'lag-bytes:n2': 0 });
  versions = async () => ({ fake: '1' });

  start(): Promise<void> {
    return this.#did('start', this.#trouble.start);
  }

  stop(): Promise<void> {
    return this.#did('stop', this.#trouble.stop);
  }

  collectLogs(): Promise<void> {
    return this.#did('collectLogs', this.#trouble.collectLogs);
  }

  settle(): Promise<Settled> {
    const settled = async () => ({ settled: true, evidence: 'marker seen on n1, n2, n3', unrecovered: [] });
    return this.#did('settle', this.#trouble.settle ?? settled);
  }

  async connect(request: ConnectRequest): Promise<Client> {
    this.connections.push(request);
    await this.#trouble.connect?.(request);
    await this.#runtime.clock.sleep(MILLISECOND);
    return {
      invoke: async (operation, signal) =>
        this.#trouble.invoke?.(operation, request, signal) ?? this.#invoke(operation, request),
      close: async () => {
        this.closed.push(request);
        await this.#trouble.close?.();
      },
    };
  }

  async #invoke({ f, key, value = null }: Operation, { node = 'n1' }: ConnectRequest): Promise<Completion> {
    const { clock } = this.#runtime;
    await clock.sleep((1 + this.#random.below(4)) * MILLISECOND);
    if (f === 'read')
      return { type: 'ok', value: this.data.get(node)!.get(JSON.stringify(key)) ?? null, node };
    for (const [replica, registers] of this.data) {
      const apply = () => registers.set(JSON.stringify(key), value);
      if (replica === 'n1') apply();
      else clock.after(5 * MILLISECOND, apply);
    }
    await clock.sleep(MILLISECOND);
    return { type: 'ok', node: 'n1' };
  }

  async #did<T>(call: string, what: (() => Promise<T>) | undefined): Promise<T> {
    this.calls.push(call);
    await this.#runtime.clock.sleep(MILLISECOND);
    return (await what?.()) as T;
  }
}

const nothing = async () => {};
const unknownState = async () => 'running' as const;
