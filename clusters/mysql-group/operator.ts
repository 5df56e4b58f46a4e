import type { Operator } from '../../harness/cluster.ts';
import { named } from '../kit/server-node.ts';
import { startSupervised } from '../kit/supervised.ts';
import type { Formation } from './formation.ts';
import type { GroupNode } from './node.ts';
import { writable } from './view.ts';

const ELECTION_MS = 30_000;
const SWITCH_MS = 20_000;
const UUID = 'SELECT @@server_uuid AS uuid';

/** Moves the role of the only primary: by ending it, or by the group's own command. */
export class GroupOperator implements Operator {
  readonly #nodes: readonly GroupNode[];
  readonly #formation: Formation;

  constructor(nodes: readonly GroupNode[], formation: Formation) {
    this.#nodes = nodes;
    this.#formation = formation;
  }

  /** Kills the primary and waits until the others have elected one; unfenced, it is asked to hand the role over. */
  async failover({ fence }: { readonly fence: boolean }): Promise<{ from: string; to: string }> {
    if (!fence) return this.switchover();
    const from = await this.#primary();
    await named(this.#nodes, from).kill();
    return { from, to: await this.#elected(from) };
  }

  async restartThenPromote(): Promise<{ from: string; to: string }> {
    const from = await this.#primary();
    const node = named(this.#nodes, from);
    await node.kill();
    await startSupervised(node);
    await node.untilAnswering(ELECTION_MS);
    this.#formation.watch();
    return { from, to: await this.#elected(from) };
  }

  /** https://dev.mysql.com/doc/refman/9.5/en/group-replication-changing-primary-member.html */
  async switchover(): Promise<{ from: string; to: string }> {
    const from = await this.#primary();
    const members = await this.#formation.members();
    const to = named(this.#nodes, members.find((member) => member !== from) ?? from);
    const uuid = String((await to.ask(UUID))?.uuid);
    await to.query(`SELECT group_replication_set_as_primary('${uuid}')`, [], SWITCH_MS);
    return { from, to: await this.#elected(from) };
  }

  async #primary(): Promise<string> {
    let found: readonly string[] = [];
    await this.#nodes[0].until('a primary of the group', ELECTION_MS, async () => {
      found = writable(await this.#formation.views());
      return found.length === 1;
    });
    return found[0];
  }

  async #elected(from: string): Promise<string> {
    let found: string | undefined;
    const other = this.#nodes.find(({ name }) => name !== from)!;
    await other.until(`another primary than ${from}`, ELECTION_MS, async () => {
      found = writable(await this.#formation.views()).find((name) => name !== from);
      return found !== undefined;
    });
    return found!;
  }
}
