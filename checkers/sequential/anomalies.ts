import type { AnomalyDefinition } from '../types.ts';

export const SEQUENTIAL_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'non-sequential',
    title: 'No one order that keeps each session in its own explains the results',
    definition:
      'No total order of the operations that keeps those of each session in their order is legal for the sequential specification of the objects; the witness is a part of the history for which this holds already.',
    source:
      'Lamport, How to make a multiprocessor computer that correctly executes multiprocess programs, 1979',
    severity: 2,
    violates: ['sequential'],
  },
];
