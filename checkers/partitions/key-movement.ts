import { NEMESIS, type Json } from '../../harness/history/event.ts';
import { OK, type History } from '../../harness/history/history.ts';
import { FoldedFindings, witnessOf } from '../fold.ts';
import type { Checker } from '../types.ts';
import { expectedMovement, expectedShare, withinInterval, type Expected } from './movement.ts';

/** Where the sampled keys were, by one answer of the directory at rest. */
interface Placement {
  readonly index: number;
  readonly scheme: string;
  readonly vnodes: number;
  readonly buckets: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly generation: number;
  readonly kind: string;
  readonly members: readonly string[];
  readonly owners: string;
}

/**
 * Key movement: f `locate`, ok value `{scheme, vnodes, buckets, weights, generation, kind, moving, members, owners}`
 * (`owners`: a letter a key, a = members[0]). At each change of members (`kind`), no key may move between two that were
 * there before and after (`moved-between-stayers`), and the share of keys that moved must be what theory predicts, within
 * 4.5 standard deviations (`movement-off-theory`); so must each member's share, whenever members are all that has changed
 * (`balance-off-theory`). O(answers × keys).
 */
export const keyMovement: Checker = {
  name: 'key-movement',
  title: 'Share of the keys that move at each change of members, and between whom',
  anomalies: ['moved-between-stayers', 'movement-off-theory', 'balance-off-theory'],
  check: (history) => {
    const findings = new FoldedFindings();
    const changes: Json[] = [];
    let before: Placement | null = null;
    let untouched = true;
    /** One answer of each map so far: together they show that nothing but members has changed. */
    const maps: number[] = [];
    for (const now of placements(history)) {
      if (before?.generation !== now.generation) {
        // A change that nobody saw may have been a split.
        untouched &&=
          before === null
            ? now.kind === 'first'
            : now.kind === 'members' && now.generation === before.generation + 1;
        maps.push(now.index);
        if (untouched) balance(now, maps, findings);
      }
      if (before !== null && now.generation === before.generation + 1 && now.kind === 'members')
        changes.push(compare(before, now, findings));
      before = now;
    }
    const all = findings.findings();
    if (before === null)
      return {
        checker: 'key-movement',
        valid: 'unknown',
        findings: [],
        reason: 'nobody said where keys are',
      };
    return { checker: 'key-movement', valid: all.length === 0, findings: all, stats: { changes } };
  },
};

function* placements(history: History): Generator<Placement> {
  for (let index = 0; index < history.length; index++) {
    if (history.process[index] === NEMESIS || history.type[index] !== OK) continue;
    const value = history.values[index] as
      (Omit<Placement, 'buckets' | 'weights'> & Partial<Placement> & { readonly moving: boolean }) | null;
    if (typeof value?.owners !== 'string' || !Array.isArray(value.members) || value.moving) continue;
    // What early versions did not say.
    yield { ...value, buckets: value.buckets ?? 16_384, weights: value.weights ?? {}, index };
  }
}

function compare(before: Placement, now: Placement, findings: FoldedFindings): Json {
  const keys = now.owners.length;
  let moved = 0;
  const needless: number[] = [];
  for (let key = 0; key < keys; key++) {
    const from = ownerAt(before, key);
    const to = ownerAt(now, key);
    if (from === to) continue;
    moved += 1;
    if (now.members.includes(from) && before.members.includes(to)) needless.push(key);
  }
  const witness = witnessOf(before.index, now.index);
  const change = `The change of the map to generation ${now.generation} (${before.members.join(', ')} → ${now.members.join(', ')}, between #${before.index} and #${now.index})`;
  if (needless.length > 0) {
    const [key] = needless;
    findings.add('moved-between-stayers', true, null, () => ({
      witness,
      explanation: `${change} moved ${needless.length} of ${keys} keys between two members that stayed: key ${key}, for one, from ${ownerAt(before, key)} to ${ownerAt(now, key)}.`,
    }));
  }
  const expected = expectedMovement(now, before.members, now.members, keys);
  if (expected !== null && !withinInterval(moved / keys, expected))
    findings.add('movement-off-theory', true, null, () => ({
      witness,
      explanation: `${change} moved ${moved} of ${keys} keys, where ${now.scheme} predicts ${told(expected)} of them.`,
    }));
  return {
    before: before.members.length,
    after: now.members.length,
    moved: moved / keys,
    expected: expected?.mean ?? null,
    deviation: expected?.deviation ?? null,
    'between-stayers': needless.length,
  };
}

/** Does each member have its share of the sampled keys? */
function balance(now: Placement, maps: readonly number[], findings: FoldedFindings): void {
  const witness = witnessOf(...maps);
  const keys = now.owners.length;
  for (const [i, member] of now.members.entries()) {
    let count = 0;
    for (let key = 0; key < keys; key++) if (now.owners.charCodeAt(key) - 97 === i) count += 1;
    const expected = expectedShare(now, now.members, member, keys);
    if (expected !== null && !withinInterval(count / keys, expected))
      findings.add('balance-off-theory', true, member, () => ({
        witness,
        explanation: `Of ${keys} keys ${member} has ${count} (#${now.index}), where ${now.scheme} over ${now.members.join(', ')} predicts ${told(expected)} of them.`,
      }));
  }
}

function told({ mean, deviation }: Expected): string {
  return `${percent(mean)} ± ${percent(deviation)}`;
}

function ownerAt({ members, owners }: Placement, key: number): string {
  return members[owners.charCodeAt(key) - 97];
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)} %`;
}
