import type { AnomalyDefinition } from '../types.ts';

const QUEUES =
  'Bouajjani, Emmi, Enea & Hamza, On reducing linearizability to state reachability, ICALP 2015 (queue violations)';
const KAFKA = 'Jepsen, tests/kafka.clj; Kingsbury, Redpanda 21.10.1, 2022';

export const CLASSIC_ANOMALIES: readonly AnomalyDefinition[] = [
  {
    name: 'queue-order',
    title: 'A queue gave elements out of order',
    definition:
      'One enqueue had returned before another was invoked, and the later element came out while the earlier one was certainly still inside.',
    source: QUEUES,
    severity: 2,
    violates: ['linearizable'],
  },
  {
    name: 'false-empty',
    title: 'A queue said that it was empty, and it never was',
    definition:
      'A dequeue found the queue empty although at each moment from its invocation to its return some element was certainly inside.',
    source: QUEUES,
    severity: 2,
    violates: ['linearizable'],
  },
  {
    name: 'long-fork',
    title: 'Two transactions saw two writes in opposite orders',
    definition:
      'Of two keys that were written once each by different transactions, one reader saw the first write and not the second, another the second and not the first.',
    source: 'Cerone, Bernardi & Gotsman, CONCUR 2015 (long fork); Jepsen, tests/long_fork.clj',
    severity: 2,
    violates: ['snapshot-isolation', 'prefix', 'serializable'],
  },
  {
    name: 'causal-reverse',
    title: 'A later write was seen without an earlier one',
    definition:
      'A read contains an element, but not another one whose add had been acknowledged before the add of the first was invoked.',
    source: 'Jepsen, tests/causal_reverse.clj; Kingsbury, CockroachDB beta-20160829, 2017 (comments)',
    severity: 2,
    violates: ['linearizable', 'strict-serializable', 'strong-snapshot-isolation'],
  },
  {
    name: 'non-monotonic',
    title: 'A value that only grows went back',
    definition:
      'An operation on an ever growing register returned less than (an increment: no more than) what another had returned before it began.',
    source: 'Jepsen, cockroachdb/monotonic.clj and tidb/monotonic.clj',
    severity: 2,
    violates: ['linearizable', 'no-stale-read'],
  },
  {
    name: 'mutual-exclusion',
    title: 'Two processes held one lock at the same time',
    definition:
      'A lock was granted to a process while another one, to which it had been granted before, had not yet begun to give it back.',
    source:
      'Dijkstra, Solution of a problem in concurrent programming control, 1965; Jepsen: etcd 3.4.3, 2020',
    severity: 3,
    violates: ['linearizable'],
  },
  {
    name: 'fencing-token-order',
    title: 'A lock handed out a fencing token that was not greater than one before it',
    definition:
      'A lock was granted with a fencing token no greater than that of a grant which had returned before this one was asked for, or equal to that of any other grant.',
    source: 'Kleppmann, How to do distributed locking, 2016',
    severity: 3,
    violates: ['linearizable'],
  },
  {
    name: 'lost-message',
    title: 'A message of the log was lost',
    definition:
      'A send was acknowledged with an offset, a client polled messages before and after that offset one after the other, and nobody ever polled this one.',
    source: KAFKA,
    severity: 3,
    violates: ['durable'],
  },
  {
    name: 'duplicate-message',
    title: 'A message that stands in the log twice',
    definition: 'One sent message was seen at two offsets of a log.',
    source: KAFKA,
    severity: 2,
    violates: ['no-duplicates'],
  },
  {
    name: 'inconsistent-offset',
    title: 'Two messages at one offset',
    definition: 'Clients saw different messages at the same offset of a log.',
    source: KAFKA,
    severity: 3,
    violates: ['convergent', 'linearizable'],
  },
  {
    name: 'reordered-messages',
    title: 'Messages sent one after the other stand in the opposite order',
    definition:
      'A send was acknowledged before another was invoked, yet the offset of the earlier message is the greater one.',
    source: KAFKA,
    severity: 2,
    violates: ['linearizable', 'later-write-wins'],
  },
  {
    name: 'skipped-poll',
    title: 'A poll skipped messages',
    definition:
      'Two consecutive polls of a client (or two neighbours within one) leave out an offset at which another client polled a message.',
    source: KAFKA,
    severity: 2,
    violates: ['linearizable', 'monotonic-writes'],
  },
  {
    name: 'nonmonotonic-poll',
    title: 'A poll went back',
    definition: 'A client polled an offset no greater than one that it had polled before.',
    source: KAFKA,
    severity: 2,
    violates: ['monotonic-reads'],
  },
];
