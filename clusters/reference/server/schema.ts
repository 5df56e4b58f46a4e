// What the client and control ports accept.
import { z } from 'zod';
import type { RowState } from '../replica/rows/row-state.ts';

const json = z.json();
const row = { table: z.string(), key: z.string() };
const at = z.enum(['leader', 'replica', 'confirmed', 'quorum']);
const after = z.object({ epoch: z.number(), lsn: z.number() }).optional();
const counts = z.record(z.string(), z.number());
const context = z.object({
  vector: counts,
  cloud: z.array(z.object({ actor: z.string(), count: z.number() })),
});

const rowOperation = z.object({
  f: z.enum(['read', 'put', 'merge', 'append', 'delete', 'check']),
  ...row,
  value: json,
});
const range = z.object({ lo: z.string(), hi: z.string().nullable() });
/** A client that coordinates has made it by the code that nodes run. */
const state = z.custom<RowState>((value) => typeof value === 'object' && value !== null && 'kind' in value);
const part = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('put'),
    id: z.string().nullable(),
    update: z.object({ ...row, state }),
    standsFor: z.string().nullable(),
    force: z.literal(true).optional(),
  }),
  z.object({ type: z.literal('get'), id: z.string(), ...row }),
  z.object({ type: z.literal('scan'), id: z.string(), table: z.string() }),
]);
const epoch = z.number();
const limit = z.number();

export const requestSchema = z.object({
  id: z.number(),
  request: z.discriminatedUnion('op', [
    z.object({ op: z.literal('read'), ...row, at, after }),
    z.object({ op: z.literal('scan'), table: z.string(), at, after }),
    z.object({
      op: z.literal('write'),
      ...row,
      fields: z.record(z.string(), json),
      context: context.optional(),
    }),
    z.object({ op: z.literal('cas'), ...row, field: z.string(), old: json, new: json }),
    z.object({ op: z.literal('delete'), ...row }),
    z.object({ op: z.literal('increment'), ...row, amount: z.number() }),
    z.object({ op: z.literal('insert'), ...row, element: z.string() }),
    z.object({ op: z.literal('remove'), ...row, element: z.string() }),
    z.object({ op: z.literal('append'), ...row, value: json }),
    z.object({ op: z.literal('take'), ...row }),
    z.object({ op: z.literal('part'), part }),
    z.object({
      op: z.literal('txn'),
      operations: z.array(z.tuple([z.enum(['r', 'w', 'append']), json, json])),
      at,
    }),
    z.object({
      op: z.literal('assign'),
      ranges: z.array(range),
      state: z.enum(['owned', 'copying', 'leaving', 'gone', 'arriving']),
      epoch,
      peer: z.string().nullable(),
    }),
    z.object({
      op: z.literal('import'),
      epoch,
      number: z.number(),
      rows: z.array(z.tuple([z.string(), z.string(), z.record(z.string(), json).nullable()])),
    }),
    z.object({
      op: z.literal('export'),
      epoch,
      after: z.tuple([z.string(), z.string()]).nullable(),
      limit,
      at,
    }),
    z.object({ op: z.literal('changes'), epoch, since: z.number(), limit, at }),
    z.object({ op: z.literal('ranges'), at }),
    z.object({ op: z.literal('unfinished'), at }),
    z.object({ op: z.literal('outbox'), limit, at }),
    z.object({
      op: z.literal('select'),
      table: z.string(),
      term: json.optional(),
      from: z.string().nullish(),
      to: z.string().nullish(),
      at,
    }),
    z.object({
      op: z.literal('spread'),
      parts: z.array(z.object({ shard: z.string(), operations: z.array(rowOperation) })),
      at,
    }),
  ]),
});

export const commandSchema = z.object({
  id: z.number(),
  command: z.discriminatedUnion('command', [
    z.object({ command: z.literal('status') }),
    z.object({ command: z.literal('fence'), epoch: z.number() }),
    z.object({ command: z.literal('promote'), epoch: z.number(), members: z.array(z.string()) }),
    z.object({ command: z.literal('demote') }),
    z.object({ command: z.literal('transfer'), to: z.string().optional() }),
    z.object({ command: z.literal('add'), node: z.string() }),
    z.object({ command: z.literal('remove'), node: z.string() }),
    z.object({ command: z.literal('clock') }),
    z.object({
      command: z.literal('set-clock'),
      offsetMs: z.number().optional(),
      driftPercent: z.number().optional(),
    }),
  ]),
});
