import type { AnomalyDefinition } from '../types.ts';
import { ADYA } from './sources.ts';

/** Cycles that models between read committed and serializability forbid, told where no graver name does. */
export const FURTHER_CYCLES: readonly AnomalyDefinition[] = [
  {
    name: 'G-cursor',
    title: 'A transaction overwrote what it had not read',
    definition:
      'A transaction read a version of a key and then wrote the key, while another wrote it in between: a cycle of one anti-dependency and write dependencies, all of one key.',
    source: `${ADYA} (G-cursor)`,
    severity: 2,
    violates: ['cursor-stability'],
  },
  {
    name: 'G-monotonic-indirect',
    title: 'A transaction missed a write on which something depends that it had seen before',
    definition:
      'A cycle with exactly one anti-dependency, from a read, that returns to its transaction by an operation before that read: G-monotonic over more than two transactions.',
    source: `${ADYA} (G-monotonic)`,
    severity: 2,
    violates: ['monotonic-view'],
  },
  {
    name: 'G-update',
    title: 'The transactions that write have no serial order, or one that only reads fits none of theirs',
    definition:
      'A cycle with one or more anti-dependencies in which at most one transaction does nothing but read.',
    source: `${ADYA} (G-update)`,
    severity: 2,
    violates: ['update-serializable'],
  },
];
