import { Graph } from '@dagrejs/graphlib';

/** A transaction in a picture: its event, and what it did in a line. */
export interface Node {
  readonly event: number;
  readonly label: string;
}

export interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly type: string;
}

const COLOURS: Readonly<Record<string, string>> = {
  ww: '#c2410c',
  wr: '#15803d',
  rw: '#b91c1c',
  process: '#6b7280',
  realtime: '#6b7280',
};

/** The small graph of an anomaly: nodes are events, edges are named by their type, so that two may hold several. */
export function anomalyGraph(nodes: readonly Node[], arrows: readonly Arrow[]): Graph {
  const graph = new Graph({ directed: true, multigraph: true });
  for (const { event, label } of nodes) graph.setNode(String(event), label);
  for (const { from, to, type } of arrows) graph.setEdge(String(from), String(to), type, type);
  return graph;
}

/** The graph in the language of Graphviz. */
export function dotOf(graph: Graph): string {
  const nodes = graph
    .nodes()
    .map((name) => `  ${quoted(name)} [label=${quoted(`#${name}\n${graph.node(name) as string}`)}];`);
  const arrows = graph.edges().map(({ v, w, name = '' }) => {
    const style = name === 'process' || name === 'realtime' ? ', style=dashed' : '';
    const colour = COLOURS[name] ?? '#000000';
    return `  ${quoted(v)} -> ${quoted(w)} [label=${quoted(name)}, color=${quoted(colour)}, fontcolor=${quoted(colour)}${style}];`;
  });
  return ['digraph anomaly {', '  node [shape=box, fontname="monospace"];', ...nodes, ...arrows, '}'].join(
    '\n',
  );
}

/** A string of Graphviz: backslashes and quotes escaped, line breaks as \n. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
