import type { ProcessControl } from '../../harness/cluster.ts';
import { named, type ServerNode } from './server-node.ts';

/** Signals to servers that find their role again by themselves when they come back. */
export function processesOf(nodes: readonly ServerNode[]): ProcessControl {
  return {
    kill: (node) => named(nodes, node).kill(),
    pause: (node) => named(nodes, node).pause(),
    resume: (node) => named(nodes, node).resume(),
    restart: async (name) => {
      const node = named(nodes, name);
      if (!(await node.alive())) await node.start();
    },
    shutDown: (node) => named(nodes, node).shutDown(),
    state: (node) => named(nodes, node).state(),
  };
}
