import { describe, expect, it } from 'vitest';
import { expectedMovement, withinInterval } from '../../../../checkers/partitions/movement.ts';
import { gaps, overlap } from '../ranges.ts';
import { sharesOf } from './buckets.ts';
import { partitionKeyOf } from './composite.ts';
import { directory, onlyKey } from './directory.ts';
import { fixed } from './fixed.ts';
import { PartitionMap, ownedBy, plan } from './map.ts';
import { modulo } from './modulo.ts';
import { between, range } from './range.ts';
import { HashRing, ring } from './ring.ts';
import type { Member, Scheme } from './scheme.ts';
import { crc16, hashTag, slots } from './slots.ts';

const members = (n: number, weight = 1): Member[] =>
  Array.from({ length: n }, (_, i) => ({ shard: `s${i + 1}`, weight }));
const KEYS = Array.from({ length: 20_000 }, (_, i) => `key-${i}`);
const owners = (scheme: Scheme, map: PartitionMap) =>
  KEYS.map((key) => map.ownerOf(scheme.tokenOf(key)).shard);
const SCHEMES: readonly Scheme[] = [
  modulo,
  slots,
  fixed(128),
  ring({ vnodes: 32 }),
  range(['key-3', 'key-5', 'key-7']),
  directory([]),
];

describe('a partition map', () => {
  const one = (lo: string, hi: string | null, shard: string) => ({ lo, hi, shard, epoch: 1 });
  it('is refused with a gap, an overlap or an empty partition, which it names', () => {
    expect(() => new PartitionMap([one('', 'm', 's1'), one('n', null, 's2')])).toThrow(
      'no partition holds the tokens ["m", "n")',
    );
    expect(() => new PartitionMap([one('', 'm', 's1')])).toThrow('no partition holds the tokens ["m", end)');
    expect(() => new PartitionMap([one('', 'n', 's1'), one('m', null, 's2')])).toThrow(
      'the partitions [begin, "n") of s1 and ["m", end) of s2 overlap in ["m", "n")',
    );
    expect(() => new PartitionMap([one('', null, 's1'), one('m', 'm', 's2')])).toThrow('is empty');
  });
  it('learns what has a later epoch, and nothing else', () => {
    const map = ownedBy('s1', 3);
    const learnt = map.learn({ lo: 'b', hi: 'd', shard: 's2', epoch: 4 });
    expect(['a', 'b', 'c', 'd'].map((token) => learnt.ownerOf(token).shard)).toEqual([
      's1',
      's2',
      's2',
      's1',
    ]);
    expect(map.learn({ lo: 'b', hi: 'd', shard: 's2', epoch: 2 })).toBe(map);
  });
  it('tells what must move for another one to hold, and nothing that stays', () => {
    const before = new PartitionMap([one('', 'f', 's1'), one('f', null, 's2')]);
    const after = new PartitionMap([one('', 'c', 's1'), one('c', 'g', 's3'), one('g', null, 's2')]);
    expect(plan(before, after)).toEqual([
      { from: 's1', to: 's3', ranges: [{ lo: 'c', hi: 'f' }] },
      { from: 's2', to: 's3', ranges: [{ lo: 'f', hi: 'g' }] },
    ]);
    expect(plan(after, after)).toEqual([]);
  });
});

describe('every way of partitioning', () => {
  for (const scheme of SCHEMES)
    it(`${scheme.name} gives every key one owner as members come and go, and carries out its own plan`, () => {
      let map = scheme.place(members(3));
      for (const n of [4, 5, 3, 2, 1, 3]) {
        const next = scheme.replace(map, members(n));
        const moved = plan(map, next);
        const parts = moved.flatMap(({ ranges }) => ranges);
        const twice = parts.some((part, i) =>
          parts.slice(i + 1).some((other) => overlap(part, other) !== null),
        );
        expect(twice).toBe(false);
        const carried = map.with(
          moved.flatMap(({ to, ranges }) => ranges.map((one) => ({ ...one, shard: to, epoch: 2 }))),
        );
        expect(owners(scheme, carried)).toEqual(owners(scheme, next));
        expect(gaps(next.assignments)).toEqual([]);
        expect(new Set(next.shards)).toEqual(new Set(members(n).map(({ shard }) => shard)));
        map = next;
      }
    });
  it('moves what theory says: N/(N+1) by a modulo, 1/(N+1) by a ring or slots, for N = 2 … 7', () => {
    for (const scheme of [modulo, slots, ring({ vnodes: 64 })])
      for (let n = 2; n <= 7; n++) {
        const [before, after] = [members(n), members(n + 1)];
        const was = scheme.place(before);
        const [from, to] = [owners(scheme, was), owners(scheme, scheme.replace(was, after))];
        const moved = from.filter((shard, i) => shard !== to[i]).length / KEYS.length;
        const names = (list: Member[]) => list.map(({ shard }) => shard);
        const placing = { scheme: scheme.name, vnodes: 64, buckets: 128, weights: {} };
        const theory = expectedMovement(placing, names(before), names(after), KEYS.length);
        if (theory === null) throw new Error('theory is silent');
        expect(withinInterval(moved, theory), `${scheme.name} ${n}: ${moved}, not ${theory.mean}`).toBe(true);
        expect(theory.mean).toBeCloseTo(scheme === modulo ? n / (n + 1) : 1 / (n + 1), 12);
      }
  });
  it('moves nothing between two that stay, but for the modulo', () => {
    const stayers = (scheme: Scheme) => {
      const was = scheme.place(members(4));
      const [from, to] = [owners(scheme, was), owners(scheme, scheme.replace(was, members(5)))];
      return from.filter((shard, i) => shard !== to[i] && to[i] !== 's5').length;
    };
    for (const scheme of SCHEMES)
      if (scheme === modulo) expect(stayers(scheme)).toBeGreaterThan(0);
      else expect(stayers(scheme), scheme.name).toBe(0);
  });
});

describe('the ring', () => {
  it('gives shares in proportion to weights', () => {
    const heavy = [{ shard: 's1', weight: 3 }, ...members(4).slice(1)];
    const scheme = ring({ vnodes: 256 });
    const mine = owners(scheme, scheme.place(heavy)).filter((shard) => shard === 's1').length;
    // Half of the weight: the share is Beta(768, 768), with a standard deviation of 1.3 %.
    expect(mine / KEYS.length).toBeGreaterThan(0.44);
    expect(mine / KEYS.length).toBeLessThan(0.56);
  });
  it('breaks ties by name, in whatever order members are listed', () => {
    const listed = members(5);
    const by = (list: Member[], tieByOrder: boolean) => {
      const circle = new HashRing(list, { vnodes: 64, bits: 8, tieByOrder });
      return Array.from({ length: 256 }, (_, position) => circle.members[circle.ownerAt(position)]);
    };
    expect(by([...listed].reverse(), false)).toEqual(by(listed, false));
    expect(by([...listed].reverse(), true)).not.toEqual(by(listed, true));
  });
  it('has the owners that its tokens say', () => {
    const circle = new HashRing(members(5), { vnodes: 16 });
    const map = ring({ vnodes: 16 }).place(members(5));
    for (let i = 0; i < 1000; i++) {
      const position = Math.imul(i, 0x9e3779b1) >>> 0;
      const token = position.toString(16).padStart(8, '0');
      expect(map.ownerOf(token).shard).toBe(circle.members[circle.ownerAt(position)]);
    }
    for (const position of [...circle.positions].flatMap((p) => [p, p - 1, p + 1].filter((q) => q >= 0)))
      expect(map.ownerOf(position.toString(16).padStart(8, '0')).shard).toBe(
        circle.members[circle.ownerAt(position)],
      );
  });
});

describe('the parts', () => {
  it('hashes slots as Redis Cluster does', () => {
    // Redis Cluster specification: CRC16("123456789") = 0x31C3; keys with one hash tag share a slot.
    expect(crc16('123456789')).toBe(0x31c3);
    expect(slots.tokenOf('123456789')).toBe('12739');
    expect(hashTag('{user1000}.following')).toBe('user1000');
    expect(['foo{}{bar}', 'foo{{bar}}zap', 'foo{bar}{zap}'].map(hashTag)).toEqual([
      'foo{}{bar}',
      '{bar',
      'bar',
    ]);
  });
  it('shares buckets by weight to the last one', () => {
    const shares = sharesOf([{ shard: 's1', weight: 2 }, ...members(3).slice(1)], 10);
    expect([...shares.values()]).toEqual([5, 3, 2]);
  });
  it('refuses what makes no map, with the reason', () => {
    expect(() => ring({ vnodes: 8 }).place([{ shard: 's1', weight: 0 }])).toThrow('weight 0 of s1');
    expect(() => ring({ vnodes: 0 }).place(members(2))).toThrow('vnodes=0');
    expect(() => modulo.place(members(9))).toThrow('hash modulo takes 1 to 8 shards, not 9');
    expect(() => modulo.place(members(2, 2))).toThrow('knows no weights');
    expect(() => fixed(2).place(members(3))).toThrow('3 shards cannot share 2 partitions');
    expect(() => fixed(0)).toThrow('partitions=0');
    expect(() => range(['m', 'c'])).toThrow('boundary "c" does not come after "m"');
    expect(() => range(['m']).place(members(3))).toThrow('1 boundaries make 2 ranges: too few for 3 shards');
    expect(() => directory(['=s1', 'm=s9']).place(members(2))).toThrow('names a shard that is not there');
    expect(() => directory(['a=s1']).place(members(2))).toThrow('no partition holds the tokens [begin, "a")');
  });
  it('finds a text between two, always', () => {
    for (const [lo, hi] of [
      ['', null],
      ['', 'a'],
      ['a', 'b'],
      ['a', 'a\u0000\u0000'],
      ['a~', 'b'],
      ['key-1', 'key-10'],
    ] as const) {
      const middle = between(lo, hi);
      expect(middle > lo && (hi === null || middle < hi), `${lo} ${middle} ${hi}`).toBe(true);
    }
  });
  it('places composite keys by their first part, and a dedicated key alone', () => {
    expect(partitionKeyOf('["user7","2024"]', 'first')).toBe('user7');
    expect(partitionKeyOf('["user7","2024"]', 'whole')).toBe('["user7","2024"]');
    expect(partitionKeyOf('"user7"', 'whole')).toBe('user7');
    const map = ownedBy('s1', 1).with([{ ...onlyKey('star'), shard: 's2', epoch: 2 }]);
    expect(['sta', 'star', 'star0'].map((key) => map.ownerOf(key).shard)).toEqual(['s1', 's2', 's1']);
  });
});
