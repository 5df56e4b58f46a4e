import { Failed, type Connection } from '../postgres/clients/connection.ts';
import type { PostgresNode } from '../postgres/node.ts';
import type { Routing } from '../sql/client.ts';
import type { MultiLeaderSettings } from './settings.ts';

/** A session writes at its home leader, and reads there or anywhere. */
export class LeaderRouting implements Routing<Connection> {
  readonly readsNeedPrimary = false;
  readonly #nodes: readonly PostgresNode[];
  readonly #reads: MultiLeaderSettings['reads'];
  #turn: number;

  /** `process` decides with which node the turns of `reads=any` begin. */
  constructor(nodes: readonly PostgresNode[], reads: MultiLeaderSettings['reads'], process: number) {
    this.#nodes = nodes;
    this.#reads = reads;
    this.#turn = process;
  }

  writeNode(session: number): string {
    return this.#nodes[session % this.#nodes.length].name;
  }

  readNode(session: number): string {
    return this.#reads === 'home'
      ? this.writeNode(session)
      : this.#nodes[this.#turn++ % this.#nodes.length].name;
  }

  open(name: string, signal: AbortSignal): Promise<Connection> {
    return this.#nodes.find((node) => node.name === name)!.connect(signal);
  }

  notPrimary(node: string): Failed {
    return new Failed(new Error(`${node} takes no writes`), 'connect');
  }
}
