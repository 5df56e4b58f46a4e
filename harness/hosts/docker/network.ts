import { networkInterfaces } from 'node:os';
import type Docker from 'dockerode';
import { messageOf, statusOf, within } from './engine.ts';

/** A run's own bridge network: 254 static addresses, no way out. */
export interface RunNetwork {
  readonly id: string;
  /** The address of the n-th node, from 0. */
  address(n: number): string;
}

const FIRST_HOST = 10;

/** `10.213.0` … `10.213.255`, then 10.214: the first /24 that neither this machine nor another network uses. */
function* candidates(): Generator<string> {
  for (const second of [213, 214]) for (let third = 0; third < 256; third++) yield `10.${second}.${third}`;
}

/** Rejects when no subnet is free. Two runs may race for one: the engine refuses the second, which takes the next. */
export async function createNetwork(
  docker: Docker,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<RunNetwork> {
  const taken = await usedPrefixes(docker);
  for (const prefix of candidates()) {
    if (taken.some((used) => used.startsWith(prefix + '.'))) continue;
    try {
      const network = await within(
        30_000,
        'creating the network',
        docker.createNetwork({
          Name: name,
          Driver: 'bridge',
          CheckDuplicate: true,
          EnableIPv6: false,
          Labels: { ...labels },
          IPAM: { Config: [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }] },
          // Nodes talk to each other and answer published ports; nothing they send leaves this machine.
          Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
        }),
      );
      return { id: network.id, address: (n) => `${prefix}.${FIRST_HOST + n}` };
    } catch (error) {
      if (statusOf(error) !== 403 && !/overlap/i.test(messageOf(error))) throw error;
    }
  }
  throw new Error('No subnet of 10.213.0.0/16 and 10.214.0.0/16 is free: run `alibi clean`.');
}

async function usedPrefixes(docker: Docker): Promise<string[]> {
  const networks = await within(30_000, 'listing networks', docker.listNetworks());
  const subnets = networks
    .flatMap((network) => network.IPAM?.Config ?? [])
    .map((config) => config.Subnet ?? '');
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return [...subnets, ...own.map((address) => address.address)];
}
