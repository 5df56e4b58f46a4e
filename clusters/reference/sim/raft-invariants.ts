// What Raft promises of itself (Ongaro & Ousterhout 2014, figure 3), checked from outside after every step: it sees
// what goes in, what comes out (above all, what is appended to the disk), and the node's status.
import type { Json } from '../../../harness/history/event.ts';
import type { Entry, RaftRecord, Snapshot } from '../replica/raft/entry.ts';
import type { Raft } from '../replica/raft/raft.ts';
import type { Effect, Input, Replica, Status } from '../replica/types.ts';
import type { AnyMessage } from '../server/config.ts';

/** The log of one node, as its appended records tell. */
interface Mirror {
  snapshot: Pick<Snapshot, 'index' | 'term'>;
  entries: Entry[];
  applied: number;
  /** Of which term it was last seen to lead, 0 for none. */
  led: number;
}

export class RaftInvariants {
  /** Steps looked at. */
  steps = 0;
  /** Leaders by term: at most one (election safety). */
  readonly leaders = new Map<number, string>();
  /** What was applied anywhere, by index (state machine safety): the term of the entry. */
  readonly committed: number[] = [];
  readonly #mirrors = new Map<string, Mirror>();
  /** Every entry ever made, by term and index, with the term of the one before it (log matching). */
  readonly #made = new Map<string, { readonly change: string; readonly before: number }>();

  /** The same replica, looked at after every step. */
  readonly watched = (name: string, replica: Replica<AnyMessage>): Replica<AnyMessage> => ({
    step: (input, clock) => {
      const effects = replica.step(input, clock);
      this.observe(name, input, effects, (replica as unknown as Raft).status);
      return effects;
    },
  });

  /** @throws Error that names the promise which was broken. */
  observe(name: string, input: Input<unknown>, effects: readonly Effect<unknown>[], status: Status): void {
    this.steps += 1;
    if (input.kind === 'start') this.#restart(name, input.records);
    const mirror = this.#mirrors.get(name);
    if (!mirror) throw new Error(`${name} was never started`);
    for (const effect of effects) if (effect.kind === 'append') this.#record(name, mirror, effect.record);
    if (status.last !== last(mirror)) throw new Error(`${name}: the mirror of its log is wrong`);
    this.#applied(name, mirror, status.applied);
    this.#leads(name, mirror, status);
  }

  #restart(name: string, records: readonly Json[]): void {
    const mirror: Mirror = { snapshot: { index: 0, term: 0 }, entries: [], applied: 0, led: 0 };
    this.#mirrors.set(name, mirror);
    for (const record of records) this.#record(name, mirror, record);
    mirror.applied = mirror.snapshot.index;
  }

  #record(name: string, mirror: Mirror, json: Json): void {
    const record = json as unknown as RaftRecord;
    if ('entry' in record) {
      mirror.entries.length = record.index - 1 - mirror.snapshot.index;
      mirror.entries.push(record.entry);
      this.#matches(name, mirror, record.index, record.entry);
    } else if ('truncate' in record) {
      if (record.truncate < mirror.applied)
        throw new Error(
          `state machine safety: ${name} drops entry ${record.truncate + 1}, which it has applied`,
        );
      mirror.entries.length = record.truncate - mirror.snapshot.index;
    } else if ('snapshot' in record) {
      const { index, term } = record.snapshot;
      if (this.committed[index] !== undefined && this.committed[index] !== term)
        throw new Error(`state machine safety: ${name} has a snapshot of term ${term} at ${index}`);
      // A node's own snapshot holds what it has applied just now; a leader's replaces whatever was there.
      if (termAt(mirror, index) === term) this.#applied(name, mirror, Math.max(mirror.applied, index));
      [mirror.snapshot, mirror.entries] = [record.snapshot, [...record.entries]];
      mirror.applied = Math.max(mirror.applied, index);
      this.committed[index] ??= term;
    }
  }

  /** If two logs contain an entry with the same index and term, they are identical up to it: so, one after another. */
  #matches(name: string, mirror: Mirror, index: number, { term, change }: Entry): void {
    const made = { change: JSON.stringify(change), before: termAt(mirror, index - 1) };
    const known = this.#made.get(`${term} ${index}`);
    if (known === undefined) this.#made.set(`${term} ${index}`, made);
    else if (known.change !== made.change || known.before !== made.before)
      throw new Error(`log matching: ${name} has another entry ${index} of term ${term} than others had`);
  }

  #applied(name: string, mirror: Mirror, applied: number): void {
    for (let index = mirror.applied + 1; index <= applied; index++) {
      const term = termAt(mirror, index);
      this.committed[index] ??= term;
      if (this.committed[index] !== term)
        throw new Error(
          `state machine safety: ${name} applied entry ${index} of term ${term}, others another`,
        );
    }
    // A leader's snapshot counts as applied at once, though the node waits for its disk.
    mirror.applied = Math.max(mirror.applied, applied);
  }

  #leads(name: string, mirror: Mirror, { role, epoch }: Status): void {
    if (role !== 'leader') return;
    const leader = this.leaders.get(epoch) ?? name;
    this.leaders.set(epoch, leader);
    if (leader !== name) throw new Error(`election safety: ${leader} and ${name} both lead term ${epoch}`);
    if (mirror.led === epoch) return;
    mirror.led = epoch;
    for (let index = mirror.snapshot.index + 1; index < this.committed.length; index++)
      if (index > last(mirror) || termAt(mirror, index) !== this.committed[index])
        throw new Error(
          `leader completeness: ${name} leads term ${epoch} without the committed entry ${index}`,
        );
  }
}

function last({ snapshot, entries }: Mirror): number {
  return snapshot.index + entries.length;
}

/** Undefined behind the end and before the snapshot. */
function termAt({ snapshot, entries }: Mirror, index: number): number {
  return index === snapshot.index ? snapshot.term : entries[index - snapshot.index - 1]?.term;
}
