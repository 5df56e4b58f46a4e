import type { AnomalyDefinition } from '../types.ts';
import { FURTHER_CYCLES } from './further-anomalies.ts';
import { LEVELS, NEEDS } from './levels.ts';
import { ADYA, CERONE, CERONE_MODELS, ELLE } from './sources.ts';
import { WITHOUT_ORDER } from './order-anomalies.ts';

/** Classes of cycles, the gravest first. */
export const CLASSES = ['G0', 'G1c', 'G-single-item', 'G-nonadjacent-item', 'G2-item'] as const;

/** Elle's name of a class: without `-item` when a predicate's read is part of the cycle. */
export function classNamed(kind: number, predicate: boolean): string {
  return predicate ? CLASSES[kind].replace('-item', '') : CLASSES[kind];
}

interface CycleClass {
  readonly title: string;
  readonly definition: string;
  readonly source: string;
  readonly severity: 1 | 2 | 3;
  /** The weakest models refuted by such a cycle: of the data alone, with sessions, with real time. */
  readonly violates: readonly [readonly string[], readonly string[], readonly string[]];
}

const CYCLES: Readonly<Record<(typeof CLASSES)[number], CycleClass>> = {
  G0: {
    title: 'Write cycle: transactions overwrote each other in both directions',
    definition:
      'A cycle of transactions each of which overwrote a version that the one before it had installed.',
    source: `${ADYA} (G0)`,
    severity: 3,
    violates: [['read-uncommitted'], ['strong-session-read-uncommitted'], ['strong-read-uncommitted']],
  },
  G1c: {
    title: 'Circular information flow',
    definition:
      'A cycle of write and read dependencies: each transaction saw or overwrote what the one before it did.',
    source: `${ADYA} (G1c)`,
    severity: 3,
    violates: [['read-committed'], ['strong-session-read-committed'], ['strong-read-committed']],
  },
  'G-single-item': {
    title: 'Read skew: one transaction missed part of what it otherwise saw',
    definition:
      'A cycle of dependencies with exactly one anti-dependency: a read that missed a later version.',
    source: `${ADYA} (G-single); ${CERONE}, theorem 21 (parallel snapshot isolation)`,
    severity: 2,
    violates: [
      ['consistent-view', 'repeatable-read', 'parallel-snapshot-isolation'],
      ['strong-session-snapshot-isolation'],
      ['strong-snapshot-isolation'],
    ],
  },
  'G-nonadjacent-item': {
    title: 'Long fork: readers saw writes in different orders',
    definition: 'A cycle with two or more anti-dependencies, no two of them next to each other.',
    source: `${CERONE}, theorem 9 (snapshot isolation)`,
    severity: 2,
    violates: [
      ['repeatable-read', 'snapshot-isolation'],
      ['strong-session-snapshot-isolation'],
      ['strong-snapshot-isolation'],
    ],
  },
  'G2-item': {
    title: 'Write skew: transactions each missed what the other wrote',
    definition: 'A cycle with two or more anti-dependencies, at least two of them next to each other.',
    source: `${ADYA} (G2-item)`,
    severity: 2,
    violates: [['repeatable-read'], ['strong-session-serializable'], ['strict-serializable']],
  },
};

const BISWAS =
  'Biswas & Enea, On the complexity of checking transactional consistency, OOPSLA 2019; AWDIT, PLDI 2025';

/** Violations of weak models that need no cycle of known dependencies; the stronger the model the later. */
const WEAK: readonly AnomalyDefinition[] = [
  {
    name: 'G-monotonic',
    title: 'A transaction that had seen part of another then missed the rest',
    definition:
      'A read returned an older version than one that a transaction had written from which an earlier read of the same transaction had read.',
    source: `${ADYA} (G-monotonic, between two transactions); ${BISWAS} (Read Committed)`,
    severity: 2,
    violates: ['monotonic-atomic-view', 'monotonic-view'],
  },
  {
    name: 'fractured-read',
    title: 'A transaction saw one part of another and missed the rest',
    definition:
      'A transaction read from another, but read a key that the other also wrote from a transaction that must come before it.',
    source: `Bailis et al., Scalable atomic visibility with RAMP transactions, SIGMOD 2014; ${BISWAS} (Read Atomic)`,
    severity: 2,
    violates: ['read-atomic'],
  },
  {
    name: 'causality-violation',
    title: 'A transaction missed what one in its causal past had written',
    definition:
      'A transaction read an older version of a key than one written by a transaction in its causal past.',
    source: `${CERONE_MODELS}; ${BISWAS} (Causal Consistency)`,
    severity: 2,
    violates: ['causal-cerone'],
  },
];

const IN_SESSIONS: Readonly<Record<string, string>> = {
  'G-monotonic': 'strong-session-monotonic-atomic-view',
  'fractured-read': 'strong-session-read-atomic',
  'causality-violation': 'strong-session-causal-cerone',
};

const weak: readonly AnomalyDefinition[] = [
  ...WEAK,
  ...WEAK.map((plain) => ({
    ...plain,
    name: `${plain.name}-process`,
    title: `${plain.title}, given the order of sessions`,
    definition: `${plain.definition} The order of operations within a session is part of the reason.`,
    violates: [IN_SESSIONS[plain.name]],
  })),
];

/** The classes with a predicate's read in them, which repeatable read does not promise anything about. */
const PREDICATE_VIOLATES: Readonly<Record<string, CycleClass['violates']>> = {
  'G-single': [
    ['consistent-view', 'parallel-snapshot-isolation'],
    ['strong-session-snapshot-isolation'],
    ['strong-snapshot-isolation'],
  ],
  'G-nonadjacent': [
    ['snapshot-isolation'],
    ['strong-session-snapshot-isolation'],
    ['strong-snapshot-isolation'],
  ],
  G2: [['serializable'], ['strong-session-serializable'], ['strict-serializable']],
};

const predicateCycles = LEVELS.flatMap((suffix, level) =>
  CLASSES.flatMap((item): AnomalyDefinition[] => {
    const name = item.replace('-item', '');
    if (name === item) return [];
    const { title, definition, source } = CYCLES[item];
    return [
      {
        name: `${name}${suffix}`,
        title: `${title}: phantoms`,
        definition: `${definition} At least one of the anti-dependencies is of a predicate's read, which did not return what the next transaction wrote.${NEEDS[level]}`,
        source,
        severity: 2,
        violates: PREDICATE_VIOLATES[name][level],
      },
    ];
  }),
);

const cycles = LEVELS.flatMap((suffix, level) =>
  CLASSES.map((name): AnomalyDefinition => {
    const { title, definition, source, severity, violates } = CYCLES[name];
    const needs = NEEDS[level];
    return {
      name: `${name}${suffix}`,
      title:
        level === 0 ? title : `${title}, against the order of ${level === 1 ? 'a session' : 'real time'}`,
      definition: definition + needs,
      source: level === 0 ? source : `${source}; ${ELLE}`,
      severity: level === 0 ? severity : 2,
      violates: violates[level],
    };
  }),
);

/** Anomalies of transactions; names are Elle's. `future-read` is shared with the linearizability checker. */
export const TRANSACTION_ANOMALIES: readonly AnomalyDefinition[] = [
  ...cycles,
  ...predicateCycles,
  ...weak,
  ...FURTHER_CYCLES,
  ...WITHOUT_ORDER,
  {
    name: 'unwritten-read',
    title: 'A read of a value that nobody wrote',
    definition: 'A committed transaction read a value that no transaction of the history wrote to that key.',
    source: ELLE,
    severity: 3,
    violates: ['read-uncommitted', 'no-thin-air'],
  },
  {
    name: 'duplicate-elements',
    title: 'A list holds an element twice, although it was appended once',
    definition: 'A committed transaction read a list in which an element occurs more than once.',
    source: `${ELLE} (duplicate-elements)`,
    severity: 3,
    violates: ['read-uncommitted'],
  },
  {
    name: 'G1a',
    title: 'Aborted read',
    definition: 'A committed transaction read a value that a failed transaction wrote.',
    source: `${ADYA} (G1a)`,
    severity: 3,
    violates: ['read-committed', 'no-thin-air'],
  },
  {
    name: 'G1b',
    title: 'Intermediate read',
    definition: 'A committed transaction read a version that its writer overwrote before it committed.',
    source: `${ADYA} (G1b)`,
    severity: 3,
    violates: ['read-committed'],
  },
  {
    name: 'dirty-update',
    title: 'A committed write on top of an aborted one',
    definition:
      'A committed version contains the write of a failed transaction below a later committed write.',
    source: `${ELLE} (dirty update)`,
    severity: 3,
    violates: ['read-committed'],
  },
  {
    name: 'incompatible-order',
    title: 'Two reads of a list that cannot come from one order of appends',
    definition:
      'Committed transactions read two versions of a list of which neither is a prefix of the other, or one in which the appends of a transaction are not in its own order.',
    source: `${ELLE} (inconsistent version orders)`,
    severity: 3,
    violates: ['read-committed'],
  },
  {
    name: 'cyclic-versions',
    title: 'The versions of a key have no order',
    definition:
      'Transactions read and then wrote a key in such a way that its versions follow each other in a circle.',
    source: `${ELLE} (cyclic versions)`,
    severity: 3,
    violates: ['read-committed'],
  },
  {
    name: 'internal',
    title: 'A transaction contradicts itself',
    definition: 'A read differs from what the transaction itself had read or written of the key before.',
    source: 'Cerone, Bernardi & Gotsman, CONCUR 2015 (INT)',
    severity: 2,
    violates: ['read-atomic', 'repeatable-read'],
  },
  {
    name: 'lost-update',
    title: 'Lost update: two transactions updated the same version',
    definition: 'Two or more committed transactions read the same version of a key and then wrote the key.',
    source: `${ADYA}; Bailis et al., Highly available transactions, VLDB 2014 (lost update)`,
    severity: 3,
    violates: ['cursor-stability', 'update-atomic'],
  },
];
