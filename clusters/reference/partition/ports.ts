// Ports that show who served an operation, beside what it gave.
import type { Json } from '../../../harness/history/event.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import type { Translate, Translation } from '../ports.ts';
import type { ReadAt } from '../replica/types.ts';

/**
 * Registers whose answers say who owned the key: `read` ok `{value, shard, epoch}`; `write` of v, ok `{value: v, shard,
 * epoch}`.
 */
function partition(operation: Operation, at: ReadAt): Translation {
  const row = { table: 'partition', key: JSON.stringify(operation.key ?? null) };
  const { f, value = null } = operation;
  const owned = (answered: Json, epoch: number | undefined, shard: string | undefined): Json => ({
    value: answered,
    shard: shard ?? null,
    epoch: epoch ?? null,
  });
  switch (f) {
    case 'read':
      return {
        request: { op: 'read', ...row, at },
        value: ({ fields, partition: served }, from) =>
          owned(fields?.value ?? null, served?.epoch, from?.shard),
      };
    case 'write':
      return {
        request: { op: 'write', ...row, fields: { value } },
        value: ({ partition: served }, from) => owned(value, served?.epoch, from?.shard),
      };
    default:
      throw new Error(`the partition port has no operation "${f}"`);
  }
}

export const PARTITION_PORTS: Readonly<Record<string, Translate>> = { partition };
