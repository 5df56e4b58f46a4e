import { describe, expect, it } from 'vitest';
import { drawGraphs, MOST_NODES } from './drawing.ts';

const CYCLE = `digraph anomaly {
  node [shape=box, fontname="monospace"];
  "12" [label="#12\\nr x [1 2]"];
  "14" [label="#14\\nappend x 3"];
  "12" -> "14" [label="rw", color="#b91c1c"];
  "14" -> "12" [label="wr", color="#15803d"];
}`;

/** So many nodes, each joined to all. */
function dense(nodes: number): string {
  const names = Array.from({ length: nodes }, (_, i) => `"${i}"`);
  const edges = names.flatMap((a) => names.map((b) => `  ${a} -> ${b} [label="rw"];`));
  return ['digraph anomaly {', ...names.map((name) => `  ${name} [label=${name}];`), ...edges, '}'].join(
    '\n',
  );
}

describe('the drawing of a graph', () => {
  it('has a box a transaction, an arrow a dependency, and every text inside', async () => {
    const [drawing] = await drawGraphs([CYCLE]);
    expect(drawing?.nodes.map(({ event }) => event)).toEqual([12, 14]);
    expect(drawing?.nodes.map(({ lines }) => lines.map(({ text }) => text))).toEqual([
      ['#12', 'r x [1 2]'],
      ['#14', 'append x 3'],
    ]);
    expect(drawing?.edges.map(({ type, label }) => [type, label?.text])).toEqual([
      ['rw', 'rw'],
      ['wr', 'wr'],
    ]);
    for (const { curve, head } of drawing?.edges ?? []) {
      expect(curve.length % 3).toBe(1);
      expect(head.length).toBeGreaterThan(2);
    }
    const { width = 0, height = 0, nodes = [] } = drawing ?? {};
    for (const { corner, size, lines } of nodes)
      for (const [x, y] of [
        corner,
        [corner[0] + size[0], corner[1] + size[1]],
        ...lines.map(({ at }) => at),
      ]) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(width + 0.1);
        expect(y).toBeLessThanOrEqual(height + 0.1);
      }
  });

  it('takes over no link, image or markup that DOT may name', async () => {
    const hostile = CYCLE.replace('label="#12', 'URL="javascript:alert(1)", image="/x.png", label="<b>');
    const [drawing] = await drawGraphs([hostile]);
    expect(JSON.stringify(drawing)).not.toMatch(/javascript:|x\.png/);
    expect(drawing?.nodes[0].lines[0].text).toBe('<b>');
  });

  it('is left out for what is no graph, and for more nodes than anybody reads', async () => {
    const drawn = await drawGraphs([null, 'no graph', dense(MOST_NODES + 1), CYCLE]);
    expect(drawn.map((drawing) => drawing !== null)).toEqual([false, false, false, true]);
  });

  // The second takes minutes, the first a moment.
  it('is left out when Graphviz takes too long, and what was done before stays', async () => {
    const [first, second] = await drawGraphs([CYCLE, dense(MOST_NODES)], 6_000);
    expect(first).not.toBeNull();
    expect(second).toBeNull();
  });
});
