import type { Host } from '../../harness/hosts/types.ts';
import type { Setting } from '../types.ts';
import type { GroupSettings } from './settings.ts';

/** The role of the port on which members agree. */
export const GROUP_ROLE = 'group';
export const GROUP_PORT = 33_061;

const NAME = '8a2f6d0e-7c55-4c2b-9d2f-3b1f3f7f0a11';

/** Quick to notice a dead member, and never back by itself: the operator decides when a member may try again. */
const QUICK: Readonly<Record<string, Setting>> = {
  group_replication_member_expel_timeout: 0,
  group_replication_unreachable_majority_timeout: 2,
  group_replication_autorejoin_tries: 0,
  group_replication_components_stop_timeout: 5,
  group_replication_recovery_reconnect_interval: 1,
  group_replication_recovery_get_public_key: true,
  // The least there is; the default is a gigabyte.
  group_replication_message_cache_size: 134_217_728,
};

/** A member's part of its my.cnf. */
export function memberConfig(
  host: Host,
  nodes: readonly string[],
  { mode, consistency, exit }: GroupSettings,
): (node: string) => Readonly<Record<string, Setting>> {
  return (node) => {
    const address = (of: string): string => {
      const { host: place, port } = of === node ? host.bind(of, GROUP_ROLE) : host.peer(node, of, GROUP_ROLE);
      return `${place}:${port}`;
    };
    const several = mode === 'multi-primary';
    return {
      ...QUICK,
      group_replication_group_name: NAME,
      group_replication_start_on_boot: false,
      group_replication_bootstrap_group: false,
      group_replication_local_address: address(node),
      group_replication_group_seeds: nodes.map(address).join(','),
      group_replication_single_primary_mode: !several,
      group_replication_enforce_update_everywhere_checks: several,
      group_replication_consistency: consistency,
      group_replication_exit_state_action: exit,
      // A server that was restarted is no member yet, and may be old: it turns clients away as an expelled one does.
      offline_mode: exit === 'OFFLINE_MODE',
      report_host: host.bind(node, GROUP_ROLE).host,
    };
  };
}
