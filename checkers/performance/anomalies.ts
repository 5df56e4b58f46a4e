import type { AnomalyDefinition } from '../types.ts';

export const RECOVERY_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'no-recovery',
    title: 'Nodes that did not come back',
    definition: 'After every fault was healed and dead nodes were restarted, some node did not serve again.',
    source: 'Alpern & Schneider, Defining liveness, 1985',
    severity: 3,
    violates: ['recovers'],
  },
  {
    name: 'not-settled',
    title: 'Replicas that did not catch up in time',
    definition:
      'After every fault was healed, a marker written through each node did not show on every node by the deadline.',
    source: 'Alpern & Schneider, Defining liveness, 1985',
    severity: 2,
    violates: ['recovers'],
  },
  {
    name: 'no-progress',
    title: 'No answers from a healthy majority',
    definition:
      'For ten seconds more than half of the nodes were healthy, operations were tried, and none of them succeeded.',
    source: 'Alpern & Schneider, Defining liveness, 1985',
    severity: 2,
    violates: ['progress'],
  },
  {
    name: 'split-brain',
    title: 'Two primaries at once',
    definition: 'Two nodes, asked at the same moment, both said that they take writes as the primary.',
    source:
      'Davidson, Garcia-Molina & Skeen, Consistency in partitioned networks, ACM Computing Surveys 1985',
    severity: 2,
    violates: ['single-primary'],
  },
];
