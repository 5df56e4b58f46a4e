import { describe, expect, it } from 'vitest';
import { Tables } from '../replica/tables.ts';
import type { OwnershipState, PartitionReply } from './requests.ts';

const ALL = { lo: '', hi: null };
const options = { tokenOf: (table: string, key: string) => (table.startsWith('~') ? null : key) };

function shard(): Tables {
  const tables = new Tables(options);
  assign(tables, 'owned', 1);
  return tables;
}

function assign(tables: Tables, state: OwnershipState, epoch: number, lo = '', hi: string | null = null) {
  return tables.apply({ op: 'assign', ranges: [{ lo, hi }], state, epoch, peer: 's2' });
}
const write = (tables: Tables, key: string, v: number, table = 't') =>
  tables.apply({ op: 'write', table, key, fields: { v } });
const read = (tables: Tables, key: string, table = 't') =>
  tables.answer({ op: 'read', table, key, at: 'leader' });
const asked = (tables: Tables, query: Parameters<Tables['answer']>[0]): PartitionReply => {
  const reply = tables.answer(query);
  return (reply.ok ? reply.partition : undefined) ?? {};
};

describe('the partitions of a shard', () => {
  it.each<[OwnershipState, string | true, string | true]>([
    ['owned', true, true],
    ['copying', true, true],
    ['leaving', true, 'moving'],
    ['gone', 'moved', 'moved'],
    ['arriving', 'moving', 'moving'],
  ])('%s: reads are %s, writes are %s', (state, reads, writes) => {
    const tables = shard();
    assign(tables, state, 2);
    const code = (reply: ReturnType<Tables['apply']>) => (reply.ok ? true : reply.code);
    expect([code(read(tables, 'k')), code(write(tables, 'k', 1))]).toEqual([reads, writes]);
  });

  it('take no order of an earlier epoch, nor an earlier one of the same', () => {
    const tables = shard();
    assign(tables, 'gone', 3);
    for (const [state, epoch] of [
      ['owned', 2],
      ['copying', 3],
      ['leaving', 3],
    ] as const)
      expect(assign(tables, state, epoch)).toEqual({ ok: true, swapped: false });
    expect(read(tables, 'k').ok).toBe(false);
  });

  it('leave tables of the shard as a whole alone', () => {
    const tables = shard();
    write(tables, 'map', 1, '~directory');
    assign(tables, 'gone', 2);
    expect(read(tables, 'map', '~directory')).toMatchObject({ ok: true, fields: { v: 1 } });
  });

  it('tell the rows of a range that is copied in order, page by page, and what has changed since', () => {
    const tables = shard();
    for (const key of ['c', 'a', 'b', 'x']) write(tables, key, 1);
    assign(tables, 'copying', 2, '', 'm');
    const page = (after: readonly [string, string] | null) =>
      asked(tables, { op: 'export', epoch: 2, after, limit: 2, at: 'leader' });
    expect(page(null)).toMatchObject({
      rows: [
        ['t', 'a', { v: 1 }],
        ['t', 'b', { v: 1 }],
      ],
      left: 1,
    });
    expect(page(['t', 'b'])).toMatchObject({ rows: [['t', 'c', { v: 1 }]], left: 0 });
    write(tables, 'b', 2);
    write(tables, 'x', 2);
    tables.apply({ op: 'delete', table: 't', key: 'c' });
    const changes = asked(tables, { op: 'changes', epoch: 2, since: 0, limit: 9, at: 'leader' });
    expect(changes).toMatchObject({
      rows: [
        ['t', 'b', { v: 2 }],
        ['t', 'c', null],
      ],
      next: 2,
      left: 0,
    });
    expect(asked(tables, { op: 'changes', epoch: 2, since: 2, limit: 9, at: 'leader' }).rows).toEqual([]);
  });

  it('take each import once, and forget what an earlier ownership left', () => {
    const tables = shard();
    write(tables, 'old', 1);
    assign(tables, 'arriving', 2);
    const take = (number: number, v: number) =>
      tables.apply({ op: 'import', epoch: 2, number, rows: [['t', 'k', { v }]] });
    take(1, 1);
    take(2, 2);
    take(1, 1);
    take(4, 4);
    assign(tables, 'owned', 2);
    take(3, 3);
    expect(read(tables, 'k')).toMatchObject({ fields: { v: 2 } });
    expect(read(tables, 'old')).toMatchObject({ fields: null });
  });

  it('are not handed over while a transaction that is not decided holds a row of theirs', () => {
    const tables = shard();
    const operations = [{ f: 'put', table: 't', key: 'k', value: { v: 9 } }] as const;
    const prepare = {
      op: 'prepare',
      txn: 'n1.1.1',
      coordinator: 's1',
      operations,
      alone: false,
      since: 0,
    } as const;
    expect(tables.apply(prepare)).toMatchObject({ ok: true });
    assign(tables, 'copying', 2);
    expect(assign(tables, 'leaving', 2)).toMatchObject({ ok: false, code: 'moving' });
    expect(assign(tables, 'leaving', 2, 'm')).toMatchObject({ ok: true });
  });

  it('are measured: rows, and where half of them lie', () => {
    const tables = shard();
    for (const key of 'abcdef') write(tables, key, 1);
    const { ranges } = asked(tables, { op: 'ranges', at: 'leader' });
    expect(ranges).toMatchObject([{ ...ALL, state: 'owned', rows: 6, middle: 'd' }]);
    const one = shard();
    write(one, 'a', 1);
    expect(asked(one, { op: 'ranges', at: 'leader' }).ranges).toMatchObject([{ rows: 1, middle: null }]);
  });

  it('are in a snapshot, whatever state they are in', () => {
    const tables = shard();
    write(tables, 'a', 1);
    assign(tables, 'copying', 2, '', 'm');
    write(tables, 'a', 2);
    const other = new Tables(options, tables.image());
    expect(asked(other, { op: 'changes', epoch: 2, since: 0, limit: 9, at: 'leader' }).rows).toHaveLength(1);
    expect(other.image()).toEqual(tables.image());
  });
});
