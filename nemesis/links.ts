import { isRefusal, type Link, type Links } from '../harness/hosts/types.ts';
import type { FaultContext, Injection } from './types.ts';

/** The links of a cluster that a fault may touch; a refusal was to be caught before anything started. */
export function linksOf({ cluster }: FaultContext): Links {
  if (isRefusal(cluster.links)) throw new Error(cluster.links.refused);
  return cluster.links;
}

/** Bytes or packets of database traffic that faults have swallowed on these links since the host was made. */
export async function dropped(links: Links, cut: readonly Link[]): Promise<number> {
  const counters = await Promise.all(cut.map((link) => links.counters(link)));
  return counters.reduce((sum, counter) => sum + counter.dropped, 0);
}

/**
 * Cuts links, proves by probing that nothing gets through, and at heal compares what was swallowed meanwhile:
 * a partition that swallowed nothing did not bite. What is swallowed while the probes run counts: they are no database
 * traffic, and a connection that hears nothing soon sends hardly anything (TCP doubles its waits), so that later may be too late.
 */
export async function cutLinks(
  context: FaultContext,
  cut: readonly Link[],
  mode: 'drop' | 'reset' | 'syn',
  targets: readonly string[],
): Promise<Injection> {
  const links = linksOf(context);
  const before = await dropped(links, cut);
  await links.cut(cut, mode);
  const open: Link[] = [];
  await Promise.all(cut.map(async (link) => ((await links.reaches(link)) ? open.push(link) : undefined)));
  return {
    targets,
    links: cut,
    reached: open.length === 0 && cut.length > 0,
    evidence:
      open.length === 0
        ? `${cut.length} links probed, none passes`
        : `still passing after the cut: ${open.map((l) => `${l.from}→${l.to}`).join(', ')}`,
    heal: async () => {
      const swallowed = (await dropped(links, cut)) - before;
      await links.heal(cut);
      const unit = mode === 'reset' ? 'refused' : 'swallowed';
      return { bit: swallowed > 0, evidence: `${swallowed} bytes or packets of database traffic ${unit}` };
    },
  };
}
