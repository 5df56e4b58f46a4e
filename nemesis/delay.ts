import type { Link, Links } from '../harness/hosts/types.ts';
import { MILLISECOND } from '../harness/runtime/types.ts';
import { linksOf } from './links.ts';
import { wrongTarget } from './spec.ts';
import { BETWEEN_SITES, linksBetween, linksMeant, nodesOf } from './targets.ts';
import { defineFault, type FaultContext } from './types.ts';

const DURATION = /^(\d+)(ms|s)$/;

/** `50ms` → 50, `1s` → 1000; null if it is no duration. */
function parseDelay(text: string | null): number | null {
  const match = DURATION.exec(text ?? '');
  return match ? Number(match[1]) * (match[2] === 's' ? 1000 : 1) : null;
}

/** How long each link takes to carry a probe, ms; a probe that the link outlasted took its whole patience. */
async function probed(
  links: Links,
  { clock }: FaultContext,
  chosen: readonly Link[],
  ms: number,
): Promise<number[]> {
  return Promise.all(
    chosen.map(async (link) => {
      if (links.roundTrip !== undefined) return links.roundTrip(link, 3 * ms + 500);
      const began = clock.now();
      await links.reaches(link);
      return (clock.now() - began) / MILLISECOND;
    }),
  );
}

async function carried(links: Links, chosen: readonly Link[]): Promise<number> {
  const counters = await Promise.all(chosen.map((link) => links.counters(link)));
  return counters.reduce((sum, counter) => sum + counter.carried, 0);
}

/** Holds everything back that nodes say to each other: a far-away data centre. Nothing is lost, nothing overtakes. */
export const delay = defineFault({
  name: 'delay',
  title: 'Slow the links of nodes down, in each direction',
  forms: [
    'delay:primary:50ms',
    'delay:one:50ms',
    'delay:site:50ms',
    'delay:between-sites:50ms',
    'delay:all:1s',
    'delay:<node>[+<node>…]:<duration>',
  ],
  validate: (spec, nodes) => {
    if (nodes.length < 2) return 'one node has no links';
    const wrong = wrongTarget(spec.target, ['primary', 'one', 'site', BETWEEN_SITES, 'all'], nodes);
    if (wrong !== null) return wrong;
    const ms = parseDelay(spec.option);
    if (ms === null) return 'it needs a duration such as 50ms or 1s';
    return ms === 0 ? 'a delay of nothing is no fault' : null;
  },
  inject: async (spec, context) => {
    const links = linksOf(context);
    const ms = parseDelay(spec.option) ?? 0;
    const targets = await nodesOf(spec, context);
    const among = targets.flatMap((node, i) => linksBetween([node], targets.slice(i + 1)));
    const others = spec.target !== BETWEEN_SITES && targets.length < context.cluster.nodes.length;
    const slowed = [...linksMeant(spec, context, targets), ...(others ? among : [])];
    const before = await probed(links, context, slowed, ms);
    await links.delay(slowed, ms);
    const during = await probed(links, context, slowed, ms);
    const start = await carried(links, slowed);
    // A probe knows when it was answered, not when it arrived; half of what was asked is more than chance.
    const slower = during.filter((took, i) => took - before[i] >= ms / 2).length;
    return {
      targets,
      links: slowed,
      reached: slower === slowed.length,
      evidence: `${slower} of ${slowed.length} links take at least ${ms / 2} ms longer to carry a probe`,
      heal: async () => {
        const late = (await carried(links, slowed)) - start;
        await links.heal(slowed);
        return { bit: late > 0, evidence: `${late} bytes or packets of database traffic came ${ms} ms late` };
      },
    };
  },
});
