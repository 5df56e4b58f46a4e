import type { Membership } from '../../harness/cluster.ts';
import type { Log } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { named } from '../kit/server-node.ts';
import type { GroupNode } from './node.ts';
import { agreed, online, split, stateOf, told, type View } from './view.ts';

const BOOT_MS = 60_000;
const POLL_MS = 300;
/** How long servers that were brought back are looked after: expelled members notice within seconds that they are. */
const WATCH_MS = 30_000;

/** Forms the group, and brings members back that left it or were expelled: MySQL leaves both to an operator. */
export class Formation implements Membership {
  readonly #nodes: readonly GroupNode[];
  readonly #clock: Clock;
  readonly #log: Log;
  /** Asked before a node joins: can it reach that one at all? */
  readonly #reaches: (from: string, to: string) => Promise<boolean>;
  /** Members that were taken out for good, until they are put back. */
  readonly #removed = new Set<string>();
  #watching: Promise<void> | null = null;
  #until = 0;

  constructor(
    nodes: readonly GroupNode[],
    clock: Clock,
    log: Log,
    reaches: (from: string, to: string) => Promise<boolean>,
  ) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#log = log;
    this.#reaches = reaches;
  }

  /** The first node begins the group, the others join it. */
  async form(): Promise<void> {
    const [first, ...others] = this.#nodes;
    await first.join(true);
    await Promise.all(others.map((node) => node.join(false)));
  }

  async views(): Promise<readonly View[]> {
    const found = await Promise.all(this.#nodes.map((node) => node.view()));
    return found.filter((view) => view !== null);
  }

  /** Looks after members in the background for a while, until all of them work. */
  watch(): void {
    this.#until = this.#clock.now() + WATCH_MS * MILLISECOND;
    this.#watching ??= this.#watch().finally(() => {
      this.#watching = null;
    });
  }

  async #watch(): Promise<void> {
    while (this.#clock.now() < this.#until) {
      await this.#clock.sleep(POLL_MS * MILLISECOND);
      try {
        await this.#mendOnce(await this.views());
      } catch (error) {
        this.#log.warn({ error: String(error) }, 'a member could not be brought back yet');
      }
    }
  }

  /** Ends the watch, and waits for what it is doing. */
  async unwatch(): Promise<void> {
    this.#until = 0;
    await this.#watching;
  }

  /** Mends until every node works in one group. @throws Error that says what each sees, and how they are split if they are */
  async whole(deadlineMs: number): Promise<void> {
    await this.unwatch();
    const end = this.#clock.now() + deadlineMs * MILLISECOND;
    let failure = '';
    for (;;) {
      const views = await this.views();
      const group = agreed(views);
      if (group !== null && this.#nodes.every(({ name }) => online(group).includes(name))) return;
      if (this.#clock.now() >= end) throw new Error(await this.#missing(views, failure));
      await this.#mendOnce(views).catch((error: unknown) => {
        failure = error instanceof Error ? error.message : String(error);
      });
      await this.#clock.sleep(POLL_MS * MILLISECOND);
    }
  }

  async #missing(views: readonly View[], failure: string): Promise<string> {
    const apart = split(views) ?? 'not every node is a working member of one group';
    const group = agreed(views);
    const lacking = this.#nodes.find(({ name }) => group === null || !online(group).includes(name))!;
    const said = views.map(told).join('; ');
    const last = failure === '' ? '' : `; last attempt: ${failure}`;
    return `${apart}: ${said}${last}; the log of ${lacking.name} ends:\n${await lacking.logTail()}`;
  }

  /** One step: begins the group anew if nobody is in one, else has a node that fell out of it join again. */
  async #mendOnce(views: readonly View[]): Promise<void> {
    const group = agreed(views);
    // Somebody waits for a majority that is gone: two seconds, then it gives up.
    const out = views.filter((view) => ['OFFLINE', 'ERROR'].includes(stateOf(view)));
    if (group === null) {
      if (out.length === this.#nodes.length - this.#removed.size) await this.#beginAnew();
      return;
    }
    const heard = new Set(group.members.map(({ node }) => node));
    for (const { node, members } of out) {
      if (this.#removed.has(node)) continue;
      // Its group has not noticed yet that it is gone, and would refuse it under the same name.
      if (heard.has(node) && members.length > 0 && group.node !== node) {
        const known = group.members.find((member) => member.node === node);
        if (known?.state === 'ONLINE' || known?.state === 'UNREACHABLE') continue;
      }
      if (await this.#reaches(node, group.node)) await this.rejoin(node, group.node);
    }
  }

  /** Whoever holds most begins: every transaction that was acknowledged is held by a majority. */
  async #beginAnew(): Promise<void> {
    const nodes = this.#nodes.filter(({ name }) => !this.#removed.has(name));
    const held = await Promise.all(nodes.map((node) => node.held()));
    if (held.includes(null)) return;
    const most = nodes.reduce((best, node, i) => (held[i]! > held[nodes.indexOf(best)]! ? node : best));
    await most.leave();
    await most.join(true);
  }

  /** Leaves and joins again; a node that has what the group never agreed on is made anew from a member's data. */
  async rejoin(name: string, member: string): Promise<void> {
    const node = named(this.#nodes, name);
    await node.leave();
    try {
      await node.join(false);
    } catch (error) {
      if (!/more executed transactions|not present in the group/.test(await node.logTail(30))) throw error;
      this.#log.warn({ error: String(error) }, `${name} is copied anew from ${member}`);
      await this.#copy(node, member);
    }
  }

  /** Replaces a node's data by a member's, under load (CLONE INSTANCE), and has it join. */
  async #copy(node: GroupNode, member: string): Promise<void> {
    await node.kill();
    await node.cloneFrom(named(this.#nodes, member));
    await node.start();
    await node.untilAnswering(BOOT_MS);
    await node.join(false);
  }

  async members(): Promise<readonly string[]> {
    const group = agreed(await this.views());
    return group === null ? [] : group.members.map(({ node }) => node);
  }

  async remove(name: string): Promise<void> {
    await this.unwatch();
    this.#removed.add(name);
    const node = named(this.#nodes, name);
    await node.leave();
    await node.kill();
    await node.discard();
  }

  async add(name: string): Promise<void> {
    const group = agreed(await this.views());
    if (group === null) throw new Error(`there is no group that ${name} could join`);
    await this.#copy(named(this.#nodes, name), group.node);
    this.#removed.delete(name);
  }
}
