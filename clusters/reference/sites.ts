/** Nodes spread over data centres in the order of their names, as evenly as can be: `dc1` has the first ones. */
export function sitesOf(nodes: readonly string[], sites: number): ReadonlyMap<string, string> {
  return new Map(nodes.map((node, i) => [node, `dc${Math.floor((i * sites) / nodes.length) + 1}`]));
}

/** The nodes of the site in which the session's client stands: that of its home node. */
export function nearTo(nodes: readonly string[], sites: number, session: number): readonly string[] {
  const site = sitesOf(nodes, sites);
  const home = nodes[session % nodes.length];
  return nodes.filter((node) => site.get(node) === site.get(home));
}
