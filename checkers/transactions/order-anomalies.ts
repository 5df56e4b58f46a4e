import type { AnomalyDefinition } from '../types.ts';
import { LEVELS, NEEDS } from './levels.ts';
import { ADYA, CERONE, CERONE_MODELS } from './sources.ts';

const PAPADIMITRIOU =
  'Papadimitriou, The serializability of concurrent database updates, JACM 1979; Cobra, OSDI 2020; PolySI, VLDB 2023';

/** Where the order of versions is not known, and each order that it could be closes some cycle. */
const scheduled: readonly AnomalyDefinition[] = [
  {
    name: 'no-serial-order',
    title: 'Whatever the order of the writes, no serial execution explains the reads',
    definition:
      'Every order of the versions of each key gives a cycle of dependencies, so the transactions have no serial order.',
    source: PAPADIMITRIOU,
    models: ['serializable', 'strong-session-serializable', 'strict-serializable'],
  },
  {
    name: 'no-serial-order-item',
    title: 'Whatever the order of the writes, no serial execution explains the reads of items',
    definition:
      'Every order of the versions of each key gives a cycle of dependencies, those of predicates left aside.',
    source: `${PAPADIMITRIOU}; ${ADYA} (PL-2.99)`,
    models: ['repeatable-read'],
  },
  {
    name: 'no-snapshot-order',
    title: 'Whatever the order of the writes, no snapshots explain the reads',
    definition:
      'Every order of the versions of each key gives a cycle of dependencies that snapshot isolation forbids.',
    source: `${PAPADIMITRIOU}; ${CERONE}`,
    models: ['snapshot-isolation', 'strong-session-snapshot-isolation', 'strong-snapshot-isolation'],
  },
  {
    name: 'no-prefix-order',
    title: 'No order of commits has prefixes that explain the reads',
    definition: 'Every order of commits has a transaction whose reads fit none of its prefixes.',
    source: `${CERONE_MODELS} (PREFIX)`,
    models: ['prefix'],
  },
].flatMap(({ models, ...base }) =>
  models.map((model, level): AnomalyDefinition => ({
    ...base,
    name: base.name + LEVELS[level],
    definition: base.definition + NEEDS[level],
    severity: 2,
    violates: [model],
  })),
);

/** Where the order of versions is not known, and each order closes a cycle that such a model forbids. */
const unavoidable: readonly AnomalyDefinition[] = [
  {
    name: 'no-cursor-order',
    title: 'Whatever the order of the writes, a transaction overwrote what it had not read',
    definition: 'Every order of the versions of each key gives a G-cursor (or a G1c).',
    source: `${ADYA} (PL-CS)`,
    violates: ['cursor-stability'],
  },
  {
    name: 'no-monotonic-order',
    title: 'Whatever the order of the writes, a transaction missed what it had seen effects of',
    definition: 'Every order of the versions of each key gives a G-monotonic (or a G1c).',
    source: `${ADYA} (PL-2L)`,
    violates: ['monotonic-view'],
  },
  {
    name: 'no-consistent-order',
    title: 'Whatever the order of the writes, a transaction missed part of what it otherwise saw',
    definition: 'Every order of the versions of each key gives a G-single (or a G1c).',
    source: `${ADYA} (PL-2+); ${CERONE}, theorem 21 (parallel snapshot isolation)`,
    violates: ['consistent-view', 'parallel-snapshot-isolation'],
  },
  {
    name: 'no-update-order',
    title: 'Whatever the order of the writes, writers have no serial order, or a reader fits none of theirs',
    definition: 'Every order of the versions of each key gives a G-update (or a G1c).',
    source: `${ADYA} (PL-3U)`,
    violates: ['update-serializable'],
  },
].map((base): AnomalyDefinition => ({ ...base, severity: 2 }));

/** Anomalies that no single order of versions shows. */
export const WITHOUT_ORDER: readonly AnomalyDefinition[] = [...scheduled, ...unavoidable];
