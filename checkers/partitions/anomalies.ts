import type { AnomalyDefinition } from '../types.ts';

const SLICER = 'Adya et al., Slicer: auto-sharding for datacenter applications, OSDI 2016';
const KARGER = 'Karger et al., Consistent hashing and random trees, STOC 1997';

/** What goes wrong where data are split over shards, and move. */
export const PARTITION_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'double-ownership',
    title: 'A key was served by two owners',
    definition:
      'Two shards served operations on one key under one epoch, or a shard served an operation that began after another one had returned that the key’s later owner had served.',
    source: `${SLICER} (assignment consistency)`,
    severity: 3,
    violates: ['single-owner'],
  },
  {
    name: 'lost-key',
    title: 'An acknowledged write is gone after partitions have moved',
    definition:
      'Once all was quiet, a read of a key returned nothing, or a value whose write had returned before another write of the key was invoked; that one was acknowledged.',
    source: 'Gray & Reuter, Transaction processing, 1993 (durability), on keys that move',
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'moved-between-stayers',
    title: 'A key moved between two members that were there before and after',
    definition:
      'Between two maps of different members, a key changed its owner although its old owner is still a member and its new one was one already.',
    source: `${KARGER} (monotonicity)`,
    severity: 1,
    violates: ['minimal-movement'],
  },
  {
    name: 'movement-off-theory',
    title: 'More or fewer keys moved than the way of partitioning predicts',
    definition:
      'The share of the sampled keys that changed their owner lies outside the interval that theory gives for it: N/(N+1) for a hash modulo N → N+1, 1/(N+1) for consistent hashing with the spread of its virtual nodes.',
    source: KARGER,
    severity: 1,
    violates: [],
  },
  {
    name: 'balance-off-theory',
    title: 'A member has more or fewer keys than the way of partitioning predicts',
    definition:
      'The share of the sampled keys that a member owns lies outside the interval that theory gives for it: 1/N for a hash modulo N, its share of the weights for consistent hashing (with the spread of its virtual nodes) and for fixed partitions.',
    source: KARGER,
    severity: 1,
    violates: [],
  },
  {
    name: 'hot-partition',
    title: 'A shard was asked far more often than the others',
    definition:
      'Between two samples of what each shard had been asked, one had more than 1.5 times the mean of the shards that own data, by 4.5 standard deviations.',
    source: `${SLICER} (load imbalance: the most loaded task over the mean)`,
    severity: 1,
    violates: ['even-load'],
  },
  {
    name: 'hot-key',
    title: 'A tenth of all answers, or more, was about one key',
    definition:
      'Between two samples, more than a tenth of the operations that a node answered were about one key (of keys that are lists: one first element), by 4.5 standard deviations.',
    source:
      'Kleppmann, Designing data-intensive applications, 2017, ch. 6 (skewed workloads and relieving hot spots)',
    severity: 1,
    violates: ['even-load'],
  },
];
