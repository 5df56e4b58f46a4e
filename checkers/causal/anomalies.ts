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
  {
    name: 'cyclic-hb',
    title: 'No one order of the writes explains what one session read',
    definition:
      'For one session: whenever a write of a key must come before a read of that session, it must come before the write that the read returned; together with causality these orders have a cycle.',
    source: `${POPL17} (CyclicHB)`,
    severity: 2,
    violates: ['causal-memory'],
  },
  {
    name: 'write-hb-init-read',
    title: 'The initial value, although a write must come before it for this session',
    definition:
      'A read returned the initial value of a key although a write of that key comes before the read in every order that explains the session.',
    source: `${POPL17} (WriteHBInitRead)`,
    severity: 2,
    violates: ['causal-memory'],
  },
  {
    name: 'non-pram',
    title: 'No one order of the writes, each session in its own, explains what one session read',
    definition:
      'For one session there is no order of all writes and its own reads that keeps the writes of every session in their order and explains the reads.',
    source: 'Lipton & Sandberg, PRAM: a scalable shared memory, Princeton CS-TR-180-88, 1988',
    severity: 2,
    violates: ['pram'],
  },
];
