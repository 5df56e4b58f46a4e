import type { AnomalyDefinition } from '../types.ts';

const POPL17 = 'Bouajjani, Enea, Guerraoui & Hamza, On verifying causal consistency, POPL 2017';

export const CAUSAL_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'write-co-init-read',
    title: 'The initial value, although a write was in the causal past',
    definition:
      'A read returned the initial value of a key although a write of that key is causally before the read.',
    source: `${POPL17} (WriteCOInitRead)`,
    severity: 2,
    violates: ['causal'],
  },
  {
    name: 'write-co-read',
    title: 'A value that had been causally overwritten',
    definition:
      'A read returned the value of a write although another write of the key is causally after that write and causally before the read.',
    source: `${POPL17} (WriteCORead)`,
    severity: 2,
    violates: ['causal'],
  },
  {
    name: 'cyclic-cf',
    title: 'No one order of conflicting writes explains the reads',
    definition:
      'Whenever a read returns a write with another write of the key in its causal past, the latter must be ordered first; together with causality these orders have a cycle.',
    source: `${POPL17} (CyclicCF)`,
    severity: 2,
    violates: ['causal-convergent'],
  },
];
