/**
 * Who sends whose updates to whom: everyone its own to everyone · everyone all that it has to the next on a ring ·
 * everyone its own to the first node, which sends everybody's to all.
 */
export type Topology = 'all-to-all' | 'ring' | 'star';

/** By peer, whose updates `name` sends to it. */
export function streamsFrom(
  name: string,
  peers: readonly string[],
  topology: Topology,
): ReadonlyMap<string, readonly string[]> {
  const names = [name, ...peers].sort();
  const next = names[(names.indexOf(name) + 1) % names.length];
  const [hub] = names;
  const others = (peer: string) => names.filter((origin) => origin !== peer);
  const streams = names.flatMap((peer): (readonly [string, readonly string[]])[] => {
    if (peer === name) return [];
    switch (topology) {
      case 'all-to-all':
        return [[peer, [name]]];
      case 'ring':
        return peer === next ? [[peer, others(peer)]] : [];
      case 'star':
        return name === hub ? [[peer, others(peer)]] : peer === hub ? [[peer, [name]]] : [];
    }
  });
  return new Map(streams);
}
