// Transactions over lists and registers: columns → orders of versions → dependency graph → components → the gravest
// cycle of each, in words. After Kingsbury & Alvaro, Elle: inferring isolation anomalies, VLDB 2020.
import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import type { Checker, CheckOptions, Finding, Verdict } from '../types.ts';
import { TRANSACTION_ANOMALIES } from './anomalies.ts';
import { classify, cyclicComponents, type Classification, type Component } from './classify.ts';
import type { Anomaly } from './component.ts';
import { dependencies, type Dependencies } from './dependencies.ts';
import { Explainer } from './explain.ts';
import { forbiddenFindings, type ForbiddenFindings } from './forbidden/findings.ts';
import { DATA, typeOf, type Graph } from './graph.ts';
import { boundary, refutes, strongestOf, violatedBy } from './judged-models.ts';
import { orderFinding } from './polygraph/explain.ts';
import { ordersOf, type Orders } from './polygraph/orders.ts';
import type { Inferred } from './polygraph/polygraph.ts';
import { NotTransactions, transactionsOf, type Transactions } from './micro.ts';
import { TRANSACTIONAL_MODELS } from './models.ts';
import { areWorthwhile, classifyInWorkers } from './workers.ts';
import { weakFinding } from './weak/explain.ts';
import { weakCycles, type WeakFindings } from './weak/weak.ts';

/** Edges looked at in searching for cycles, before the rest is called unknown. */
const BUDGET = 200_000_000;
/** Explained findings a class; further ones only count. */
const EXPLAINED = 10;

const DEFAULT_MODELS = ['strict-serializable'];

export const transactions: Checker = {
  name: 'transactions',
  title: 'No isolation anomaly of transactions over lists and registers (Adya; Elle)',
  anomalies: [...TRANSACTION_ANOMALIES.map(({ name }) => name), 'future-read'],
  check,
};

/**
 * `options.consistency` the models to judge by (default strict serializable): a history is valid when nothing found
 * refutes one of them; everything found is reported all the same. `options.budget` in edges.
 */
function check(history: History, options: CheckOptions): Verdict | Promise<Verdict> {
  let columns: Transactions;
  try {
    columns = transactionsOf(history);
  } catch (error) {
    if (error instanceof NotTransactions) return unknown(error.message);
    throw error;
  }
  if (columns.count === 0)
    return unknown('the history has no transaction (f "txn"): there is nothing to judge');
  const given = dependencies(columns, options.assume?.includes('later-write-wins') ?? false);
  const components = cyclicComponents(given.graph);
  const budget = options.budget ?? BUDGET;
  const judged = (cycles: Classification): Verdict => verdictOf(columns, given, components, cycles, options);
  return areWorthwhile(components)
    ? classifyInWorkers(components, budget).then(judged)
    : judged(classify(components, budget));
}

function verdictOf(
  columns: Transactions,
  given: Dependencies,
  components: readonly Component[],
  cycles: Classification,
  options: CheckOptions,
): Verdict {
  const { graph, reasons, findings, refused } = given;
  const explainer = new Explainer(columns, reasons);
  // What the order of versions is known of, cycles tell.
  const weak =
    given.registers || cycles.anomalies.length > 0
      ? weakCycles(
          columns,
          given.observations(),
          given.known,
          { left: options.budget ?? BUDGET },
          given.isOrdered ? onCycles(columns, components) : null,
        )
      : NO_CYCLES;
  const strong = [...findings, ...explained(cycles.anomalies, explainer)];
  const { not, alsoNot } = boundary(strong.map(({ name }) => name));
  const news = weak.cycles.filter(({ name }) =>
    violatedBy(name).some((model) => !not.includes(model) && !alsoNot.includes(model)),
  );
  const known = [
    ...strong,
    ...news.map((cycle) => weakFinding(columns, given.observations(), explainer, cycle)),
  ];
  const isMixed = known.some(({ name }) => MIXED_CLASSES.includes(name));
  const forbidden = isMixed
    ? forbiddenFindings(given.inferred(), explainer, known, { left: options.budget ?? BUDGET })
    : NOTHING_FORBIDDEN;
  const all = [...known, ...forbidden.findings];
  const asked = modelsOf(options);
  const names = new Set(all.map(({ name }) => name));
  const isRefuted = all.some(({ name }) => refutes(name, asked));
  // Without a mixed cycle lists are serializable, in sessions and in real time if none needs these: what no read shows
  // takes the order of the rest.
  const isOpen = known.some(({ name }) => MIXED_CLASSES.some((mixed) => name.startsWith(mixed)));
  const orders =
    !isRefuted && (given.registers || isOpen)
      ? ordersOf(given.inferred(), strongestOf(asked), names, options.budget ?? BUDGET)
      : NO_ORDERS;
  for (const missing of orders.found) {
    names.add(missing.name);
    const ofPart = (part: Transactions): Inferred => dependencies(part, false).inferred();
    all.push(orderFinding(given.inferred(), missing, ofPart, options.budget ?? BUDGET));
  }
  const wrong = [...names].some((name) => refutes(name, asked));
  const why = [
    ...refused,
    ...undecided([...cycles.undecided, ...weak.undecided, ...forbidden.undecided], asked),
    ...(wrong ? [] : orders.open),
    ...(given.known.data === 0 && all.length === 0 ? [NO_GRAPH] : []),
  ];
  return {
    checker: transactions.name,
    valid: wrong ? false : why.length > 0 ? 'unknown' : true,
    findings: all,
    ...(why.length === 0 ? {} : { reason: why.join('; ') }),
    stats: {
      ...statsOf(columns, graph, cycles, names, asked),
      ...(orders.choices > 0 ? { choices: orders.choices } : {}),
    },
  };
}

/**
 * By transaction: is it on a cycle of any kind? Where all versions are ordered, what reads imply of the order of writers
 * either agrees with it or makes the reader part of a cycle: it missed one of them, on which it depends.
 */
function onCycles({ count }: Transactions, components: readonly Component[]): Uint8Array {
  const found = new Uint8Array(count);
  for (const { members } of components) for (const v of members) if (v < count) found[v] = 1;
  return found;
}

/** Classes of which some cycles refute models that others leave possible. */
const MIXED_CLASSES = ['G-single-item', 'G-nonadjacent-item', 'G2-item', 'G-single', 'G-nonadjacent', 'G2'];

const NO_ORDERS: Orders = { found: [], open: [], choices: 0 };
const NO_CYCLES: WeakFindings = { cycles: [], undecided: [] };
const NOTHING_FORBIDDEN: ForbiddenFindings = { findings: [], undecided: [] };

const NO_GRAPH = 'no transaction depends on another: there is nothing to judge';

function unknown(reason: string): Verdict {
  return { checker: transactions.name, valid: 'unknown', findings: [], reason };
}

/** What was asked for; else what is promised; else the strongest model. */
function modelsOf({ consistency = [], assume = [] }: CheckOptions): readonly string[] {
  const asked = consistency.filter(isModel);
  const promised = assume.filter(isModel);
  return asked.length > 0 ? asked : promised.length > 0 ? promised : DEFAULT_MODELS;
}

const isModel = (name: string): boolean => TRANSACTIONAL_MODELS.some((model) => model.name === name);

/** The anomalies as findings, the smallest of each name explained, the last of them standing for the rest. */
function explained(anomalies: readonly Anomaly[], explainer: Explainer): Finding[] {
  const byName = new Map<string, Anomaly[]>();
  for (const anomaly of anomalies) byName.set(anomaly.name, [...(byName.get(anomaly.name) ?? []), anomaly]);
  return [...byName.values()].flatMap((same) => {
    const sorted = [...same].sort((a, b) => a.steps.length - b.steps.length);
    const rest = sorted.length - EXPLAINED;
    return sorted.slice(0, EXPLAINED).map((anomaly, i) => ({
      ...explainer.finding(anomaly),
      ...(i === EXPLAINED - 1 && rest > 0 ? { count: rest + 1 } : {}),
    }));
  });
}

function undecided(classes: readonly string[], asked: readonly string[]): string[] {
  const open = classes.filter((name) => refutes(name, asked));
  if (open.length === 0) return [];
  return [`the search for ${open.join(', ')} ended with its budget: raise --budget`];
}

function statsOf(
  { count }: Transactions,
  graph: Graph,
  cycles: Classification,
  names: ReadonlySet<string>,
  asked: readonly string[],
): { readonly [name: string]: Json } {
  let dependencies = 0;
  for (const edge of graph.edges) if ((typeOf(edge) & DATA) !== 0) dependencies++;
  return {
    transactions: count,
    dependencies,
    components: cycles.components,
    asked: strongestOf(asked),
    models: { ...boundary(names) },
  };
}
