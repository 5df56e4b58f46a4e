import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import type { Findings } from '../sets-queues-counters/elements.ts';
import { eventOf, membersOf, place, type Finals, type ReplicatedOperation } from './operations.ts';
import type { Cover, Element } from './set-state.ts';

interface FinalSet {
  readonly history: History;
  readonly findings: Findings;
  readonly finals: Finals<ReplicatedOperation>;
  readonly settled: boolean;
  readonly assumed: ReadonlySet<string>;
  readonly elements: Iterable<Element>;
}

/** Judges what is left of a set after quiescence. */
export function judgeFinalSet(one: FinalSet): void {
  const { history, findings, finals, settled } = one;
  const { reads } = finals;
  const { key } = reads[0].op;
  const shown = reads.map(({ op }) => new Set(membersOf(op.answer).map(identityOf)));
  const events = reads.map(({ event }) => event);
  const places = events.map((event) => place(history, event)).join(', ');
  for (const element of one.elements) {
    const identity = identityOf(element.value);
    const having = shown.filter((set) => set.has(identity)).length;
    const name = JSON.stringify(element.value);
    const evidence = {
      element: element.value,
      finals: reads.map(({ event, node }, i) => ({ event, node, value: shown[i].has(identity) })),
    };
    if (having > 0 && having < reads.length) {
      const has = shown.findIndex((set) => set.has(identity));
      const lacks = shown.findIndex((set) => !set.has(identity));
      const why = `After quiescence ${name} is in the set at ${place(history, events[has])}, but not at ${place(history, events[lacks])}.`;
      const adds = element.adds.slice(0, 1).map(eventOf);
      findings.add('divergence', key, [...adds, events[has], events[lacks]], why, settled, evidence);
    }
    if (having === 0) {
      const add = owed(element, finals.began);
      if (add === null) continue;
      const removes = element.removes.filter((remove) => remove.completed < add.invoked);
      const since =
        removes.length === 0 ? 'nobody ever removed it' : 'every remove of it had returned before';
      const why = `${name} was added (acknowledged: ${place(history, add.completed)}) and ${since}, but no replica has it at the end (${places}).`;
      findings.add('lost-add', key, [add.completed, ...events], why, settled, evidence);
    } else resurrected(one, element, reads[shown.findIndex((set) => set.has(identity))].event, evidence);
  }
}

/** An acknowledged add of the element that no remove can have struck; null if there is none. */
function owed({ adds, struck }: Element, began: number): ReplicatedOperation | null {
  return adds.find((add) => add.type === 'ok' && add.completed < began && struck < add.invoked) ?? null;
}

function resurrected(
  { history, findings, settled, assumed }: FinalSet,
  { adds, covered, value }: Element,
  read: number,
  evidence: { readonly [name: string]: Json },
): void {
  if (adds.length === 0 || !adds.every((add) => covered.has(add))) return;
  const covers = fewest(
    adds.map((add) => [...covered.get(add)!.values()]),
    assumed.has('monotonic-reads'),
  );
  const byReading = covers.flatMap((cover) => cover.read ?? []);
  const certain =
    settled && assumed.has('read-your-writes') && (byReading.length === 0 || assumed.has('monotonic-reads'));
  const removes = [...new Set(covers.map(({ remove }) => remove.completed))];
  const why =
    `${JSON.stringify(value)} is in the set at the end (${place(history, read)}), although each add of it ` +
    `(#${adds.map(eventOf).join(', #')}) was seen by the session that then removed it (#${removes.join(', #')}).`;
  const witness = [...adds.map(eventOf), ...byReading.map((r) => r.completed), ...removes, read];
  const assumes = ['read-your-writes', ...(byReading.length === 0 ? [] : ['monotonic-reads'])];
  findings.add('resurrected-element', adds[0].key, witness, why, certain, { ...evidence, assumes });
}

/** One cover of each add, with no more removes than are needed; by reading the element only where need be, or `trusted`. */
function fewest(all: readonly (readonly Cover[])[], trusted: boolean): Cover[] {
  const choices = all.map((covers) => {
    const own = covers.filter(({ read }) => read === null || trusted);
    return own.length > 0 ? own : covers;
  });
  const removes = new Set(choices.flatMap((covers) => covers.map(({ remove }) => remove)));
  for (const remove of [...removes]) {
    removes.delete(remove);
    if (!choices.every((covers) => covers.some((cover) => removes.has(cover.remove)))) removes.add(remove);
  }
  return choices.map((covers) => covers.find((cover) => removes.has(cover.remove))!);
}
