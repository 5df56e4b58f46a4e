import type { AnomalyDefinition } from '../types.ts';

const JEPSEN = 'Jepsen, checker.clj (set, set-full, queue, counter)';

export const COLLECTION_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'lost-acknowledged-write',
    title: 'An acknowledged write was lost',
    definition:
      'A write was acknowledged, nothing removed what it wrote, and no final read, taken after the faults were healed and the replicas had settled, contains it.',
    source: JEPSEN,
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'unexpected-element',
    title: 'An element that nobody had added',
    definition:
      'A read of a collection contains an element whose add had not been invoked before the read completed.',
    source: JEPSEN,
    severity: 3,
    violates: ['no-thin-air'],
  },
  {
    name: 'duplicate-element',
    title: 'An element that is there twice',
    definition: 'A read of a set contains an element more than once: its add took effect twice.',
    source: JEPSEN,
    severity: 3,
    violates: ['no-duplicates'],
  },
  {
    name: 'duplicate-id',
    title: 'An id that was handed out twice',
    definition: 'Two acknowledged generations of a unique id returned the same value.',
    source: 'Jepsen, checker.clj (unique-ids)',
    severity: 3,
    violates: ['no-duplicates'],
  },
  {
    name: 'counter-out-of-bounds',
    title: 'A counter outside its bounds',
    definition:
      'A read of a counter returned what no set of the adds invoked until then makes: more than all increments, less than all decrements, or a sum that no choice of them has.',
    source: 'Jepsen, checker.clj (counter)',
    severity: 3,
    violates: ['no-thin-air'],
  },
  {
    name: 'lost-element',
    title: 'An element that went into the queue and never came out',
    definition:
      'An enqueue was acknowledged and the queue drained to empty, but no dequeue returned the element.',
    source: 'Jepsen, checker.clj (total-queue)',
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'duplicate-delivery',
    title: 'An element that came out of the queue more than once',
    definition: 'More dequeues returned an element than had been enqueued.',
    source: 'Jepsen, checker.clj (total-queue)',
    severity: 2,
    violates: ['no-duplicates'],
  },
  {
    name: 'wrong-total',
    title: 'Money made or lost',
    definition:
      'A read of all accounts of a bank, between which only transfers happen, does not add up to the total.',
    source: 'Jepsen, tests/bank.clj',
    severity: 3,
    violates: ['consistent-view', 'repeatable-read'],
  },
  {
    name: 'negative-balance',
    title: 'An account below zero',
    definition: 'A read of all accounts shows a negative balance, which transfers were to refuse.',
    source: 'Jepsen, tests/bank.clj',
    severity: 3,
    violates: ['serializable'],
  },
];
