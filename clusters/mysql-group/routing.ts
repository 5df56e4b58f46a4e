import { Failed, type Connection } from '../mysql/clients/connection.ts';
import type { Routing } from '../sql/client.ts';
import type { GroupNode } from './node.ts';
import type { GroupSettings } from './settings.ts';

/** Whom the group's members last said to take writes: what a router in front of them knows. */
export interface Known {
  /** Nodes that take writes, in the order of the nodes. */
  readonly writers: readonly string[];
}

/**
 * Writes go to a member that takes them (each session has a home among several), reads there, or to any node, whether
 * it is still a member or not: an application with a list of addresses, which does not ask the group.
 */
export class GroupRouting implements Routing<Connection> {
  readonly readsNeedPrimary: boolean;
  readonly #nodes: readonly GroupNode[];
  readonly #known: Known;
  readonly #reads: GroupSettings['reads'];
  #turn: number;

  /** `process` decides with which node the turns of `reads=any` begin. */
  constructor(nodes: readonly GroupNode[], known: Known, reads: GroupSettings['reads'], process: number) {
    this.#nodes = nodes;
    this.#known = known;
    this.#reads = reads;
    this.readsNeedPrimary = reads === 'primary';
    this.#turn = process;
  }

  writeNode(session: number): string {
    const { writers } = this.#known;
    return writers[session % writers.length];
  }

  readNode(session: number): string {
    switch (this.#reads) {
      case 'primary':
        return this.writeNode(session);
      case 'any':
        return this.#nodes[this.#turn++ % this.#nodes.length].name;
      case 'sticky':
        return this.#nodes[session % this.#nodes.length].name;
    }
  }

  open(name: string, signal: AbortSignal): Promise<Connection> {
    return this.#nodes.find((node) => node.name === name)!.connect(signal);
  }

  notPrimary(node: string): Failed {
    return new Failed(new Error(`${node} takes no writes`), 'connect');
  }
}
