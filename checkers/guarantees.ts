import { TRANSACTIONAL_MODELS } from './transactions/models.ts';

/**
 * What a configuration can promise. `implies` gives the direct consequences: a configuration that promises a
 * guarantee promises everything reachable from it, so an anomaly that refutes the weaker one violates the stronger.
 * Transactional models are listed in `transactions/models.ts`; these are the ones of objects and of stored data.
 */
export interface Guarantee {
  readonly name: string;
  readonly title: string;
  readonly implies: readonly string[];
  readonly source: string;
}

const table: readonly Guarantee[] = [
  {
    name: 'linearizable',
    title: 'Every operation takes effect at one instant between its invocation and its completion',
    implies: [
      'sequential',
      'durable',
      'regular-write-order',
      'no-duplicates',
      'atomic-rows',
      'complete-scans',
    ],
    source: 'Herlihy & Wing, Linearizability, TOPLAS 1990',
  },
  {
    name: 'regular-write-order',
    title: 'One order of the writes, by real time, in which every read returns a last write before it',
    implies: ['regular', 'later-write-wins'],
    source:
      'Viotti & Vukolić, Consistency in non-transactional distributed storage systems, CSUR 2016 (Regular)',
  },
  {
    name: 'regular',
    title: 'Every read returns a last write before it, by real time, or one that it overlaps',
    implies: ['no-stale-read', 'safe'],
    source:
      'Shao, Pierce & Welch, Multi-writer consistency conditions for shared memory objects, DISC 2003 (MWRegWeak)',
  },
  {
    name: 'safe',
    title: 'Every read that overlaps no write returns a last write before it, by real time',
    implies: ['recovers'],
    source: 'Lamport, On interprocess communication (safe register), 1986',
  },
  {
    name: 'no-stale-read',
    title: 'A read that begins after an acknowledged write returned sees it, or a later one',
    implies: ['later-write-wins', 'no-thin-air'],
    source: 'Lamport, On interprocess communication (regular register), 1986',
  },
  {
    name: 'later-write-wins',
    title: 'An acknowledged write that began after another one completed is not overwritten by it',
    implies: ['no-thin-air'],
    source:
      'Vitenberg & Friedman, On the locality of consistency conditions, DISC 2003 (real-time order of writes)',
  },
  {
    name: 'single-owner',
    title:
      'A key’s operations are served by one shard at a time, and never by an earlier owner after a later one',
    implies: ['no-thin-air'],
    source:
      'Adya et al., Slicer: auto-sharding for datacenter applications, OSDI 2016 (assignment consistency)',
  },
  {
    name: 'minimal-movement',
    title: 'When members change, no key moves between two that were there before and after',
    implies: [],
    source: 'Karger et al., Consistent hashing and random trees, STOC 1997 (monotonicity)',
  },
  {
    name: 'even-load',
    title:
      'No shard is asked more than 1.5 times as often as the mean, and no key gets a tenth of all answers',
    implies: [],
    source: 'Adya et al., Slicer: auto-sharding for datacenter applications, OSDI 2016 (load balancing)',
  },
  // Not implied by linearizability: a deposed leader that does not know it yet, and can confirm nothing, harms nobody.
  {
    name: 'single-primary',
    title: 'At most one node at a time takes writes as the primary',
    implies: ['recovers'],
    source: 'Gray & Cheriton, Leases, SOSP 1989; Lamport, Paxos made simple, 2001',
  },
  {
    name: 'sequential',
    title: 'One total order of operations that respects the order of each session',
    implies: ['causal-convergent', 'causal-memory'],
    source: 'Lamport, How to make a multiprocessor computer, 1979',
  },
  {
    name: 'causal-convergent',
    title: 'Causality is respected and all replicas agree on one order of conflicting writes (CCv)',
    implies: ['causal', 'convergent'],
    source: 'Bouajjani, Enea, Guerraoui & Hamza, On verifying causal consistency, POPL 2017',
  },
  {
    name: 'causal-memory',
    title: 'Each session sees all writes in one order that respects causality; sessions may differ (CM)',
    implies: ['causal', 'pram'],
    source: 'Ahamad, Neiger, Burns, Kohli & Hutto, Causal memory, Distributed Computing 1995',
  },
  {
    name: 'pram',
    title: 'Each session sees all writes in one order that keeps every session in its own (PRAM, FIFO)',
    implies: ['read-your-writes', 'monotonic-reads', 'monotonic-writes'],
    source: 'Lipton & Sandberg, PRAM: a scalable shared memory, Princeton CS-TR-180-88, 1988',
  },
  {
    name: 'causal',
    title: 'Whoever sees an effect sees its causes (CC)',
    implies: ['read-your-writes', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'],
    source: 'Bouajjani, Enea, Guerraoui & Hamza, On verifying causal consistency, POPL 2017',
  },
  {
    name: 'read-your-writes',
    title: 'A session sees its own acknowledged writes',
    implies: ['no-thin-air'],
    source: 'Terry et al., Session guarantees for weakly consistent replicated data, PDIS 1994',
  },
  {
    name: 'monotonic-reads',
    title: 'A session never sees an older version after a newer one',
    implies: ['no-thin-air'],
    source: 'Terry et al., Session guarantees for weakly consistent replicated data, PDIS 1994',
  },
  {
    name: 'monotonic-writes',
    title: 'Writes of a session are seen in the order in which it made them',
    implies: ['no-thin-air'],
    source: 'Terry et al., Session guarantees for weakly consistent replicated data, PDIS 1994',
  },
  {
    name: 'writes-follow-reads',
    title: 'Who sees a write sees what its session had read before making it',
    implies: ['no-thin-air'],
    source: 'Terry et al., Session guarantees for weakly consistent replicated data, PDIS 1994',
  },
  {
    name: 'durable',
    title: 'No acknowledged write is lost',
    implies: ['no-thin-air'],
    source: 'Gray & Reuter, Transaction processing, 1993 (the D of ACID)',
  },
  {
    name: 'no-duplicates',
    title: 'No operation takes effect twice',
    implies: ['recovers'],
    source: 'Jepsen, checker.clj (set-full, total-queue: duplicates)',
  },
  {
    name: 'convergent',
    title: 'Once updates stop and the network heals, all replicas hold the same data',
    implies: ['no-thin-air'],
    source: 'Terry et al., Managing update conflicts in Bayou, SOSP 1995; Shapiro et al., CRDTs, SSS 2011',
  },
  {
    name: 'no-thin-air',
    title: 'Reads return only values that somebody wrote and that did not certainly fail',
    implies: ['recovers'],
    source: 'Bouajjani, Enea, Guerraoui & Hamza, On verifying causal consistency, POPL 2017 (ThinAirRead)',
  },
  {
    name: 'conflicts-kept',
    title: 'Every version that stood beside another is kept, with what replaced it',
    implies: ['no-thin-air'],
    source:
      'Kleppmann, Designing data-intensive applications, 2017, ch. 5 (conflicts kept for later resolution)',
  },
  {
    name: 'atomic-rows',
    title: 'A reader sees all of a write to a row, or nothing of it, and columns of one moment',
    implies: ['no-thin-air'],
    source: 'Bailis et al., Scalable atomic visibility with RAMP transactions, SIGMOD 2014, for one row',
  },
  {
    name: 'complete-scans',
    title:
      'A range scan shows each key that was there throughout it, once, in order, as it was at some moment of the scan',
    implies: ['no-thin-air'],
    source: 'Lamport, On interprocess communication, 1986 (regular register), a key',
  },
  // Not implied by linearizability of rows: many databases promise that, and less of their secondary indexes.
  {
    name: 'fresh-index',
    title: 'A query of a secondary index sees every change that was acknowledged before it began',
    implies: ['convergent-index', 'index-follows-base'],
    source: 'Kleppmann, Designing data-intensive applications, 2017, ch. 6 (local and synchronous indexes)',
  },
  {
    name: 'convergent-index',
    title: 'Once updates stop and the network heals, a secondary index agrees with its rows',
    implies: ['no-thin-air'],
    source: 'Kleppmann, Designing data-intensive applications, 2017, ch. 6 (asynchronous global indexes)',
  },
  {
    name: 'index-follows-base',
    title: 'A secondary index shows only rows that are, or were, in the base for good',
    implies: ['no-thin-air'],
    source: 'Kleppmann, Designing data-intensive applications, 2017, ch. 6',
  },
  {
    name: 'progress',
    title: 'While a majority of the nodes is healthy, some operation succeeds every ten seconds',
    implies: ['recovers'],
    source: 'Alpern & Schneider, Defining liveness, 1985',
  },
  {
    name: 'recovers',
    title: 'After the faults are healed, the database serves again',
    implies: [],
    source: 'Alpern & Schneider, Defining liveness, 1985',
  },
];

/** Guarantees that need a number: asked for as `bounded-staleness:MS`, `k-staleness:K`. */
const BOUNDED: readonly Guarantee[] = [
  {
    name: 'bounded-staleness',
    title:
      'bounded-staleness:MS: a read is of a version that was the newest, or not known to be old, MS ms before it began',
    implies: ['no-thin-air'],
    source: 'Golab, Li & Shah, Analyzing consistency properties for fun and profit, PODC 2011 (Δ-atomicity)',
  },
  {
    name: 'k-staleness',
    title: 'k-staleness:K: a read is at most K acknowledged versions behind',
    implies: ['no-thin-air'],
    source:
      'Aiyer, Alvisi & Bazzi, On the availability of non-strict quorum systems, DISC 2005 (k-atomicity)',
  },
];

/** Names that mean nothing without their number. */
export const NUMBERED: ReadonlySet<string> = new Set(BOUNDED.map(({ name }) => name));

/** The guarantee and the number in a name such as `bounded-staleness:250`; null for any other name. */
export function bounded(name: string): { readonly guarantee: string; readonly bound: number } | null {
  const [guarantee, text, ...more] = name.split(':');
  const isBounded = more.length === 0 && text !== undefined && BOUNDED.some((g) => g.name === guarantee);
  return isBounded && /^\d+(\.\d+)?$/.test(text) ? { guarantee, bound: Number(text) } : null;
}

/** The least bound that `names` ask of a guarantee; Infinity if none does. */
export function boundOf(guarantee: string, names: readonly string[]): number {
  const bounds = names.map(bounded).filter((b) => b?.guarantee === guarantee);
  return Math.min(Infinity, ...bounds.map((b) => b!.bound));
}

export const GUARANTEES: ReadonlyMap<string, Guarantee> = new Map(
  [...table, ...BOUNDED, ...TRANSACTIONAL_MODELS].map((g) => [g.name, g]),
);

/** `names` and everything they imply. Unknown names stand for themselves. */
export function closure(names: Iterable<string>): Set<string> {
  const all = new Set<string>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (all.has(name)) continue;
    all.add(name);
    const known = bounded(name);
    pending.push(...(known === null ? (GUARANTEES.get(name)?.implies ?? []) : [known.guarantee]));
  }
  return all;
}
