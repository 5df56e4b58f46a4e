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

/** A cycle of a weak model as a finding; its evidence is that of other cycles (see Explainer). */
export function weakFinding(
  transactions: Transactions,
  { seen }: Observations,
  explainer: Explainer,
  { name, steps, reads }: WeakCycle,
): Finding {
  const { count, first, owner, session } = transactions;
  const words = new Words(transactions);
  const event = (t: number): string => (t === count ? START : `#${eventOf(transactions, t)}`);
  const readers = reads.filter((m) => m >= 0).map((m) => owner[m]);
  const members = [...new Set([...steps.map(({ from }) => from), ...readers])].filter((t) => t < count);

  /** How the reader of `m` came to see `writer`. */
  function sight(m: number, writer: number): string {
    const reader = owner[m];
    for (let other = first[reader]; other < first[reader + 1]; other++)
      if (seen[other] === writer) return `${words.did(other)} of ${event(writer)}`;
    return session[reader] === session[writer]
      ? `${event(writer)} came before ${event(reader)} in its session`
      : `${event(writer)} is in the causal past of ${event(reader)}`;
  }

  function because(i: number): string {
    const { from, to, type } = steps[i];
    if (from === count) return 'every key has its initial value first';
    if (type !== IMPLIED) return explainer.why(steps[i]);
    const m = reads[i];
    const what = words.did(m);
    return `${sight(m, from)}, and ${what}${to === count ? '' : ` of ${event(to)}`}, although ${event(from)} wrote ${words.key(m)} too`;
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
