import type { Rebalanced } from '../../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';

/** A plan that takes longer than this waits for a shard that is down, stopped or cut off. */
const PLANNED_WITHIN_MS = 500;

/**
 * An order that is begun when it is planned, which takes until every shard has said what it has, and until earlier orders are
 * over. It stands meanwhile: whoever gave it is not held up, since it may be up to him to bring a shard back.
 * Rejects as the plan does, if it does so in time; later the refusal is what is told of it.
 */
export async function standing(
  what: string,
  planned: Promise<Rebalanced>,
  clock: Clock,
): Promise<Rebalanced> {
  let begun: Rebalanced | null = null;
  let told = 'it waits for shards to say what they have, or for earlier orders';
  const known = planned.then(
    (made) => (begun = made),
    (error: unknown) => {
      told = error instanceof Error ? error.message : String(error);
      throw error;
    },
  );
  const late = new Promise<null>((resolve) => {
    const cancel = clock.after(PLANNED_WITHIN_MS * MILLISECOND, () => resolve(null));
    void known.then(cancel, cancel);
  });
  return (await Promise.race([known, late])) ?? { what, progress };

  function progress(): ReturnType<Rebalanced['progress']> {
    if (begun === null) return { over: false, felt: false, keys: 0, told };
    const now = begun.progress();
    return { ...now, told: `${begun.what}: ${now.told}` };
  }
}
