import type { Routing } from './client.ts';
import type { Failed } from './outcome.ts';

/** Who answers reads: the primary, every node in turn, or one node a session. */
export const READS = ['primary', 'any', 'sticky'] as const;
export type Reads = (typeof READS)[number];

/** Who is who at present, as far as routing cares. */
export interface Places<C> {
  readonly nodes: readonly { readonly name: string; connect(signal: AbortSignal): Promise<C> }[];
  readonly primary: string;
  /** A former primary that was not fenced, and still serves those who reach it. */
  readonly unfenced: string | null;
}

/**
 * Where a session's operations go, as a virtual address or a proxy would decide. After a failover without fencing,
 * sessions with odd numbers still reach the old primary, those with even numbers the new one.
 */
export class SessionRouting<C> implements Routing<C> {
  readonly readsNeedPrimary: boolean;
  readonly #places: Places<C>;
  readonly #reads: Reads;
  readonly #failed: (thrown: unknown) => Failed;
  #turn: number;

  /** `process` decides with which node the turns of `reads=any` begin; `failed` wraps an error in phase `connect`. */
  constructor(places: Places<C>, reads: Reads, process: number, failed: (thrown: unknown) => Failed) {
    this.readsNeedPrimary = reads === 'primary';
    this.#places = places;
    this.#reads = reads;
    this.#failed = failed;
    this.#turn = process;
  }

  writeNode(session: number): string {
    const { unfenced, primary } = this.#places;
    return unfenced !== null && session % 2 === 1 ? unfenced : primary;
  }

  readNode(session: number): string {
    const { nodes } = this.#places;
    switch (this.#reads) {
      case 'primary':
        return this.writeNode(session);
      case 'any':
        return nodes[this.#turn++ % nodes.length].name;
      case 'sticky':
        return nodes[session % nodes.length].name;
    }
  }

  open(name: string, signal: AbortSignal): Promise<C> {
    const found = this.#places.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`there is no node "${name}"`);
    return found.connect(signal);
  }

  notPrimary(node: string): Failed {
    return this.#failed(new Error(`${node} is a standby now, not the primary`));
  }
}
