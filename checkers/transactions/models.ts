// The transactional consistency models, as data: what implies what. What refutes them stands with the anomalies.
import type { Guarantee } from '../guarantees.ts';

const ADYA = 'Adya, Weak consistency, MIT 1999';
const CERONE = 'Cerone, Bernardi & Gotsman, A framework for transactional consistency models, CONCUR 2015';
const DAUDJEE = 'Daudjee & Salem, Lazy database replication with snapshot isolation, VLDB 2006';
const BISWAS = 'Biswas & Enea, On the complexity of checking transactional consistency, OOPSLA 2019';
const ELLE = 'Kingsbury & Alvaro, Elle, VLDB 2020 (consistency_model.clj)';

/**
 * Weakest first. Names are Elle's, but for `strict-serializable`, which Elle prints as `strong-serializable`.
 * The plain models say nothing of sessions or of real time; `strong-session-` adds the order of each session, `strong-`
 * the order of real time.
 */
export const TRANSACTIONAL_MODELS: readonly Guarantee[] = [
  {
    name: 'read-uncommitted',
    title: 'Writes of transactions are ordered as a whole, never interleaved (PL-1)',
    implies: [],
    source: ADYA,
  },
  {
    name: 'read-committed',
    title: 'Transactions read only what was committed, and the last of what a transaction wrote (PL-2)',
    implies: ['read-uncommitted', 'no-thin-air'],
    source: ADYA,
  },
  {
    name: 'monotonic-view',
    title: 'Once a transaction has seen effects of another, it goes on seeing all of them (PL-2L)',
    implies: ['read-committed'],
    source: ADYA,
  },
  {
    name: 'monotonic-atomic-view',
    title: 'Once a transaction has seen one effect of another, it sees all of them from then on',
    implies: ['read-committed'],
    source: 'Bailis et al., Highly available transactions, VLDB 2014',
  },
  {
    name: 'cursor-stability',
    title: 'What is read to be updated is not overwritten meanwhile: no lost updates (PL-CS)',
    implies: ['read-committed'],
    source: ADYA,
  },
  {
    name: 'consistent-view',
    title: 'Reads come from one consistent state of the database (PL-2+)',
    implies: ['cursor-stability', 'monotonic-view'],
    source: ADYA,
  },
  {
    name: 'forward-consistent-view',
    title: 'Reads come from one consistent state, perhaps a later one than at the start (PL-FCV)',
    implies: ['consistent-view'],
    source: ADYA,
  },
  {
    name: 'update-serializable',
    title:
      'Transactions that write are serializable; each one that only reads fits some serial order (PL-3U)',
    implies: ['forward-consistent-view'],
    source: ADYA,
  },
  {
    name: 'read-atomic',
    title: 'All effects of a transaction become visible together, or none',
    implies: ['monotonic-atomic-view'],
    source: CERONE,
  },
  {
    name: 'update-atomic',
    title: 'Read atomic, and no lost updates',
    implies: ['read-atomic'],
    source: 'Liu et al., ROLA: a new distributed transaction protocol, FASE 2018',
  },
  {
    name: 'causal-cerone',
    title: 'Read atomic, and who sees a transaction sees what it had seen',
    implies: ['read-atomic'],
    source: CERONE,
  },
  {
    name: 'prefix',
    title: 'Every transaction sees a prefix of one order of commits',
    implies: ['causal-cerone'],
    source: CERONE,
  },
  {
    name: 'parallel-snapshot-isolation',
    title: 'Snapshots that respect causality, and no lost updates; sites may order commits differently',
    implies: ['causal-cerone', 'update-atomic'],
    source: 'Sovran et al., Transactional storage for geo-replicated systems, SOSP 2011; Cerone et al. 2015',
  },
  {
    name: 'repeatable-read',
    title: 'Serializable but for predicates (PL-2.99)',
    implies: ['cursor-stability', 'monotonic-atomic-view'],
    source: ADYA,
  },
  {
    name: 'snapshot-isolation',
    title:
      'Reads come from a snapshot of a prefix of commits; of concurrent writers of an object one commits',
    implies: ['forward-consistent-view', 'parallel-snapshot-isolation', 'prefix'],
    source:
      'Berenson et al., A critique of ANSI SQL isolation levels, SIGMOD 1995; Cerone & Gotsman, PODC 2016',
  },
  {
    name: 'serializable',
    title: 'Transactions have the effect of some serial execution (PL-3)',
    implies: ['repeatable-read', 'snapshot-isolation', 'update-serializable'],
    source: `${ADYA}; Bernstein, Hadzilacos & Goodman, 1987`,
  },
  {
    name: 'strong-session-read-uncommitted',
    title: 'Read uncommitted that respects the order of each session',
    implies: ['read-uncommitted'],
    source: ELLE,
  },
  {
    name: 'strong-session-read-committed',
    title: 'Read committed that respects the order of each session',
    implies: ['read-committed', 'strong-session-read-uncommitted'],
    source: ELLE,
  },
  {
    name: 'strong-session-monotonic-atomic-view',
    title: 'Monotonic atomic view that respects the order of each session',
    implies: ['monotonic-atomic-view', 'strong-session-read-committed'],
    source: BISWAS,
  },
  {
    name: 'strong-session-read-atomic',
    title: 'Read atomic; a transaction sees what its session had done before',
    implies: ['read-atomic', 'strong-session-monotonic-atomic-view'],
    source: BISWAS,
  },
  {
    name: 'strong-session-causal-cerone',
    title: 'Causal, and sessions are causal (transactional causal consistency, TCC)',
    implies: ['causal-cerone', 'strong-session-read-atomic'],
    source: BISWAS,
  },
  {
    name: 'strong-session-snapshot-isolation',
    title: 'Snapshot isolation; a snapshot holds what the session had seen and done before',
    implies: ['snapshot-isolation', 'strong-session-causal-cerone'],
    source: DAUDJEE,
  },
  {
    name: 'strong-session-serializable',
    title: 'A serial execution that respects the order of each session',
    implies: ['serializable', 'strong-session-snapshot-isolation'],
    source: 'Daudjee & Salem, Lazy database replication with ordering guarantees, ICDE 2004',
  },
  {
    name: 'strong-read-uncommitted',
    title: 'Read uncommitted that respects real time',
    implies: ['strong-session-read-uncommitted'],
    source: ELLE,
  },
  {
    name: 'strong-read-committed',
    title: 'Read committed that respects real time',
    implies: ['strong-session-read-committed', 'strong-read-uncommitted'],
    source: ELLE,
  },
  {
    name: 'strong-snapshot-isolation',
    title: 'Snapshot isolation; a snapshot holds everything that was committed before the transaction began',
    implies: ['strong-session-snapshot-isolation', 'strong-read-committed'],
    source: DAUDJEE,
  },
  {
    name: 'strict-serializable',
    title: 'A serial execution that respects real time (strong serializable, PL-SS)',
    implies: ['strong-session-serializable', 'strong-snapshot-isolation', 'linearizable'],
    source: `${ADYA}; Papadimitriou, The serializability of concurrent database updates, JACM 1979`,
  },
];
