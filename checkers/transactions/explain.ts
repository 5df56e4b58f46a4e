// Why one transaction must come before another, in words: found again from the columns, edge by edge.
import { READ, eventOf, type Transactions } from './micro.ts';
import { ANY_RW, IMPLIED, PROCESS, REALTIME, WR, WW } from './graph.ts';
import type { Anomaly } from './component.ts';
import type { Cycle } from './cycle.ts';
import { anomalyGraph, dotOf } from './picture.ts';
import type { Step } from './search.ts';
import { shortened } from './shorten.ts';
import { Words } from './words.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Finding } from '../types.ts';
import { witnessOf } from '../fold.ts';

/** What a kind of keys knows of dependencies: a clause, without the conclusion, or null when it knows of none. */
export interface Reasons {
  readonly why: (from: number, to: number, type: number) => string | null;
}

/** Transactions in a picture at most. */
const DRAWN = 50;

const NAMES: readonly (readonly [number, string])[] = [
  [WW | IMPLIED, 'ww'],
  [WR, 'wr'],
  [ANY_RW, 'rw'],
  [PROCESS, 'process'],
  [REALTIME, 'realtime'],
];

/** The type of an edge as it is called in print: `ww`, `wr`, `rw`, `process`, `realtime`. */
export const nameOf = (type: number): string => NAMES.find(([mask]) => (mask & type) !== 0)?.[1] ?? '';

/** Turns cycles into findings. */
export class Explainer {
  readonly #transactions: Transactions;
  readonly #reasons: readonly Reasons[];
  readonly #words: Words;

  constructor(transactions: Transactions, reasons: readonly Reasons[]) {
    this.#transactions = transactions;
    this.#reasons = reasons;
    this.#words = new Words(transactions);
  }

  /**
   * Evidence: `transactions` the nodes, `edges` between their events with type and reason, `component` how many
   * transactions hang together, `dot` the picture, `also` cycles of other classes among them.
   */
  finding(anomaly: Anomaly): Finding {
    const cycle = { ...anomaly, ...this.shortened(anomaly) };
    return this.#finding(cycle);
  }

  /** A cycle that is to be told as it is. */
  cycle(name: string, steps: readonly Step[]): Finding {
    return this.#finding({ name, steps, size: new Set(steps.map(({ from }) => from)).size, also: [] });
  }

  /** See shorten.ts. */
  shortened(cycle: Cycle): Cycle {
    return shortened(cycle, (from, to, type) => this.#reason(from, to, type) !== null);
  }

  #finding(anomaly: Anomaly): Finding {
    const clauses = anomaly.steps.map(
      (step) => `${this.why(step)}: ${this.#event(step.from)} must come before ${this.#event(step.to)}`,
    );
    return {
      name: anomaly.name,
      certain: true,
      witness: witnessOf(...anomaly.steps.map((step) => eventOf(this.#transactions, step.from))),
      explanation: `A cycle: ${clauses.join('; ')}.`,
      evidence: {
        transactions: anomaly.steps.map((step) => this.#words.transaction(step.from)),
        edges: this.#edges(anomaly),
        component: anomaly.size,
        ...this.#picture(anomaly),
        ...(anomaly.also.length === 0 ? {} : { also: anomaly.also.map((other) => this.#other(other)) }),
      },
    };
  }

  /** As a graph for Graphviz, unless it is too large to be of help. */
  #picture(cycle: Cycle): { readonly dot?: string } {
    if (cycle.steps.length > DRAWN) return {};
    const nodes = cycle.steps.map(({ from }) => ({
      event: eventOf(this.#transactions, from),
      label: this.#words.line(from),
    }));
    const arrows = cycle.steps.map((step) => this.#arrow(step));
    return { dot: dotOf(anomalyGraph(nodes, arrows)) };
  }

  #arrow({ from, to, type }: Step): { readonly from: number; readonly to: number; readonly type: string } {
    return {
      from: eventOf(this.#transactions, from),
      to: eventOf(this.#transactions, to),
      type: nameOf(type),
    };
  }

  #other(cycle: Cycle): Json {
    return { anomaly: cycle.name, edges: this.#edges(cycle) };
  }

  #edges({ steps }: Cycle): Json {
    return steps.map((step) => ({ ...this.#arrow(step), because: this.why(step) }));
  }

  #event(t: number): string {
    return `#${eventOf(this.#transactions, t)}`;
  }

  /** Why the one must come before the other, as a clause without the conclusion. @throws Error when there is no reason */
  why({ from, to, type }: Step): string {
    const found = this.#reason(from, to, type);
    if (found === null)
      throw new Error(`no reason for the edge ${this.#event(from)} → ${this.#event(to)} of type ${type}`);
    return found;
  }

  /** Why `from` comes before `to` by this type of edge; null when it does not follow directly. */
  #reason(from: number, to: number, type: number): string | null {
    if (type === PROCESS) return this.#sameSession(from, to);
    if (type === REALTIME) return this.#earlier(from, to);
    for (const { why } of this.#reasons) {
      const found = why(from, to, type);
      if (found !== null) return found;
    }
    return null;
  }

  #sameSession(from: number, to: number): string | null {
    const { previous } = this.#transactions;
    let t = previous[to];
    while (t > from) t = previous[t];
    return t === from
      ? `${this.#event(from)} and ${this.#event(to)} are of one session, in this order`
      : null;
  }

  #earlier(from: number, to: number): string | null {
    const { after, history, invoke } = this.#transactions;
    if (after[from] > to) return null;
    const gap = history.time[invoke[to]] - history.time[eventOf(this.#transactions, from)];
    const by = gap > 0 ? ` (${(gap / 1e6).toFixed(3)} ms)` : '';
    return `${this.#event(from)} had completed before ${this.#event(to)} began${by}`;
  }
}

/** Pairs of micro-operations of two transactions on one key, the first of `from`. */
export function* pairsOf(
  { first, key }: Transactions,
  from: number,
  to: number,
): Generator<readonly [number, number]> {
  for (let a = first[from]; a < first[from + 1]; a++)
    for (let b = first[to]; b < first[to + 1]; b++) if (key[a] === key[b]) yield [a, b];
}

export const isRead = ({ kind }: Transactions, m: number): boolean => kind[m] === READ;
