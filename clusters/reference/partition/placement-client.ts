import type { Client, Completion } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import type { Json } from '../../../harness/history/event.ts';
import { StoreError, completionOf } from '../errors.ts';
import type { TokenOf } from '../replica/types.ts';
import { DIRECTORY, MAP_KEY, mapOf } from './directory-row.ts';
import type { ShardConnections } from './shards.ts';

export interface PlacementParts {
  readonly connections: ShardConnections;
  readonly tokenOf: TokenOf;
  readonly home: string;
  /** What theory needs to know: `{scheme, vnodes, buckets, weights}`. */
  readonly about: { readonly [name: string]: Json };
}

/**
 * Where keys are, by the directory: `locate` (value = how many sampled keys) ok `{…about, generation, kind, moving,
 * members, owners}`, `owners` having a letter for each key: a = the first member, b = the second …
 */
export class PlacementClient implements Client {
  readonly #parts: PlacementParts;

  constructor(parts: PlacementParts) {
    this.#parts = parts;
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    const { connections, home, tokenOf, about } = this.#parts;
    const request = { op: 'read', table: DIRECTORY, key: MAP_KEY } as const;
    try {
      const { reply, node } = await connections.ask(
        home,
        { f: 'read' },
        true,
        (at) => ({ ...request, at }),
        signal,
      );
      const fields = reply.fields ?? {};
      const map = mapOf(fields);
      const members = map.shards;
      const owners = Array.from({ length: Number(operation.value) }, (_, i) => {
        const token = tokenOf('partition', String(i)) as string;
        return String.fromCharCode(97 + members.indexOf(map.ownerOf(token).shard));
      }).join('');
      const { generation = 0, kind = 'first', moving = false } = fields;
      return { type: 'ok', node, value: { ...about, generation, kind, moving, members, owners } };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return completionOf(error, true);
    }
  }

  close(): Promise<void> {
    this.#parts.connections.close();
    return Promise.resolve();
  }
}
