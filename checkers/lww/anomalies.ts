import type { AnomalyDefinition } from '../types.ts';

const BAYOU = 'Terry et al., Managing update conflicts in Bayou, SOSP 1995';
const DYNAMO =
  'DeCandia et al., Dynamo, SOSP 2007; Kingsbury, Jepsen: Cassandra, 2013 (lost updates under last writer wins)';
const CCV =
  'Bouajjani, Enea, Guerraoui & Hamza, On verifying causal consistency, POPL 2017 (causal convergence)';

export const LWW_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'total-loss',
    title: 'An acknowledged write left no trace',
    definition:
      'A write of a cell was acknowledged and the row never deleted, but after quiescence every replica shows the cell as if nobody had written it.',
    source: DYNAMO,
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'field-loss',
    title: 'A field was overwritten by a write that never touched it',
    definition:
      'An acknowledged write of a field was lost although no competing write of that field explains it; a write of other fields of the row won and carried the old value along.',
    source: DYNAMO,
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'causal-inversion',
    title: 'A write lost to one that it had followed',
    definition:
      'After quiescence a cell holds a value whose write is causally before another acknowledged write of the cell, which nothing superseded.',
    source: CCV,
    severity: 3,
    violates: ['causal'],
  },
  {
    name: 'resurrection',
    title: 'A deleted value came back',
    definition:
      'A delete was acknowledged, and after quiescence the cell holds a value whose write is causally before the delete.',
    source: CCV,
    severity: 3,
    violates: ['causal', 'durable'],
  },
  {
    name: 'clock-skew-loss',
    title: 'A later write lost to an earlier one',
    definition:
      'After quiescence a cell holds a value whose write had completed before another acknowledged write of the cell, which nothing superseded, began: the clocks that stamped the two differ by at least the gap.',
    source: DYNAMO,
    severity: 3,
    violates: ['linearizable', 'later-write-wins'],
  },
  {
    name: 'concurrent-discard',
    title: 'One of two concurrent writes was silently discarded',
    definition:
      'An acknowledged write that nothing superseded lost to one that is neither causally nor in real time before it. Last writer wins permits this.',
    source: DYNAMO,
    severity: 1,
    violates: [],
  },
  {
    name: 'divergence',
    title: 'Replicas that do not agree',
    definition: 'After updates had stopped and the replicas had settled, reads of two of them differ.',
    source: BAYOU,
    severity: 3,
    violates: ['convergent'],
  },
];
