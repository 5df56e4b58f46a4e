import type { Routing } from './clients/client.ts';
import type { Connection } from './clients/connection.ts';
import type { Topology } from './topology.ts';

/** Who answers reads: the primary, every node in turn, or one node a session. */
export const READS = ['primary', 'any', 'sticky'] as const;
export type Reads = (typeof READS)[number];

/**
 * Where a session's operations go, as a virtual address or a proxy would decide. After a failover without fencing,
 * sessions with odd numbers still reach the old primary, those with even numbers the new one.
 */
export class SessionRouting implements Routing {
  readonly readsNeedPrimary: boolean;
  readonly #topology: Topology;
  readonly #reads: Reads;
  #turn: number;

  /** `process` decides with which node the turns of `reads=any` begin. */
  constructor(topology: Topology, reads: Reads, process: number) {
    this.readsNeedPrimary = reads === 'primary';
    this.#topology = topology;
    this.#reads = reads;
    this.#turn = process;
  }

  writeNode(session: number): string {
    const { unfenced, primary } = this.#topology;
    return unfenced !== null && session % 2 === 1 ? unfenced : primary;
  }

  readNode(session: number): string {
    const { nodes } = this.#topology;
    switch (this.#reads) {
      case 'primary':
        return this.writeNode(session);
      case 'any':
        return nodes[this.#turn++ % nodes.length].name;
      case 'sticky':
        return nodes[session % nodes.length].name;
    }
  }

  open(node: string, signal: AbortSignal): Promise<Connection> {
    return this.#topology.node(node).connect(signal);
  }
}
