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
];
