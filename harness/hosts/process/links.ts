import { MILLISECOND, type Clock } from '../../runtime/types.ts';
import type { Endpoint, Link, Links } from '../types.ts';
import { Beacon } from './beacon.ts';
import { Flow } from './flow.ts';
import { Proxy } from './proxy.ts';

const PROBE = 'alibi-probe';

/**
 * Userland links between the nodes of one host: a TCP proxy for every ordered pair and role.
 *
 * What it can and cannot do, next to a packet filter: a cut drops what is in flight inside the proxy, but bytes
 * that it already handed to the receiver's kernel were delivered. Killing a process, on the other hand, delivers
 * everything it had sent. A connection that lost bytes is reset when the link heals (TCP would retransmit; a
 * stream with a hole in it would be our own corruption). `reset` in one direction ends the pair's connections in
 * both, since no TCP connection lives without either.
 */
export class ProcessLinks implements Links {
  readonly #clock: Clock;
  readonly #flows = new Map<string, Flow>();
  readonly #proxies = new Map<string, Proxy>();
  readonly #beacons = new Map<string, Beacon>();
  readonly #nodes: { readonly name: string; readonly ports: ReadonlyMap<string, number> }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Links a node, in both directions, with every node added before. */
  async add(name: string, ports: ReadonlyMap<string, number>): Promise<void> {
    const beacon = await Beacon.open();
    this.#beacons.set(name, beacon);
    const added = { name, ports: new Map([...ports, [PROBE, beacon.port]]) };
    for (const other of this.#nodes) {
      this.#flows.set(key(name, other.name), new Flow());
      this.#flows.set(key(other.name, name), new Flow());
      await this.#open(name, other);
      await this.#open(other.name, added);
    }
    this.#nodes.push(added);
  }

  /** Where `from` dials `to`. */
  endpoint(from: string, to: string, role: string): Endpoint {
    const proxy = this.#proxies.get(key(from, to, role));
    if (!proxy) throw new Error(`no link from ${from} to ${to} for the port "${role}"`);
    return { host: '127.0.0.1', port: proxy.port };
  }

  cut(links: readonly Link[], mode: 'drop' | 'reset'): Promise<void> {
    for (const link of links) {
      const flow = this.#flow(link);
      flow.mode = mode;
      if (mode === 'drop') for (const pipe of flow.pipes) pipe.drop();
      else for (const proxy of this.#between(link)) proxy.resetAll(flow);
    }
    return Promise.resolve();
  }

  delay(links: readonly Link[], ms: number): Promise<void> {
    for (const link of links) this.#flow(link).delayNs = ms * MILLISECOND;
    return Promise.resolve();
  }

  heal(links: readonly Link[] = this.#all()): Promise<void> {
    for (const link of links) {
      const flow = this.#flow(link);
      flow.mode = 'open';
      flow.delayNs = 0;
      for (const proxy of this.#between(link)) proxy.resetLossy(flow);
    }
    return Promise.resolve();
  }

  /** See {@link Beacon}: the probe goes the way of the database's bytes, through a proxy of the same kind. */
  reaches({ from, to }: Link): Promise<boolean> {
    const beacon = this.#beacons.get(to);
    if (!beacon) throw new Error(`no node named ${to}`);
    return beacon.probe(this.endpoint(from, to, PROBE).port, this.#clock);
  }

  counters(link: Link): Promise<{ readonly carried: number; readonly dropped: number }> {
    const { carried, dropped } = this.#flow(link);
    return Promise.resolve({ carried, dropped });
  }

  close(): void {
    for (const proxy of this.#proxies.values()) proxy.close();
    for (const beacon of this.#beacons.values()) beacon.close();
  }

  async #open(
    from: string,
    to: { readonly name: string; readonly ports: ReadonlyMap<string, number> },
  ): Promise<void> {
    const forward = this.#flow({ from, to: to.name });
    const backward = this.#flow({ from: to.name, to: from });
    for (const [role, port] of to.ports) {
      const proxy = await Proxy.open({ forward, backward }, port, this.#clock, role !== PROBE);
      this.#proxies.set(key(from, to.name, role), proxy);
    }
  }

  #flow({ from, to }: Link): Flow {
    const flow = this.#flows.get(key(from, to));
    if (!flow) throw new Error(`no link from ${from} to ${to}`);
    return flow;
  }

  #all(): Link[] {
    return this.#nodes.flatMap(({ name: from }) =>
      this.#nodes.filter((to) => to.name !== from).map((to) => ({ from, to: to.name })),
    );
  }

  /** Proxies whose connections use this link, dialled from either side. */
  #between({ from, to }: Link): Proxy[] {
    const prefixes = [`${key(from, to)}\n`, `${key(to, from)}\n`];
    return [...this.#proxies]
      .filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)))
      .map(([, proxy]) => proxy);
  }
}

function key(...parts: readonly string[]): string {
  return parts.join('\n');
}
