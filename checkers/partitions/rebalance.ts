import { NEMESIS, type Json } from '../../harness/history/event.ts';
import { INVOKE, OK, type History } from '../../harness/history/history.ts';
import { partOf } from '../../harness/history/part.ts';
import { FoldedFindings, witnessOf } from '../fold.ts';
import { LINEARIZABILITY_ANOMALIES } from '../linearizability/anomalies.ts';
import { linearizability } from '../linearizability/linearizability.ts';
import { finalPhase } from '../sets-queues-counters/final-reads.ts';
import type { CheckOptions, Checker, Verdict } from '../types.ts';

/** An `ok` operation: its invocation, its completion, and what the answer says of the key's owner. */
interface Served {
  readonly invoked: number;
  readonly completed: number;
  readonly f: string;
  readonly value: Json;
  readonly shard: string;
  readonly epoch: number;
}

/**
 * Registers that move between shards: f `read`, `write`, whose `ok` value is `{value, shard, epoch}`, `epoch` counting
 * the owners of the key. An epoch has one shard, and epochs never go back in real time (`double-ownership`); what was
 * acknowledged is there when all is quiet (`lost-key`); and without shards and epochs the history is one of plain
 * registers, which the linearizability checker judges. O(n log n).
 */
export const rebalance: Checker = {
  name: 'rebalance',
  title:
    'Keys that move: one owner at a time, no acknowledged write lost, reads linearizable through the move',
  anomalies: ['double-ownership', 'lost-key', ...LINEARIZABILITY_ANOMALIES.map(({ name }) => name)],
  check: async (history, options) => {
    const served = servedByKey(history);
    const findings = new FoldedFindings();
    const phase = finalPhase(history);
    let moved = 0;
    for (const [key, operations] of served) {
      ownership(key, operations, findings);
      lost(key, operations, phase, findings);
      if (new Set(operations.map(({ shard }) => shard)).size > 1) moved += 1;
    }
    const plain = await asRegisters(history, options);
    const all = [...findings.findings(), ...plain.findings];
    const refuted = all.some(({ certain }) => certain);
    return {
      checker: 'rebalance',
      valid: refuted ? false : plain.valid,
      findings: all,
      ...(plain.reason === undefined ? {} : { reason: plain.reason }),
      stats: { keys: served.size, 'keys-served-by-several': moved },
    };
  },
};

function servedByKey(history: History): Map<Json, Served[]> {
  const keys = new Map<Json, Served[]>();
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] === NEMESIS || history.type[i] !== OK) continue;
    const answer = history.values[i] as { readonly [name: string]: Json } | null;
    if (typeof answer?.shard !== 'string' || typeof answer.epoch !== 'number') continue;
    const { value = null, shard, epoch } = answer;
    const f = history.functions.valueOf(history.f[i]);
    const one = { invoked: history.pair[i], completed: i, f, value, shard, epoch };
    const known = keys.get(history.key[i]);
    if (known) known.push(one);
    else keys.set(history.key[i], [one]);
  }
  return keys;
}

/** Operations come in the order of their completions. */
function ownership(key: Json, operations: readonly Served[], findings: FoldedFindings): void {
  const owners = new Map<number, Served>();
  /** The first to complete of each epoch that was higher than all before. */
  const risen: Served[] = [];
  for (const one of operations) {
    const owner = owners.get(one.epoch);
    if (owner === undefined) owners.set(one.epoch, one);
    else if (owner.shard !== one.shard)
      findings.add('double-ownership', true, key, () => ({
        witness: witnessOf(owner.completed, one.completed),
        explanation: `#${owner.completed} was served by ${owner.shard} and #${one.completed} by ${one.shard}, both as owners of key ${JSON.stringify(key)} in epoch ${one.epoch}.`,
      }));
    const later = risen.find((other) => other.epoch > one.epoch && other.completed < one.invoked);
    if (later !== undefined)
      findings.add('double-ownership', true, key, () => ({
        witness: witnessOf(later.completed, one.invoked, one.completed),
        explanation: `#${one.completed} was served by ${one.shard}, owner of key ${JSON.stringify(key)} in epoch ${one.epoch}, although before it began (#${one.invoked}) #${later.completed} had been served by its later owner ${later.shard} (epoch ${later.epoch}).`,
      }));
    if (risen.length === 0 || one.epoch > risen[risen.length - 1].epoch) risen.push(one);
  }
}

/** The final reads of a key must not be older than its acknowledged writes. */
function lost(key: Json, operations: readonly Served[], phase: number, findings: FoldedFindings): void {
  if (phase < 0) return;
  const writes = operations.filter(({ f }) => f === 'write');
  if (writes.length === 0) return;
  const last = writes.reduce((latest, one) => (one.invoked > latest.invoked ? one : latest));
  for (const read of operations.filter((one) => one.f === 'read' && one.invoked > phase)) {
    if (last.completed > read.invoked) continue;
    const held = writes.find(({ value }) => same(value, read.value));
    if (read.value !== null && (held === undefined || held.completed > last.invoked)) continue;
    findings.add('lost-key', true, key, () => ({
      witness: witnessOf(held?.completed ?? -1, last.invoked, last.completed, read.invoked, read.completed),
      explanation: `#${last.completed} wrote ${JSON.stringify(last.value)} to key ${JSON.stringify(key)} and was acknowledged by ${last.shard} in epoch ${last.epoch}; when all was quiet, #${read.completed} found ${read.value === null ? 'nothing' : `the older ${JSON.stringify(read.value)}`} at ${read.shard} (epoch ${read.epoch}).`,
    }));
  }
}

function same(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The same history without owners: every event keeps its index. */
async function asRegisters(history: History, options: CheckOptions): Promise<Verdict> {
  const plain = partOf(
    history,
    () => true,
    (i) => {
      const value = history.values[i];
      if (history.process[i] === NEMESIS || history.type[i] === INVOKE) return value;
      return value !== null && typeof value === 'object' && !Array.isArray(value) && 'shard' in value
        ? (value.value ?? null)
        : value;
    },
  );
  return linearizability.check(plain, { ...options, model: 'register' });
}
