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

/** Courier's widths are known wherever Graphviz runs, and are those of other monospaced fonts. */
const NODES = '  node [shape=box, fontname="Courier", fontsize=12];';
/** Characters of a label. */
const LINE = 60;

/** The graph in the language of Graphviz. */
export function dotOf(graph: Graph): string {
  const nodes = graph
    .nodes()
    .map(
      (name) => `  ${quoted(name)} [label=${quoted(`#${name}\n${wrapped(graph.node(name) as string)}`)}];`,
    );
  const arrows = graph.edges().map(({ v, w, name = '' }) => {
    const style = name === 'process' || name === 'realtime' ? ', style=dashed' : '';
    const colour = COLOURS[name] ?? '#000000';
    return `  ${quoted(v)} -> ${quoted(w)} [label=${quoted(name)}, color=${quoted(colour)}, fontcolor=${quoted(colour)}${style}];`;
  });
  return ['digraph anomaly {', NODES, ...nodes, ...arrows, '}'].join('\n');
}

/** Micro-operations, as many on a line as fit. */
function wrapped(label: string): string {
  const lines: string[] = [];
  for (const part of label.split(/(?<=,) (?=[a-z])/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + part.length >= LINE) lines.push(part);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines.join('\n');
}

/** A string of Graphviz: backslashes and quotes escaped, line breaks as \n. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
