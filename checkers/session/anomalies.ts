import type { AnomalyDefinition } from '../types.ts';

const TERRY = 'Terry et al., Session guarantees for weakly consistent replicated data, PDIS 1994';

export const SESSION_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'read-your-writes',
    title: 'A session did not see its own write',
    definition:
      'A write of a session was acknowledged, and a later read of that session returned a version that precedes it.',
    source: TERRY,
    severity: 2,
    violates: ['read-your-writes'],
  },
  {
    name: 'monotonic-reads',
    title: 'A session went back in time',
    definition: 'A session read a version, and later one that precedes it.',
    source: TERRY,
    severity: 2,
    violates: ['monotonic-reads'],
  },
  {
    name: 'monotonic-writes',
    title: "A session's later write was seen without its earlier one",
    definition:
      'A session wrote twice; another session saw the later write and then read the key of the earlier one as it was before it.',
    source: TERRY,
    severity: 2,
    violates: ['monotonic-writes'],
  },
  {
    name: 'writes-follow-reads',
    title: 'A write was seen without what its author had read before it',
    definition:
      'A session read a version and then wrote; another session saw that write and then read the key of the former as it was before that version.',
    source: TERRY,
    severity: 2,
    violates: ['writes-follow-reads'],
  },
];
