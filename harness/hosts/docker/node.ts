import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Disk, HostNode, RunOptions, RunResult, ServiceSpec } from '../types.ts';
import { execIn } from './exec.ts';

type Signal = Parameters<HostNode['signal']>[1];

/**
 * A long-lived container in which services come and go, so that a kill keeps address, ports and disk. Its directory
 * has the same path inside and outside. Services run under images/base/service, which signals all of one at once.
 */
export class DockerNode implements HostNode {
  readonly name: string;
  readonly directory: string;
  /** Its static address on the run's network. */
  readonly address: string;
  disk?: Disk;
  readonly #container: Docker.Container;
  readonly #beforeStart: () => Promise<void>;
  readonly #started = new Set<string>();

  constructor(
    place: { readonly name: string; readonly directory: string; readonly address: string },
    container: Docker.Container,
    beforeStart: () => Promise<void>,
  ) {
    this.name = place.name;
    this.directory = place.directory;
    this.address = place.address;
    this.#container = container;
    this.#beforeStart = beforeStart;
  }

  async start({ name, command, env, cwd }: ServiceSpec): Promise<void> {
    await this.#beforeStart();
    // What was laid out for the first start is not what a power cut puts to the test.
    if (this.#started.size === 0) await this.disk?.sync();
    const log = join(this.directory, `${name}.log`);
    const settings = Object.entries(env ?? {}).map(([variable, value]) => `${variable}=${value}`);
    const place = [this.#pidFile(name), log, cwd ?? this.directory];
    await this.#service(name, ['start', ...place, ...settings, '--', ...command]);
    this.#started.add(name);
  }

  /** KILL, STOP and CONT reach every process of the service; TERM and INT the leader's group, which ends its own children. */
  async signal(service: string, signal: Signal): Promise<void> {
    if (!this.#started.has(service))
      throw new Error(`${signal} to ${service} on ${this.name}: it was never started`);
    await this.#service(service, ['signal', this.#pidFile(service), signal.replace('SIG', '')]);
  }

  /** Signals every service that still lives: what happens to a machine happens to all of them. */
  async signalAll(signal: Signal): Promise<void> {
    for (const service of this.#started) if (await this.alive(service)) await this.signal(service, signal);
  }

  async alive(service: string): Promise<boolean> {
    return (await this.state(service)) !== 'gone';
  }

  /** What /proc in the container says of the service's processes. */
  async state(service: string): Promise<'running' | 'stopped' | 'gone'> {
    const state = (await this.#service(service, ['state', this.#pidFile(service)])).stdout.trim();
    if (state === 'running' || state === 'stopped' || state === 'gone') return state;
    throw new Error(`The state of ${service} on ${this.name} is unknown: "${state}"`);
  }

  run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return execIn(this.#container, this.name, command, { ...options, directory: this.directory });
  }

  async logs(): Promise<readonly string[]> {
    const files = await readdir(this.directory);
    return files
      .filter((file) => file.endsWith('.log'))
      .map((file) => join(this.directory, file))
      .sort();
  }

  #service(name: string, args: readonly string[]): Promise<RunResult> {
    return execIn(this.#container, `${this.name} (${name})`, ['alibi-service', ...args]);
  }

  #pidFile(service: string): string {
    return join(this.directory, `${service}.pid`);
  }
}
