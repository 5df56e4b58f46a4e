import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../../harness/runtime/random.ts';
import { MultiLeader } from '../../replica/multi-leader/multi-leader.ts';
import { Leaderless } from '../../replica/leaderless/leaderless.ts';
import type { Input, Reply } from '../../replica/types.ts';
import type { OwnershipState, PartitionRequest } from '../requests.ts';
import { Drain } from './drain.ts';
import { GuardedReplica } from './guard.ts';
import { mergingMove, type NodeStep, type Progress } from './merging-move.ts';

const RESOLUTION = { conflicts: 'lww', granularity: 'field', merge: 'max' } as const;
const tokenOf = (table: string, key: string): string | null => (table.startsWith('~') ? null : key);
const ALL = [{ lo: '', hi: null }];

/** One node with its disk; `sync` says that all it has appended is durable. */
class Node {
  readonly #kind: string;
  readonly #name: string;
  readonly replies = new Map<number, Reply>();
  #guarded: GuardedReplica<never>;
  #appended = 0;
  #asked = 0;
  #disk: Extract<Input<never>, { kind: 'start' }>['records'] = [];

  constructor(kind: 'multi-leader' | 'leaderless' = 'multi-leader', name = 'n1') {
    this.#kind = kind;
    this.#name = name;
    this.#guarded = this.#made();
    this.#step({ kind: 'start', records: [], standby: false });
    this.sync();
  }

  restart(): void {
    this.#guarded = this.#made();
    this.#appended = 0;
    this.#step({ kind: 'start', records: this.#disk, standby: false });
    this.sync();
  }

  sync(): void {
    this.#step({ kind: 'durable', count: this.#appended });
  }

  ask(request: PartitionRequest): Reply {
    const id = ++this.#asked;
    this.#step({ kind: 'partition', id, request });
    this.sync();
    return this.replies.get(id) as Reply;
  }

  assign(state: OwnershipState, epoch: number, ranges = ALL as { lo: string; hi: string | null }[]): Reply {
    return this.ask({ op: 'assign', ranges, state, epoch, peer: 's2' });
  }

  write(key: string, v: number): Reply {
    return this.request({ op: 'write', table: 't', key, fields: { v } });
  }

  read(key: string): Reply {
    return this.request({ op: 'read', table: 't', key, at: 'replica' });
  }

  request(request: Extract<Input<never>, { kind: 'request' }>['request']): Reply {
    const id = ++this.#asked;
    this.#step({ kind: 'request', id, request });
    this.sync();
    return this.replies.get(id) as Reply;
  }

  /** As it is written, before the disk has it. */
  begin(key: string, v: number): number {
    const id = ++this.#asked;
    const request = { op: 'write', table: 't', key, fields: { v } } as const;
    this.#step({ kind: 'request', id, request });
    return id;
  }

  beginAssign(state: OwnershipState, epoch: number): number {
    const id = ++this.#asked;
    this.#step({ kind: 'partition', id, request: { op: 'assign', ranges: ALL, state, epoch, peer: 's2' } });
    return id;
  }

  #made(): GuardedReplica<never> {
    const common = { ...RESOLUTION, name: this.#name, peers: [], bug: 'none', stamps: 'hybrid' } as const;
    const inner =
      this.#kind === 'multi-leader'
        ? new MultiLeader({ ...common, topology: 'all-to-all', home: false })
        : new Leaderless({
            ...common,
            n: 1,
            r: 1,
            w: 1,
            sloppy: false,
            atomic: false,
            repair: true,
            graceMs: 1e6,
          });
    return new GuardedReplica(
      inner as unknown as ConstructorParameters<typeof GuardedReplica<never>>[0],
      tokenOf,
      'none',
    );
  }

  #step(input: Input<never>): void {
    for (const effect of this.#guarded.step(input, 1)) {
      if (effect.kind === 'append') {
        this.#appended += 1;
        this.#disk = [...this.#disk, effect.record];
      }
      if (effect.kind === 'reply') this.replies.set(effect.id, effect.reply);
    }
  }
}

describe.each(['multi-leader', 'leaderless'] as const)('a guarded %s replica', (kind) => {
  it('serves what it owns, says under which epoch, and refuses the rest, also after a restart', () => {
    const node = new Node(kind);
    expect(node.write('a', 1)).toMatchObject({ ok: false, code: 'moved' });
    node.assign('owned', 3);
    expect(node.write('a', 1)).toMatchObject({ ok: true, partition: { epoch: 3 } });
    node.restart();
    expect(node.read('a')).toMatchObject({ ok: true, fields: { v: 1 }, partition: { epoch: 3 } });
    node.assign('gone', 4);
    node.restart();
    expect(node.read('a')).toMatchObject({ ok: false, code: 'moved', owner: { shard: 's2', epoch: 4 } });
  });

  it('once a range is leaving serves neither writes nor reads of it', () => {
    const node = new Node(kind);
    node.assign('owned', 1);
    node.assign('leaving', 2);
    expect([node.write('a', 1), node.read('a')]).toMatchObject([{ code: 'moving' }, { code: 'moving' }]);
  });

  it('shows in a scan only keys that it owns, and says which those could be', () => {
    const node = new Node(kind);
    node.assign('owned', 1);
    for (const key of 'agz') node.write(key, 1);
    node.assign('gone', 2, [{ lo: 'm', hi: null }]);
    expect(node.request({ op: 'scan', table: 't', at: 'replica' })).toMatchObject({
      keys: ['a', 'g'],
      partition: { covered: [{ lo: '', hi: 'm' }] },
    });
  });

  it('keeps the later map of the directory, whoever writes it last', () => {
    const node = new Node(kind);
    const map = (epoch: number) => ({ assignments: [{ lo: '', hi: null, shard: 's1', epoch }] });
    const write = (epoch: number) =>
      node.request({ op: 'write', table: '~directory', key: 'map', fields: map(epoch) });
    write(2);
    write(1);
    node.restart();
    expect(node.request({ op: 'read', table: '~directory', key: 'map', at: 'leader' })).toMatchObject({
      fields: map(2),
    });
  });
});

describe('a lock', () => {
  it('is said to be in place only when everything taken before has been answered, also when it is asked again', () => {
    const node = new Node();
    node.assign('owned', 1);
    const write = node.begin('a', 1);
    const locks = [node.beginAssign('leaving', 2), node.beginAssign('leaving', 2)];
    expect([write, ...locks].map((id) => node.replies.has(id))).toEqual([false, false, false]);
    node.sync();
    expect([write, ...locks].map((id) => node.replies.get(id)?.ok)).toEqual([true, true, true]);
    expect([...node.replies.keys()].slice(-3)).toEqual([write, ...locks]);
  });

  it('waits for requests of its own ranges alone, and for scans', () => {
    const drain = new Drain();
    const told: string[] = [];
    const same = (reply: Reply): Reply => reply;
    drain.begin(1, 'a', same);
    drain.begin(2, 'z', same);
    drain.begin(3, null, same);
    drain.whenDone(
      (token) => token === null || token < 'm',
      () => told.push('locked'),
    );
    drain.answered(1, { ok: true }, () => told.push('one'));
    expect(told).toEqual(['one']);
    drain.answered(3, { ok: true }, () => told.push('three'));
    expect(told).toEqual(['one', 'three', 'locked']);
  });
});

describe('a move between shards whose rows merge', () => {
  const PLAN = { from: 's1', to: 's2', ranges: [{ lo: 'g', hi: 'p' }] };

  function carried(seed: number) {
    const nodes = new Map(['a1', 'a2', 'b1', 'b2'].map((name) => [name, new Node('multi-leader', name)]));
    const nodesOf = (shard: string) => (shard === 's1' ? ['a1', 'a2'] : ['b1', 'b2']);
    for (const node of nodesOf('s1')) nodes.get(node)?.assign('owned', 1);
    const random = randomStream(seed, 'move');
    const last = new Map<string, number>();
    const progress: Progress = { phase: '', rows: 0, bytes: 0 };
    const move = mergingMove(PLAN, 2, nodesOf, 2, 'none', progress);
    let n = 0;
    const busy = () => {
      // Any node takes writes; here the two of a shard never hear of each other.
      for (const [name, node] of nodes) {
        const key = random.pick([...'fghijklmnopq']);
        if (node.write(key, ++n).ok) last.set(`${name} ${key}`, n);
        if (random.chance(0.1)) node.restart();
      }
    };
    for (let i = 0; i < 10; i++) busy();
    for (let step = move.next(); step.done !== true;) {
      busy();
      const { node, request }: NodeStep = step.value;
      const reply = (nodes.get(node) as Node).ask(request);
      if (!reply.ok) throw new Error(reply.message);
      step = move.next(reply);
    }
    return { nodes, last };
  }

  it('brings what any node of the source had acknowledged to every node of the target', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { nodes, last } = carried(seed);
      for (const key of 'ghijklmno') {
        const acknowledged = ['a1', 'a2'].flatMap((name) => last.get(`${name} ${key}`) ?? []);
        for (const name of ['b1', 'b2']) {
          const node = nodes.get(name) as Node;
          const own = last.get(`${name} ${key}`) ?? 0;
          const reply = node.read(key);
          const value = reply.ok ? Number(reply.fields?.v ?? 0) : -1;
          // Whichever of two that never met is the later by its clock: one of them, never an older one.
          if (acknowledged.length > 0) expect([...acknowledged, own]).toContain(value);
        }
        for (const name of ['a1', 'a2']) expect(nodes.get(name)?.read(key)).toMatchObject({ code: 'moved' });
      }
      expect(nodes.get('a1')?.read('f').ok).toBe(true);
      expect(nodes.get('b1')?.read('q')).toMatchObject({ code: 'moved' });
    }
  });
});
