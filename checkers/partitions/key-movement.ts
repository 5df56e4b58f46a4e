import { NEMESIS, type Json } from '../../harness/history/event.ts';
import { OK, type History } from '../../harness/history/history.ts';
import { FoldedFindings, witnessOf } from '../fold.ts';
import type { Checker } from '../types.ts';
import { expectedMovement, withinInterval } from './movement.ts';

/** Where the sampled keys were, by one answer of the directory at rest. */
interface Placement {
  readonly index: number;
  readonly scheme: string;
  readonly vnodes: number;
  readonly weighted: boolean;
  readonly generation: number;
  readonly kind: string;
  readonly members: readonly string[];
  readonly owners: string;
}

/**
 * Key movement: f `locate`, ok value `{scheme, vnodes, weighted, generation, kind, moving, members, owners}` (`owners`: a
 * letter a key, a = members[0]). At each change of members (`kind`), no key may move between two that were there before
 * and after (`moved-between-stayers`), and the share of keys that moved must be what theory predicts, within 4.5 standard
 * deviations (`movement-off-theory`). O(answers × keys).
 */
export const keyMovement: Checker = {
  name: 'key-movement',
  title: 'Share of the keys that move at each change of members, and between whom',
  anomalies: ['moved-between-stayers', 'movement-off-theory'],
  check: (history) => {
    const findings = new FoldedFindings();
    const changes: Json[] = [];
    let before: Placement | null = null;
    for (const now of placements(history)) {
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
    const value = history.values[index] as (Placement & { readonly moving: boolean }) | null;
    if (typeof value?.owners !== 'string' || !Array.isArray(value.members) || value.moving) continue;
    yield { ...value, index };
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
  const expected = now.weighted
    ? null
    : expectedMovement(now.scheme, before.members, now.members, now.vnodes, keys);
  if (expected !== null && !withinInterval(moved / keys, expected))
    findings.add('movement-off-theory', true, null, () => ({
      witness,
      explanation: `${change} moved ${moved} of ${keys} keys, where ${now.scheme} predicts ${percent(expected.mean)} ± ${percent(expected.deviation)} of them.`,
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

function ownerAt({ members, owners }: Placement, key: number): string {
  return members[owners.charCodeAt(key) - 97];
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)} %`;
}
