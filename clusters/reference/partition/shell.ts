import type { Effect, Input, Replica, TokenOf } from '../replica/types.ts';
import { Load } from './load.ts';

/**
 * Around a replica of any strategy that applies one log. Who owns what is in that log, where it is decided (`Partitions`,
 * beside the rows); the shell watches how what this node serves is used.
 */
export class PartitionedReplica<Message> implements Replica<Message> {
  readonly #inner: Replica<Message>;
  readonly #tokenOf: TokenOf;
  readonly #load = new Load();

  constructor(inner: Replica<Message>, tokenOf: TokenOf) {
    this.#inner = inner;
    this.#tokenOf = tokenOf;
  }

  step(input: Input<Message>, clock: number): readonly Effect<Message>[] {
    if (input.kind === 'request' && input.request.op !== 'scan') {
      const { table, key } = input.request;
      const token = this.#tokenOf(table, key);
      if (token !== null) this.#load.add(token, key);
    }
    const effects = this.#inner.step(input, clock);
    if (input.kind !== 'command') return effects;
    const partitions = this.#load.status;
    return effects.map((effect) =>
      effect.kind === 'status' ? { ...effect, status: { ...effect.status, partitions } } : effect,
    );
  }
}
