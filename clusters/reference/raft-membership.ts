import type { Membership } from '../../harness/cluster.ts';
import type { Fleet } from './fleet.ts';
import { leaderOf } from './raft-operator.ts';
import type { Command, Status } from './replica/types.ts';

const CHANGE_MS = 10_000;

/**
 * Members of a Raft store by its leader's log: to leave and to join are entries of it. A node that was deleted has lost
 * its vote and its log, so that it must have left before, and joins with nothing.
 */
export class RaftMembership implements Membership {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async members(): Promise<readonly string[]> {
    let found: Status | null = null;
    const led = await this.#fleet.until(CHANGE_MS, async () => (found = await this.#leader()) !== null);
    if (!led) throw new Error('no node leads, so that nobody can say who the members are');
    return (found as unknown as Status).members;
  }

  async remove(node: string): Promise<void> {
    await this.#change({ command: 'remove', node }, (members) => !members.includes(node));
    await this.#fleet.kill(node);
    await this.#fleet.erase(node);
  }

  async add(node: string): Promise<void> {
    if ((await this.#fleet.state(node)) === 'gone') await this.#fleet.start(node, false);
    await this.#change({ command: 'add', node }, (members) => members.includes(node));
  }

  /** Those whom the leader does not count, since they could not be put back in time. */
  async readmit(nodes: readonly string[], leader: Status | undefined): Promise<void> {
    for (const node of nodes)
      if (leader?.members.includes(node) === false) await this.add(node).catch(() => undefined);
  }

  /** Asks until it holds of the members in a log, and that log is committed so far. */
  async #change(command: Command, holds: (members: readonly string[]) => boolean): Promise<void> {
    let entry = 0;
    const done = await this.#fleet.until(CHANGE_MS, async () => {
      const leader = await this.#leader();
      if (leader === null) return false;
      if (holds(leader.members)) return leader.applied >= (entry ||= leader.last);
      entry = 0;
      await this.#fleet.ask(leader.name, command).catch(() => undefined);
      return false;
    });
    if (!done) throw new Error(`members: no majority agreed to ${command.command} within ${CHANGE_MS} ms`);
  }

  async #leader(): Promise<Status | null> {
    const statuses = await this.#fleet.statuses();
    return statuses.get(leaderOf(statuses) ?? '') ?? null;
  }
}
