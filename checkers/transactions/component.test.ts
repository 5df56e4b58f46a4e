import { describe, expect, it } from 'vitest';
import { classifyComponent } from './component.ts';
import { Edges, RW, WR, graphOf } from './graph.ts';
import { stream } from './testing/simulate.ts';

/** Time flows forward along read dependencies; now and then something far ahead missed something far behind. */
interface Sample {
  readonly nodes: number;
  readonly forward: readonly (readonly number[])[];
  /** From and to; by way of a third transaction if the class is to be G2-item. */
  readonly back: readonly (readonly [number, number])[];
}

function sample(nodes: number, seed: number): Sample {
  const random = stream(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const forward = Array.from({ length: nodes }, (_, v) =>
    v + 1 === nodes ? [] : [v + 1, Math.min(nodes - 1, v + 2 + below(3))],
  );
  const far = nodes >> 4;
  const back = Array.from({ length: nodes >> 3 }, (): [number, number] => {
    const to = below(nodes - 2 * far);
    return [to + far + below(far), to];
  });
  // All in one component.
  back.push([nodes - 1, 0]);
  return { nodes, forward, back };
}

function classified({ nodes, forward, back }: Sample, adjacent: boolean) {
  const edges = new Edges();
  forward.forEach((next, v) => {
    for (const w of next) edges.add(v, w, WR);
  });
  back.forEach(([from, to], i) => {
    if (!adjacent) return edges.add(from, to, RW);
    edges.add(from, nodes + i, RW);
    edges.add(nodes + i, to, RW);
  });
  const all = adjacent ? nodes + back.length : nodes;
  return classifyComponent(graphOf(all, all, edges), 200_000_000);
}

/** Steps from one node to another along read dependencies: breadth first, the plain way. */
function distance({ forward }: Sample, from: number, to: number): number {
  const seen = new Set([from]);
  let level = [from];
  for (let steps = 0; level.length > 0; steps++) {
    if (level.includes(to)) return steps;
    level = level.flatMap((v) => forward[v].filter((w) => !seen.has(w) && seen.add(w)));
  }
  return Infinity;
}

describe.each([
  ['G-single-item', false, 1],
  ['G2-item', true, 2],
])('%s in one component', (name, adjacent, ways) => {
  it.each([1, 2, 3])('of 2,000 transactions has a witness than which none is shorter (seed %i)', (seed) => {
    const given = sample(adjacent ? 1700 : 2000, seed);
    const { anomalies, undecided, left } = classified(given, adjacent);
    const shortest = Math.min(...given.back.map(([from, to]) => distance(given, to, from) + ways));
    expect(shortest).toBeGreaterThan(10);
    expect(anomalies.map((found) => [found.name, found.steps.length])).toEqual([[name, shortest]]);
    expect(undecided).toEqual([]);
    expect(left).toBeGreaterThan(0);
  });
});

it('a component of 20,000 transactions is named within the budget', () => {
  const { anomalies, undecided } = classified(sample(20_000, 1), false);
  expect(anomalies.map(({ name }) => name)).toEqual(['G-single-item']);
  expect(undecided).toEqual([]);
});
