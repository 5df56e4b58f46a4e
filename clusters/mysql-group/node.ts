import type { Endpoint } from '../../harness/hosts/types.ts';
import { MysqlNode, type NodeContext } from '../mysql/node.ts';
import { gtidCount } from '../mysql/gtid.ts';
import type { View, MemberState } from './view.ts';

const MEMBERS =
  'SELECT MEMBER_HOST AS host, MEMBER_STATE AS state, MEMBER_ROLE AS role FROM performance_schema.replication_group_members';
/** What a member has applied, and what it has received and not applied yet. */
const HELD =
  "SELECT @@GLOBAL.gtid_executed AS executed, (SELECT RECEIVED_TRANSACTION_SET FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = 'group_replication_applier') AS received";

/** How long joining may take: finding the others, copying what was missed, applying it. */
const JOIN_MS = 40_000;
const LEAVE_MS = 20_000;

/** A server that may be a member of a replication group. */
export class GroupNode extends MysqlNode {
  readonly #context: NodeContext;
  /** The node at an address of the network between nodes. */
  readonly #at: (host: string) => string | null;

  constructor(name: string, serverId: number, context: NodeContext, at: (host: string) => string | null) {
    super(name, serverId, context);
    this.#context = context;
    this.#at = at;
  }

  /** The address that its group knows it by. */
  get address(): Endpoint['host'] {
    return this.#context.host.bind(this.name, 'group').host;
  }

  /** What it sees of its group, null when it does not answer. A server without a group sees itself, OFFLINE or not at all. */
  async view(): Promise<View | null> {
    try {
      const { rows } = await this.query(MEMBERS, [], 1000);
      const members = rows.flatMap(({ host, state, role }) => {
        const node = host === '' ? this.name : this.#at(String(host));
        return node === null ? [] : [{ node, state: state as MemberState, primary: role === 'PRIMARY' }];
      });
      return { node: this.name, members };
    } catch {
      return null;
    }
  }

  /** How many transactions it holds, executed or only received; null when it does not answer. */
  async held(): Promise<number | null> {
    const row = await this.ask(HELD);
    if (row === null) return null;
    const both = [row.executed, row.received]
      .filter((set) => typeof set === 'string' && set !== '')
      .join(',');
    const all = await this.ask(`SELECT GTID_SUBTRACT('${both}', '') AS held`);
    return all === null ? null : gtidCount(String(all.held));
  }

  /** Joins the group, or, with `bootstrap`, begins it anew from its own data. @throws Error when it may not, with its log */
  async join(bootstrap: boolean): Promise<void> {
    const { user, password } = this.#context.credentials;
    await this.query(`SET GLOBAL group_replication_bootstrap_group = ${bootstrap ? 'ON' : 'OFF'}`);
    try {
      await this.query(`START GROUP_REPLICATION USER = '${user}', PASSWORD = '${password}'`, [], JOIN_MS);
      await this.until('its being a working member of its group', JOIN_MS, async () => {
        const own = (await this.view())?.members.find(({ node }) => node === this.name);
        if (own?.state === 'ERROR') throw new Error(`${this.name} gave up joining: ${await this.logTail(4)}`);
        return own?.state === 'ONLINE';
      });
    } finally {
      if (bootstrap) await this.query('SET GLOBAL group_replication_bootstrap_group = OFF');
    }
    await this.query('SET GLOBAL offline_mode = OFF');
  }

  /** Leaves its group, or ends its attempts to be in one. */
  async leave(): Promise<void> {
    await this.query('STOP GROUP_REPLICATION', [], LEAVE_MS);
  }
}
