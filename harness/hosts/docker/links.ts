import type Docker from 'dockerode';
import type { Link, Links } from '../types.ts';
import { execIn } from './exec.ts';
import { Firewall } from './firewall.ts';
import { PROBE_PORT, type PeerRule, type Traffic, type Verdict } from './rules.ts';

/** Three times the microseconds until the probe's answer is there; nothing for one that does not come in `$2` s. */
const ROUND_TRIP = `for i in 1 2 3; do
timeout "$2" bash -c 'began=\${EPOCHREALTIME/[.,]/}
exec 3<>"/dev/tcp/$0/$1" && read -r -n 1 answer <&3 && echo $((\${EPOCHREALTIME/[.,]/} - began))' "$0" "$1"; done`;

/** A node as its links see it. */
export interface Member {
  readonly name: string;
  readonly address: string;
  readonly container: Docker.Container;
  /** Shares the node's network namespace and alone may change its rules. */
  readonly sidecar: Docker.Container;
}

/**
 * Cuts links between containers: packets of `from` are swallowed where they arrive, at `to`. Dropping one direction
 * therefore also starves the other one's TCP connections, which see no acknowledgements.
 */
export class DockerLinks implements Links {
  readonly #members = new Map<string, Member>();
  readonly #firewalls = new Map<string, Firewall>();
  /** Faults in force: receiver, then sender. */
  readonly #faults = new Map<string, Map<string, Verdict>>();
  /** Whoever holds packets back, by node and delay. */
  readonly #holders = new Map<string, Promise<unknown>>();
  #baseline: Promise<void> | null = null;

  add(member: Member): void {
    const sidecar = `the sidecar of ${member.name}`;
    const firewall = new Firewall(member.name, (command, input) =>
      execIn(member.sidecar, sidecar, command, {
        timeoutMs: 15_000,
        allowFailure: true,
        ...(input !== undefined && { input }),
      }),
    );
    this.#members.set(member.name, member);
    this.#firewalls.set(member.name, firewall);
    this.#faults.set(member.name, new Map());
    this.#baseline = null;
  }

  /** Rules that only count, on every node: to be in place before the database's first byte. */
  count(): Promise<void> {
    this.#baseline ??= this.#apply([...this.#members.keys()]);
    return this.#baseline;
  }

  async cut(links: readonly Link[], mode: 'drop' | 'reset' | 'syn'): Promise<void> {
    for (const link of links) this.#check(link);
    for (const { from, to } of links) this.#faults.get(to)?.set(from, mode);
    await this.#apply(receivers(links), mode === 'reset' ? links : []);
  }

  async lose(links: readonly Link[], percent: number): Promise<void> {
    for (const link of links) this.#check(link);
    for (const { from, to } of links) this.#faults.get(to)?.set(from, { losePercent: percent });
    await this.#apply(receivers(links));
  }

  async narrow(links: readonly Link[], kilobytes: number): Promise<void> {
    for (const link of links) this.#check(link);
    for (const { from, to } of links) this.#faults.get(to)?.set(from, { kilobytes });
    await this.#apply(receivers(links));
  }

  /** Packets wait in a queue of the receiver's kernel, which the sidecar's `alibi-delay` empties in time: no netem is needed. */
  async delay(links: readonly Link[], ms: number): Promise<void> {
    for (const link of links) this.#check(link);
    await Promise.all(receivers(links).map((node) => this.#hold(this.#member(node), ms)));
    for (const { from, to } of links) this.#faults.get(to)?.set(from, { delayMs: ms });
    await this.#apply(receivers(links));
  }

  /** Once for a node and a delay: whoever holds the queue stays, and has nothing to do after the heal. */
  #hold({ name, sidecar }: Member, ms: number): Promise<unknown> {
    const key = `${name} ${ms}`;
    const holder =
      this.#holders.get(key) ?? execIn(sidecar, `the sidecar of ${name}`, ['alibi-delay', String(ms)]);
    this.#holders.set(key, holder);
    return holder;
  }

  async heal(links?: readonly Link[]): Promise<void> {
    for (const link of links ?? []) this.#check(link);
    if (links === undefined) for (const faults of this.#faults.values()) faults.clear();
    else for (const { from, to } of links) this.#faults.get(to)?.delete(from);
    await this.#apply(links === undefined ? [...this.#members.keys()] : receivers(links));
  }

  /** Asks from within the `from` node itself; it rejects when it cannot ask, which proves nothing. */
  async reaches(link: Link): Promise<boolean> {
    const [from, to] = this.#check(link);
    const script = 'exec 3<>"/dev/tcp/$0/$1" && read -r -n 1 -t 1 answer <&3 && [ "$answer" = "!" ]';
    const probe = ['timeout', '1', 'bash', '-c', script, to.address, `${PROBE_PORT}`];
    const { status, stderr } = await execIn(from.container, from.name, probe, {
      allowFailure: true,
      timeoutMs: 10_000,
    });
    // 1: refused or no answer; 124: timeout(1) ended it.
    if (status !== 0 && status !== 1 && status !== 124)
      throw new Error(
        `The probe from ${from.name} to ${to.name} failed with status ${status}: ${stderr.trim()}`,
      );
    return status === 0;
  }

  /** Timed inside the node: what the engine takes to run a command there would drown a delay. */
  async roundTrip(link: Link, patienceMs: number): Promise<number> {
    const [from, to] = this.#check(link);
    const probe = ['bash', '-c', ROUND_TRIP, to.address, `${PROBE_PORT}`, `${patienceMs / 1000}`];
    const { stdout } = await execIn(from.container, from.name, probe, {
      allowFailure: true,
      timeoutMs: 10_000 + 3 * patienceMs,
    });
    const times = stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '');
    return Math.min(patienceMs, ...times.map((microseconds) => Number(microseconds) / 1000));
  }

  async counters(link: Link): Promise<Traffic> {
    const [from, to] = this.#check(link);
    await this.count();
    const traffic = await this.#firewall(to.name).traffic();
    return traffic.get(from.address) ?? { carried: 0, dropped: 0 };
  }

  async #apply(nodes: readonly string[], torn: readonly Link[] = []): Promise<void> {
    const results = await Promise.allSettled(
      nodes.map((node) => {
        const peers = torn.flatMap(({ from, to }) => (from === node ? [to] : to === node ? [from] : []));
        return this.#firewall(node).apply(
          this.#rules(node),
          peers.map((peer) => this.#member(peer).address),
        );
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #rules(node: string): PeerRule[] {
    const faults = this.#faults.get(node);
    return [...this.#members.values()]
      .filter((peer) => peer.name !== node)
      .map((peer) => ({ address: peer.address, verdict: faults?.get(peer.name) ?? 'accept' }));
  }

  #check({ from, to }: Link): [Member, Member] {
    if (from === to) throw new Error(`There is no link from node ${from} to itself.`);
    return [this.#member(from), this.#member(to)];
  }

  #member(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined)
      throw new Error(`There is no node ${name}; there are ${[...this.#members.keys()].sort().join(', ')}.`);
    return member;
  }

  #firewall(name: string): Firewall {
    const firewall = this.#firewalls.get(name);
    if (firewall === undefined) throw new Error(`There is no node ${name}.`);
    return firewall;
  }
}

function receivers(links: readonly Link[]): string[] {
  return [...new Set(links.map((link) => link.to))];
}
