import { Failed, type Phase } from '../kit/error-table.ts';
import type { Answer, Connection } from '../redis/clients/connection.ts';
import type { Caller } from '../redis/clients/plan.ts';
import type { ClusterNode } from './node.ts';
import type { SlotMap } from './slot-map.ts';

/** A slot under way may send a client to and fro; a cluster that never ends to has lost its way. */
const REDIRECTIONS = 5;

/**
 * One process' way into a cluster: a connection a node, each command sent to who leads its key's slot. A redirection is
 * a refusal, so that the command may be sent again elsewhere; nothing else is ever sent twice. WAIT goes where the
 * write before it went.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#redirection-and-resharding
 */
export class SlotCaller implements Caller {
  readonly usable = true;
  readonly #map: SlotMap;
  readonly #connections = new Map<ClusterNode, Connection>();
  /** Who was asked last. */
  #last: ClusterNode | null = null;

  constructor(map: SlotMap) {
    this.#map = map;
  }

  get node(): string | null {
    return this.#last?.name ?? null;
  }

  async call(
    phase: Phase,
    command: readonly (string | number)[],
    signal: AbortSignal | null,
  ): Promise<Answer> {
    const key = keyOf(command);
    let target = key === null ? this.#last : await this.#map.leaderOf(key);
    let asking = false;
    for (let redirected = 0; ; redirected++) {
      if (target === null)
        throw new Failed({ code: 'no-leader', message: 'nobody says who leads the slot' }, 'connect');
      try {
        return await this.#send(target, asking, phase, command, signal);
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        const way = error.answered && redirected < REDIRECTIONS ? wayOf(error.message) : null;
        if (way === null) {
          // Whoever is gone, cut off or lost its slots is not asked again on the strength of what was known.
          if (!error.answered || /^(CLUSTERDOWN|READONLY|MOVED|ASK)/.test(error.message)) this.#map.forget();
          throw error;
        }
        asking = way.ask;
        if (!way.ask) this.#map.moved(way.slot, way.address);
        target = this.#map.at(way.address);
      }
    }
  }

  async #send(
    target: ClusterNode,
    asking: boolean,
    phase: Phase,
    command: readonly (string | number)[],
    signal: AbortSignal | null,
  ): Promise<Answer> {
    this.#last = target;
    const known = this.#connections.get(target);
    const connection = known?.usable ? known : await target.connect(signal);
    this.#connections.set(target, connection);
    // ASKING opens a slot that is being imported for the next command of this connection alone.
    if (asking) await connection.call('connect', ['ASKING'], signal);
    return connection.call(phase, command, signal);
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
  }
}

/** The key that decides where a command goes; null: where the last one went. */
function keyOf(command: readonly (string | number)[]): string | null {
  switch (command[0]) {
    case 'WAIT':
    case 'WAITAOF':
      return null;
    case 'EVAL':
      return String(command[3]);
    default:
      return String(command[1]);
  }
}

interface Way {
  readonly ask: boolean;
  readonly slot: number;
  readonly address: string;
}

/** `MOVED 3999 10.0.0.4:6379`, or ASK: only for this once. Null for any other refusal. */
export function wayOf(refusal: string): Way | null {
  const match = /^(MOVED|ASK) (\d+) (.*):\d+$/.exec(refusal);
  return match ? { ask: match[1] === 'ASK', slot: Number(match[2]), address: match[3] } : null;
}
