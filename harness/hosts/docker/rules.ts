/**
 * The firewall of one node as text for iptables-restore. Each peer has a chain `from-<address>` that all its packets
 * pass on arrival; the chain's last rule decides and its counter tells how much was carried or swallowed. Only peers
 * have chains, so the published port stays reachable whatever is cut.
 */
export type Verdict =
  | 'accept'
  | 'drop'
  | 'reset'
  | 'syn'
  | { readonly losePercent: number }
  | { readonly kilobytes: number }
  | { readonly delayMs: number };

/** Queues, and so delays, have numbers of 16 bits. */
export const LONGEST_DELAY_MS = 65_535;

export interface PeerRule {
  readonly address: string;
  readonly verdict: Verdict;
}

/** Bytes that arrived from a peer: let in, or swallowed by a fault. */
export interface Traffic {
  readonly carried: number;
  readonly dropped: number;
}

/** Where every node answers the reachability probe; above the ephemeral range, so no client socket takes it. */
export const PROBE_PORT = 65_199;

/** One atomic ruleset. Without peers it empties the table. */
export function ruleset(peers: readonly PeerRule[]): string {
  const lines = ['*filter', ...peers.map(({ address }) => `:from-${address} - [0:0]`)];
  for (const peer of peers) {
    lines.push(`-A INPUT -s ${peer.address} -j from-${peer.address}`);
    lines.push(...chain(peer).map((rule) => `-A from-${peer.address} ${rule}`));
  }
  return [...lines, 'COMMIT', ''].join('\n');
}

/** Which packets a fault of a share, or of a width, swallows. What comes too fast is lost, and TCP slows down. */
function dropped(address: string, verdict: { losePercent: number } | { kilobytes: number }): string {
  if ('losePercent' in verdict)
    return `-m statistic --mode random --probability ${(verdict.losePercent / 100).toFixed(2)}`;
  const { kilobytes } = verdict;
  // Names of limits are at most 15 characters long; the last numbers of the address are enough among peers.
  const name = `w${address.replace(/\D/g, '').slice(-12)}`;
  return `-m hashlimit --hashlimit-above ${kilobytes}kb/s --hashlimit-burst ${kilobytes}kb --hashlimit-name ${name}`;
}

/** The first packet of a connection. */
const DIALLING = '--tcp-flags FIN,SYN,RST,ACK SYN';

function chain({ address, verdict }: PeerRule): string[] {
  // Rules without a target only count: the probe passes the very same verdict, but it is no database traffic.
  const probePorts = [`-p tcp -m tcp --dport ${PROBE_PORT}`, `-p tcp -m tcp --sport ${PROBE_PORT}`];
  // The queue of this number is held by images/sidecar/delay. Should nobody hold it, packets pass and the probe tells.
  if (typeof verdict === 'object' && 'delayMs' in verdict)
    return [...probePorts, `-j NFQUEUE --queue-num ${verdict.delayMs} --queue-bypass`];
  if (typeof verdict === 'object') {
    return [
      ...probePorts.map((rule) => `${rule} -j ACCEPT`),
      `${dropped(address, verdict)} -j DROP`,
      '-j ACCEPT',
    ];
  }
  switch (verdict) {
    case 'syn':
      return [
        `-p tcp -m tcp --dport ${PROBE_PORT} ${DIALLING} -j DROP`,
        ...probePorts.map((rule) => `${rule} -j ACCEPT`),
        `-p tcp -m tcp ${DIALLING} -j DROP`,
        '-j ACCEPT',
      ];
    case 'accept':
      return [...probePorts, '-j ACCEPT'];
    case 'drop':
      return [...probePorts, '-j DROP'];
    case 'reset':
      // Resets themselves must pass, or the side that sent nothing would never learn of the tear-down.
      return [
        '-p tcp -m tcp --tcp-flags RST RST -j RETURN',
        ...probePorts,
        '-p tcp -j REJECT --reject-with tcp-reset',
        '-j DROP',
      ];
  }
}

/** Traffic by peer address, from the output of `iptables-save -c`: lines like `[3:180] -A from-10.0.0.2 -j DROP`. */
export function parseTraffic(saved: string): Map<string, Traffic> {
  const traffic = new Map<string, { carried: number; dropped: number }>();
  const probes = new Map<string, number>();
  for (const [, bytes, address, rule] of saved.matchAll(/^\[\d+:(\d+)\] -A from-(\S+) (.*)$/gm)) {
    const count = traffic.get(address) ?? { carried: 0, dropped: 0 };
    traffic.set(address, count);
    // A probe that a rule of its own has decided was never counted among the rest.
    if (rule.includes(`port ${PROBE_PORT}`) && rule.includes('-j ')) continue;
    if (rule === '-j ACCEPT' || rule.startsWith('-j NFQUEUE')) count.carried += Number(bytes);
    else if (/-j (DROP|REJECT)/.test(rule)) count.dropped += Number(bytes);
    else if (rule.includes(`port ${PROBE_PORT}`))
      probes.set(address, (probes.get(address) ?? 0) + Number(bytes));
  }
  for (const [address, bytes] of probes) {
    const count = traffic.get(address);
    if (count === undefined) continue;
    if (count.dropped > 0) count.dropped -= bytes;
    else count.carried -= bytes;
  }
  return traffic;
}
