import type { AnomalyDefinition } from '../types.ts';

const HERLIHY_WING = 'Herlihy & Wing, Linearizability, TOPLAS 1990';
const GIBBONS_KORACH = 'Gibbons & Korach, Testing shared memories, SIAM J. Comput. 1997';

/** What the linearizability checker can find, by name. */
export const LINEARIZABILITY_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'thin-air-read',
    title: 'Read of a value that nobody wrote',
    definition:
      'An operation observed a value that is not the initial one and that no operation ever tried to write.',
    source: 'Bouajjani, Enea, Guerraoui & Hamza, On verifying causal consistency, POPL 2017 (ThinAirRead)',
    severity: 3,
    violates: ['linearizable', 'sequential', 'no-stale-read', 'no-thin-air'],
  },
  {
    name: 'failed-write-visible',
    title: 'Read of a value whose write had failed',
    definition:
      'An operation observed a value that only operations which certainly did not happen tried to write (G1a of objects).',
    source: 'Adya, Weak consistency, PhD thesis, MIT 1999 (G1a, aborted reads), on single operations',
    severity: 3,
    violates: ['linearizable', 'sequential', 'no-stale-read', 'no-thin-air'],
  },
  {
    name: 'future-read',
    title: 'Read of a value before its write began',
    definition: 'An operation that observed a value had returned before any write of that value was invoked.',
    source: GIBBONS_KORACH,
    severity: 3,
    violates: ['linearizable', 'no-stale-read', 'no-thin-air'],
  },
  {
    name: 'stale-read',
    title: 'Read of a value that had been overwritten before the read began',
    definition:
      'An operation observed a value although, before it began, another write had completed that itself began after every write of that value had taken effect.',
    source: 'Lamport, On interprocess communication (regular register), 1986',
    severity: 2,
    violates: ['linearizable', 'no-stale-read'],
  },
  {
    name: 'new-old-inversion',
    title: 'An older value seen after a newer one',
    definition:
      'Operations observed two values in an order that contradicts the order in which the values must have been written: once the newer had been seen, an operation that began later saw the older.',
    source: 'Lamport, On interprocess communication (atomic and regular registers), 1986',
    severity: 2,
    violates: ['linearizable'],
  },
  {
    name: 'double-cas',
    title: 'One value replaced by two compare-and-sets',
    definition:
      'Two compare-and-set operations both took effect on the same value, which had been written once: the second should have been refused.',
    source: HERLIHY_WING,
    severity: 3,
    violates: ['linearizable', 'sequential'],
  },
  {
    name: 'cas-cycle',
    title: 'Compare-and-sets that replaced each other in a circle',
    definition:
      'A chain of compare-and-set operations in which each took effect on a value that only its successor made.',
    source: HERLIHY_WING,
    severity: 3,
    violates: ['linearizable', 'sequential'],
  },
  {
    name: 'refused-cas',
    title: 'Compare-and-set refused although the expected value was there',
    definition:
      'A compare-and-set answered "no" although the value it expected had been written before it began and nothing else could have been written until it returned.',
    source: HERLIHY_WING,
    severity: 2,
    violates: ['linearizable'],
  },
  {
    name: 'non-linearizable',
    title: 'No order of the operations explains the results',
    definition:
      'No total order that respects real time is legal for the sequential specification of the object; the witness is a part of the history for which this holds already.',
    source: HERLIHY_WING,
    severity: 2,
    violates: ['linearizable'],
  },
];
