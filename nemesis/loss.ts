import { MILLISECOND } from '../harness/runtime/types.ts';
import { dropped, linksOf } from './links.ts';
import { linksBetween, NODE_TARGETS, nodesOf } from './targets.ts';
import { wrongTarget } from './spec.ts';
import { defineFault, type Injection } from './types.ts';

const PERCENT = /^(\d{1,2})%$/;
const PROBES = 20;
const BETWEEN = 100 * MILLISECOND;

/** Packets vanish at random: TCP sends them again, later and later. */
export const loss = defineFault({
  name: 'loss',
  title: 'Lose a share of the packets between nodes and the others',
  forms: [...NODE_TARGETS, '<node>[+<node>…]'].map((target) => `loss:${target}:<percent>%`),
  validate: (spec, nodes) => {
    if (nodes.length < 2) return 'one node has nobody to lose packets to';
    const percent = Number(PERCENT.exec(spec.option ?? '')?.[1] ?? 0);
    if (percent === 0) return 'it needs a share such as 20%';
    return wrongTarget(spec.target, NODE_TARGETS, nodes);
  },
  inject: async (spec, context): Promise<Injection> => {
    const links = linksOf(context);
    if (links.lose === undefined)
      throw new Error('links of this host lose no packets: they lose all or none');
    const targets = await nodesOf(spec, context);
    const others = context.cluster.nodes.filter((node) => !targets.includes(node));
    // Everybody is meant: then between each two.
    const chosen = others.length > 0 ? linksBetween(targets, others) : among(targets);
    const before = await dropped(links, chosen);
    await links.lose(chosen, Number(PERCENT.exec(spec.option ?? '')?.[1]));
    let lost = 0;
    for (let i = 0; i < PROBES && lost === 0; i++) {
      await context.clock.sleep(BETWEEN);
      lost = (await dropped(links, chosen)) - before;
    }
    return {
      targets,
      links: chosen,
      reached: lost > 0,
      evidence: `${lost} bytes of database traffic lost so far`,
      heal: async () => {
        const all = (await dropped(links, chosen)) - before;
        await links.heal(chosen);
        return { bit: all > 0, evidence: `${all} bytes of database traffic lost` };
      },
    };
  },
});

function among(nodes: readonly string[]) {
  return nodes.flatMap((node, i) => linksBetween([node], nodes.slice(i + 1)));
}
