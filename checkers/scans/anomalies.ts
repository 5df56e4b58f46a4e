import type { AnomalyDefinition } from '../types.ts';

const INDEXES =
  'Kleppmann, Designing data-intensive applications, 2017, ch. 6 (secondary indexes); Lamport, On interprocess communication, 1986 (regular register), a key';
const SCANS =
  'Lamport, On interprocess communication, 1986 (regular register), a key; Jepsen, checker.clj (set-full)';
const RAMP =
  'Bailis, Fekete, Hellerstein, Ghodsi & Stoica, Scalable atomic visibility with RAMP transactions, SIGMOD 2014 (fractured reads)';

export const SCAN_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'phantom-entry',
    title: 'An index gave a row that never was',
    definition:
      'An index query gave a row, or a version of it, that no write begun before the query ended had put there under that term, or only a failed one.',
    source: INDEXES,
    severity: 3,
    violates: ['index-follows-base', 'no-thin-air'],
  },
  {
    name: 'stale-entry',
    title: 'An index gave a row that was no longer so',
    definition:
      'An index query gave a version of a row that another write had replaced or deleted, acknowledged before the query began.',
    source: INDEXES,
    severity: 2,
    violates: ['fresh-index'],
  },
  {
    name: 'missing-entry',
    title: 'An index did not give a row that it should',
    definition:
      'A row certainly held the term from before the query began until after it ended, and the index query did not give it.',
    source: INDEXES,
    severity: 2,
    violates: ['fresh-index'],
  },
  {
    name: 'doubled-entry',
    title: 'An index gave one row twice',
    definition: 'One index query gave the same key more than once.',
    source: INDEXES,
    severity: 2,
    violates: ['index-follows-base'],
  },
  {
    name: 'index-ahead-of-base',
    title: 'An index showed what the base did not have',
    definition:
      'An index query gave a version of a row, and a read of the row that began after the query ended found it as it was before that version.',
    source: INDEXES,
    severity: 3,
    violates: ['index-follows-base'],
  },
  {
    name: 'dangling-entry',
    title: 'An index entry was left behind',
    definition:
      'After quiescence an index query gave a row that no longer is so: read before and after the query, it had another term, another version, or was gone.',
    source: INDEXES,
    severity: 3,
    violates: ['convergent-index'],
  },
  {
    name: 'lost-entry',
    title: 'An index entry was lost',
    definition:
      'After quiescence an index query did not give a row that holds the term, as reads of it before and after the query show.',
    source: INDEXES,
    severity: 3,
    violates: ['convergent-index'],
  },
  {
    name: 'skipped-key',
    title: 'A range scan skipped a key',
    definition:
      'A key of the range certainly was there from before the scan began until after it ended, and the scan does not show it.',
    source: SCANS,
    severity: 3,
    violates: ['complete-scans'],
  },
  {
    name: 'doubled-key',
    title: 'A range scan showed a key twice',
    definition: 'One range scan shows the same key more than once.',
    source: SCANS,
    severity: 2,
    violates: ['complete-scans'],
  },
  {
    name: 'ghost-key',
    title: 'A range scan showed a key that was gone',
    definition: 'A range scan shows a key whose removal had been acknowledged before the scan began.',
    source: SCANS,
    severity: 3,
    violates: ['complete-scans'],
  },
  {
    name: 'stale-scan',
    title: 'A range scan showed an old value',
    definition:
      'A range scan shows a value of a key that another write had replaced, acknowledged before the scan began.',
    source: SCANS,
    severity: 2,
    violates: ['complete-scans'],
  },
  {
    name: 'phantom-key',
    title: 'A range scan showed what never was, or what nobody asked for',
    definition:
      'A range scan shows a key outside of its range, or with a value that nobody had written, or only a failed write.',
    source: SCANS,
    severity: 3,
    violates: ['complete-scans', 'no-thin-air'],
  },
  {
    name: 'scan-order',
    title: 'A range scan out of order',
    definition: 'A range scan shows a key after a greater one.',
    source: SCANS,
    severity: 1,
    violates: ['complete-scans'],
  },
  {
    name: 'torn-row',
    title: 'A reader saw half of a write',
    definition:
      'A read shows a write in one column and, in another that it wrote as well, a write that must have come before it: by real time, or because that one is half seen in turn.',
    source: RAMP,
    severity: 3,
    violates: ['atomic-rows'],
  },
  {
    name: 'mixed-row',
    title: 'A reader saw columns of different moments',
    definition:
      'A read shows columns of a row as they never were together, although no write is seen by half: one column is older than a write that came before what another column shows.',
    source: RAMP,
    severity: 2,
    violates: ['atomic-rows'],
  },
];
