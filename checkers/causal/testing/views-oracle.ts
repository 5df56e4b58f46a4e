import type { EventInput, Json } from '../../../harness/history/event.ts';
import { plainOperations, type PlainOperation } from '../../session/testing/oracle.ts';

/**
 * Causal memory and PRAM by definition: for each session, tries every order of all writes and of its own reads that
 * respects causality (PRAM: the order of each session). Exponential; indeterminate writes may be left out.
 */
export function viewsOracle(events: readonly EventInput[]): { readonly cm: boolean; readonly pram: boolean } {
  const ops = plainOperations(events);
  const so = ops.map((a) => ops.map((b) => a.session === b.session && a.ret < b.inv));
  const co = ops.map((a, i) =>
    ops.map((b, j) => so[i][j] || (a !== b && b.saw !== undefined && a.wrote === b.saw && a.key === b.key)),
  );
  for (let k = 0; k < ops.length; k++)
    for (let i = 0; i < ops.length; i++)
      for (let j = 0; j < ops.length; j++) co[i][j] ||= co[i][k] && co[k][j];
  const sessions = [...new Set(ops.map((o) => o.session))];
  return {
    cm: sessions.every((s) => explains(ops, s, co)),
    pram: sessions.every((s) => explains(ops, s, so)),
  };
}

function explains(ops: readonly PlainOperation[], session: string, before: readonly (readonly boolean[])[]) {
  const seen = [...ops.keys()].filter((i) => ops[i].wrote !== undefined || ops[i].session === session);
  const isRead = (i: number): boolean => ops[i].session === session && ops[i].saw !== undefined;
  const go = (left: readonly number[], state: ReadonlyMap<Json, Json>): boolean => {
    if (left.every((i) => ops[i].ret === Infinity)) return true;
    return left.some((i) => {
      if (left.some((j) => j !== i && before[j][i])) return false;
      if (isRead(i) && ops[i].ret < Infinity && (state.get(ops[i].key) ?? null) !== ops[i].saw) return false;
      const { key, wrote } = ops[i];
      return go(
        left.filter((j) => j !== i),
        wrote === undefined ? state : new Map(state).set(key, wrote),
      );
    });
  };
  return go(seen, new Map());
}
