import type { AnomalyDefinition } from '../types.ts';

export const STALENESS_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'too-old',
    title: 'A read older than the bound',
    definition:
      'A read returned a version although, longer before it began than the bound, another write was acknowledged that had begun after that version had taken effect.',
    source: 'Golab, Li & Shah, Analyzing consistency properties for fun and profit, PODC 2011 (Δ-atomicity)',
    severity: 2,
    violates: ['bounded-staleness', 'no-stale-read'],
  },
  {
    name: 'too-many-versions-behind',
    title: 'A read more versions behind than the bound',
    definition:
      'A read returned a version although more writes than the bound had begun after that version had taken effect and were acknowledged before the read began.',
    source:
      'Aiyer, Alvisi & Bazzi, On the availability of non-strict quorum systems, DISC 2005 (k-atomicity); Bailis et al., PBS, VLDB 2012',
    severity: 2,
    violates: ['k-staleness', 'no-stale-read'],
  },
];
