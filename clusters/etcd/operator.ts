import type { Operator } from '../../harness/cluster.ts';
import type { Member } from './member.ts';

const ELECTION_MS = 10_000;

/** Moves the leadership. */
export class EtcdOperator implements Operator {
  readonly #members: readonly Member[];

  constructor(members: readonly Member[]) {
    this.#members = members;
  }

  /**
   * `fence`: the leader is killed, and the others elect one of themselves. Without: it hands its leadership over by
   * etcd's own command (move-leader), and follows.
   */
  async failover({ fence }: { readonly fence: boolean }): Promise<{ from: string; to: string }> {
    if (!fence) return this.switchover();
    const from = await this.#leader();
    await from.kill();
    return { from: from.name, to: await this.#successor(from) };
  }

  async switchover(): Promise<{ from: string; to: string }> {
    const from = await this.#leader();
    const statuses = await Promise.all(this.#members.map((member) => member.status()));
    const target = statuses
      .filter((status, i) => status !== null && this.#members[i] !== from)
      .reduce((best, each) => ((each?.applied ?? -1) > (best?.applied ?? -1) ? each : best), null);
    if (target === null) throw new Error('no other member answers: nobody can take over');
    await from.ask('/v3/maintenance/transfer-leadership', { targetID: target.id }, ELECTION_MS);
    return { from: from.name, to: await this.#successor(from) };
  }

  async restartThenPromote(): Promise<{ from: string; to: string }> {
    const from = await this.#leader();
    await from.kill();
    await from.start();
    return { from: from.name, to: await this.#successor(from) };
  }

  async #leader(): Promise<Member> {
    const leader = (await leaders(this.#members)).at(0);
    if (leader === undefined) throw new Error('no member says that it is the leader');
    return leader;
  }

  async #successor(old: Member): Promise<string> {
    let found: Member | undefined;
    await old.until('another leader', ELECTION_MS, async () => {
      found = (await leaders(this.#members)).find((member) => member !== old);
      return found !== undefined;
    });
    return found!.name;
  }
}

/** Members that say that they lead: a deposed one may, for an election time-out. */
export async function leaders(members: readonly Member[]): Promise<Member[]> {
  const statuses = await Promise.all(
    members.map((member) => (member.created ? member.status() : Promise.resolve(null))),
  );
  return members.filter((_, i) => statuses[i] !== null && statuses[i].leader === statuses[i].id);
}
