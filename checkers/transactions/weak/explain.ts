import { witnessOf } from '../../fold.ts';
import type { Finding } from '../../types.ts';
import { nameOf, type Explainer } from '../explain.ts';
import { IMPLIED } from '../graph.ts';
import { eventOf, type Transactions } from '../micro.ts';
import { anomalyGraph, dotOf } from '../picture.ts';
import { Words } from '../words.ts';
import type { Observations } from './observations.ts';
import type { WeakCycle } from './weak.ts';

/** The name of the node that stands for the initial versions. */
const START = 'the initial value';

/** A transaction saw another: by the micro-operation `read`, or (-1) as the one before it in its session. */
interface Link {
  readonly effect: number;
  readonly cause: number;
  readonly read: number;
}

/** A cycle of a weak model as a finding; its evidence is that of other cycles (see Explainer). */
export function weakFinding(
  transactions: Transactions,
  { seen }: Observations,
  explainer: Explainer,
  { name, steps, reads }: WeakCycle,
): Finding {
  const { count, first, owner, previous } = transactions;
  const words = new Words(transactions);
  const event = (t: number): string => (t === count ? START : `#${eventOf(transactions, t)}`);
  const chains = steps.map(({ from }, i) => (reads[i] < 0 ? [] : causes(owner[reads[i]], from)));
  const members = [
    ...new Set([...steps.map(({ from }) => from), ...chains.flat().map(({ effect }) => effect)]),
  ]
    .filter((t) => t < count)
    .sort((a, b) => a - b);

  /** The shortest way from a transaction back to one in its causal past: what it read or followed, and that in turn. */
  function causes(effect: number, cause: number): Link[] {
    const links = new Map<number, Link | null>([[effect, null]]);
    for (const t of links.keys()) {
      if (t === cause) break;
      const add = (to: number, read: number): void => {
        if (to >= 0 && !links.has(to)) links.set(to, { effect: t, cause: to, read });
      };
      for (let m = first[t]; m < first[t + 1]; m++) add(seen[m], m);
      if (name.endsWith('-process')) add(previous[t], -1);
    }
    const way: Link[] = [];
    for (let link = links.get(cause); link; link = links.get(link.effect)) way.unshift(link);
    return way;
  }

  /** How the reader came to see the writer that step `i` is about. */
  function sight(i: number): string {
    const told: string[] = [];
    for (let at = 0; at < chains[i].length; at++) {
      const { effect, read } = chains[i][at];
      // A session is followed in one go.
      while (read < 0 && chains[i][at + 1]?.read < 0) at++;
      const { cause } = chains[i][at];
      told.push(
        read < 0
          ? `${event(cause)} came before ${event(effect)} in its session`
          : `${words.did(read)} of ${event(cause)}`,
      );
    }
    return told.join(', ');
  }

  function because(i: number): string {
    const { from, to, type } = steps[i];
    if (from === count) return 'every key has its initial value first';
    if (type !== IMPLIED) return explainer.why(steps[i]);
    const m = reads[i];
    const what = words.did(m);
    return `${sight(i)}, and ${what}${to === count ? '' : ` of ${event(to)}`}, although ${event(from)} wrote ${words.key(m)} too`;
  }

  const clauses = steps.map(
    ({ from, to }, i) => `${because(i)}: ${event(from)} must come before ${event(to)}`,
  );
  const direct = steps.length === 2 && steps.some(({ to }) => to === count);
  const only = steps.findIndex(({ to }) => to === count);
  const typed = steps.map(({ from, to, type }) => ({ from, to, type: nameOf(type) }));
  const nodes = members.map((t) => ({ event: eventOf(transactions, t), label: words.line(t) }));
  const arrows = typed
    .filter(({ from, to }) => from < count && to < count)
    .map(({ from, to, type }) => ({
      from: eventOf(transactions, from),
      to: eventOf(transactions, to),
      type,
    }));
  return {
    name,
    certain: true,
    witness: witnessOf(...members.map((t) => eventOf(transactions, t))),
    explanation: direct ? `${because(only)}.` : `A cycle: ${clauses.join('; ')}.`,
    evidence: {
      transactions: members.map((t) => words.transaction(t)),
      edges: typed.flatMap(({ from, to, type }, i) =>
        from === count || to === count
          ? []
          : [{ from: eventOf(transactions, from), to: eventOf(transactions, to), type, because: because(i) }],
      ),
      dot: dotOf(anomalyGraph(nodes, arrows)),
    },
  };
}
