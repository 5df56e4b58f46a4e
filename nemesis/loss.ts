import type { Link, LinkCounters, Links } from '../harness/hosts/types.ts';
import { MILLISECOND } from '../harness/runtime/types.ts';
import { linksOf } from './links.ts';
import { BETWEEN_SITES, linksMeant, NODE_TARGETS, nodesOf } from './targets.ts';
import { wrongTarget } from './spec.ts';
import { defineFault, type FaultFamily, type Injection } from './types.ts';

const PERCENT = /^(\d{1,2})%$/;
const TARGETS = [...NODE_TARGETS, BETWEEN_SITES];
const PROBES = 20;
const BETWEEN = 100 * MILLISECOND;

/** What happens to a share of what nodes send each other. */
interface Mishap {
  readonly name: string;
  readonly title: string;
  /** What became of the traffic that it met, in words. */
  readonly done: string;
  readonly act: (links: Links) => ((chosen: readonly Link[], amount: number) => Promise<void>) | undefined;
  /** How much of it is written: a share unless it says otherwise. */
  readonly amount?: { readonly pattern: RegExp; readonly form: string; readonly asked: string };
  readonly count: (counters: LinkCounters) => number;
  readonly refused: string;
}

const SHARE = { pattern: PERCENT, form: '<percent>%', asked: 'a share such as 20%' };

function shareOf({ name, title, done, act, count, refused, amount = SHARE }: Mishap): FaultFamily {
  const amountOf = (option: string | null) => Number(amount.pattern.exec(option ?? '')?.[1] ?? 0);
  return defineFault({
    name,
    title,
    forms: [...TARGETS, '<node>[+<node>…]'].map((target) => `${name}:${target}:${amount.form}`),
    validate: (spec, nodes) => {
      if (nodes.length < 2) return 'one node has nobody to talk to';
      if (amountOf(spec.option) === 0) return `it needs ${amount.asked}`;
      return wrongTarget(spec.target, TARGETS, nodes);
    },
    inject: async (spec, context): Promise<Injection> => {
      const links = linksOf(context);
      const start = act(links);
      if (start === undefined) throw new Error(refused);
      const targets = await nodesOf(spec, context);
      const chosen = linksMeant(spec, context, targets);
      const met = async () => {
        const counters = await Promise.all(chosen.map((link) => links.counters(link)));
        return counters.reduce((sum, one) => sum + count(one), 0);
      };
      const before = await met();
      await start(chosen, amountOf(spec.option));
      let seen = 0;
      for (let i = 0; i < PROBES && seen === 0; i++) {
        await context.clock.sleep(BETWEEN);
        seen = (await met()) - before;
      }
      const told = (amount: number) => `${amount} bytes or packets of database traffic ${done}`;
      return {
        targets,
        links: chosen,
        reached: seen > 0,
        evidence: `${told(seen)} so far`,
        heal: async () => {
          const all = (await met()) - before;
          await links.heal(chosen);
          return { bit: all > 0, evidence: told(all) };
        },
      };
    },
  });
}

/** Packets vanish at random: TCP sends them again, later and later; in simulation a message is gone. */
export const loss = shareOf({
  name: 'loss',
  title: 'Lose a share of the packets between nodes and the others',
  done: 'lost',
  act: (links) => links.lose?.bind(links),
  count: ({ dropped }) => dropped,
  refused: 'links of this host lose no packets: they lose all or none',
});

/** What TCP spares an application, and datagrams or a proxy that retries do not. */
export const duplicate = shareOf({
  name: 'duplicate',
  title: 'Deliver a share of the messages between nodes and the others twice',
  done: 'delivered twice',
  act: (links) => links.duplicate?.bind(links),
  count: ({ duplicated = 0 }) => duplicated,
  refused: 'links of this host double no messages',
});

export const reorder = shareOf({
  name: 'reorder',
  title:
    'Hold a share of the messages between nodes and the others back until later ones have overtaken them',
  done: 'overtaken by later ones',
  act: (links) => links.reorder?.bind(links),
  count: ({ reordered = 0 }) => reordered,
  refused: 'links of this host keep the order of messages',
});

/** A narrow link: what is more than it carries is lost, so that TCP slows down, and replicas fall behind. */
export const rate = shareOf({
  name: 'rate',
  title: 'Let links between nodes and the others carry only so much a second',
  done: 'lost, being more than the links carry',
  act: (links) => links.narrow?.bind(links),
  count: ({ dropped }) => dropped,
  refused: 'links of this host are as wide as they are: use --world docker',
  amount: {
    pattern: /^(\d{1,5})kB$/,
    form: '<kilobytes a second>kB',
    asked: 'a width such as 16kB, a second',
  },
});
