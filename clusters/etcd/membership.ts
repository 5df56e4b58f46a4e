import type { Membership as Members } from '../../harness/cluster.ts';
import { Failed } from '../kit/error-table.ts';
import { named } from '../kit/server-node.ts';
import { textOf, type Reply } from './gateway.ts';
import type { Member } from './member.ts';

const CHANGE_MS = 10_000;

/** Members of the cluster by its own list: to leave and to join are entries of the log, agreed on like any other. */
export class EtcdMembership implements Members {
  readonly #members: readonly Member[];

  constructor(members: readonly Member[]) {
    this.#members = members;
  }

  async members(): Promise<readonly string[]> {
    const list = await this.#list();
    return this.#members.map((member) => member.name).filter((name) => list.has(name));
  }

  async remove(name: string): Promise<void> {
    const id = (await this.#list()).get(name);
    if (id === undefined) throw new Error(`${name} is no member`);
    await this.#change(name, '/v3/cluster/member/remove', { ID: id });
    const member = named(this.#members, name);
    await member.kill();
    await member.place.run(['rm', '-rf', member.dataDirectory]);
  }

  /** A member that was deleted has lost its vote: it comes back under a new id, and with nothing. */
  async add(name: string): Promise<void> {
    const member = named(this.#members, name);
    const present = await this.members();
    await this.#change(name, '/v3/cluster/member/add', { peerURLs: [member.peerUrl()] });
    member.membership = { state: 'existing', members: [...present, name] };
    await member.start();
    await member.untilAnswering(CHANGE_MS);
  }

  /** Ids by name, as whoever answers first knows them. */
  async #list(): Promise<ReadonlyMap<string, string>> {
    for (const member of this.#members) {
      const reply = await member.ask('/v3/cluster/member/list', { linearizable: true }).catch(() => null);
      if (reply === null) continue;
      const members = (reply.members ?? []) as readonly Reply[];
      return new Map(members.map((each) => [textOf(each.name), textOf(each.ID)]));
    }
    throw new Error('no member answers with the list of members');
  }

  /** Asks another member; a cluster whose members have not all been in touch for 5 s refuses, and is asked again. */
  async #change(name: string, path: string, body: Reply): Promise<void> {
    const other = this.#members.find((member) => member.name !== name)!;
    await other.until('the change of members', CHANGE_MS, async () => {
      try {
        await other.ask(path, body, CHANGE_MS);
        return true;
      } catch (error) {
        if (error instanceof Failed && /unhealthy cluster/.test(error.message)) return false;
        throw error;
      }
    });
  }
}
