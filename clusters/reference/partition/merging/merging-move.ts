import type { BugName } from '../../bugs.ts';
import type { Reply } from '../../replica/types.ts';
import type { PlannedMove } from '../maps/map.ts';
import { between } from '../maps/range.ts';
import type { Step } from '../move.ts';
import type { MovedRow, OwnershipState } from '../requests.ts';

/** How far a move has come. */
export interface Progress {
  phase: string;
  rows: number;
  bytes: number;
}

/** A request to one node. */
export interface NodeStep extends Step {
  readonly node: string;
}

/**
 * One move of ranges between shards whose rows merge, without I/O. Each step is for one node, of either shard every one
 * in turn: arrive (targets) → copy, while the source serves → lock (sources: nothing is served, and all that was taken is
 * answered) → copy what has changed → give (sources) → take (targets). What moves is the union of what the nodes of the
 * source hold, and every node of the target gets all of it: a session that finds itself at any of them misses nothing.
 */
export function* mergingMove(
  { from, to, ranges }: PlannedMove,
  epoch: number,
  nodesOf: (shard: string) => readonly string[],
  chunk: number,
  bug: BugName | 'none',
  progress: Progress,
): Generator<NodeStep, void, Extract<Reply, { ok: true }>> {
  /** Rows with a state that has been sent: it need not go again, whoever else holds it. */
  const sent = new Set<string>();
  let number = 0;

  function* assign(shard: string, state: OwnershipState, peer: string, which = ranges): Steps {
    for (const node of nodesOf(shard))
      yield { shard, node, request: { op: 'assign', ranges: which, state, epoch, peer } };
  }

  function* copy(): Steps {
    for (const node of nodesOf(from)) {
      let after: readonly [string, string] | null = null;
      for (let left = 1; left > 0;) {
        const { partition }: Extract<Reply, { ok: true }> = yield {
          shard: from,
          node,
          request: { op: 'export', epoch, after, limit: chunk, at: 'leader' },
        };
        const rows: readonly MovedRow[] = partition?.rows ?? [];
        left = partition?.left ?? 0;
        const last = rows.at(-1);
        if (last !== undefined) after = [last[0], last[1]];
        yield* deliver(rows.filter(isNew));
      }
    }
  }

  function isNew(row: MovedRow): boolean {
    const text = JSON.stringify(row);
    const before = sent.size;
    return sent.add(text).size > before;
  }

  function* deliver(rows: readonly MovedRow[]): Steps {
    if (rows.length === 0) return;
    number += 1;
    progress.rows += rows.length;
    progress.bytes += JSON.stringify(rows).length;
    for (const node of nodesOf(to)) yield { shard: to, node, request: { op: 'import', epoch, number, rows } };
  }

  // With the bug `split-at-wrong-boundary`, the source keeps the beginning of each range.
  const given =
    bug === 'split-at-wrong-boundary' ? ranges.map(({ lo, hi }) => ({ lo: between(lo, hi), hi })) : ranges;
  progress.phase = 'arrive';
  yield* assign(to, 'arriving', from);
  progress.phase = 'copy';
  yield* assign(from, 'copying', to);
  yield* copy();
  if (bug !== 'double-ownership-at-hand-over') {
    progress.phase = 'lock';
    yield* assign(from, 'leaving', to, given);
    progress.phase = 'last-changes';
    if (bug !== 'key-lost-between-copy-and-hand-over') yield* copy();
    progress.phase = 'give';
    yield* assign(from, 'gone', to, given);
  }
  progress.phase = 'take';
  yield* assign(to, 'owned', from);
  progress.phase = 'done';
}

type Steps = Generator<NodeStep, void, Extract<Reply, { ok: true }>>;
