import type { AnomalyDefinition } from '../types.ts';

export const REGULAR_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'unsafe-read',
    title: 'A wrong value read while nobody was writing',
    definition:
      'A read that overlapped no write of the key returned another value than one that a last write before it, by real time, had left.',
    source:
      'Lamport, On interprocess communication (safe register), 1986; several writers as Shao, Pierce & Welch, Multi-writer consistency conditions for shared memory objects, DISC 2003',
    severity: 3,
    violates: ['safe'],
  },
  {
    name: 'write-order-inversion',
    title: 'No one order of the writes explains what the reads returned',
    definition:
      'Two writes were each followed, by real time, by a read that still, or again, returned the other: each read alone could be explained, but not by one order of the writes.',
    source:
      'Viotti & Vukolić, Consistency in non-transactional distributed storage systems, CSUR 2016 (Regular: one order for all reads)',
    severity: 2,
    violates: ['regular-write-order'],
  },
];
