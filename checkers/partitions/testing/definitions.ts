// What the anomalies of keys that move mean, word by word: for small histories, and with nothing of the checkers in it.
import type { EventInput, Json } from '../../../harness/history/event.ts';

interface Plain {
  readonly key: string;
  readonly f: string;
  readonly from: number;
  /** Infinity: it was not acknowledged. */
  readonly to: number;
  /** What a write wrote, or a read saw. */
  readonly value: string;
  readonly shard: string;
  readonly epoch: number;
}

const text = (value: unknown): string => JSON.stringify(value ?? null);

function operations(events: readonly EventInput[]): Plain[] {
  return events.flatMap((invocation, from): Plain[] => {
    if (invocation.process < 0 || invocation.type !== 'invoke') return [];
    const to = events.findIndex((e, i) => i > from && e.process === invocation.process);
    const end = to < 0 ? undefined : events[to];
    if (end?.type === 'fail') return [];
    const answer = end?.type === 'ok' ? (end.value as { [name: string]: Json }) : null;
    const base = { key: text(invocation.key), f: invocation.f, from };
    return answer === null
      ? [{ ...base, to: Infinity, value: text(invocation.value), shard: '', epoch: 0 }]
      : [
          {
            ...base,
            to,
            value: text(answer.value),
            shard: text(answer.shard),
            epoch: Number(answer.epoch),
          },
        ];
  });
}

/** Every pair of operations of a key, every final read with every write, every order of all operations of a key. */
export function rebalanceByDefinition(events: readonly EventInput[]): Set<string> {
  const found = new Set<string>();
  const all = operations(events);
  const final = events.findIndex((e) => e.process < 0);
  for (const key of new Set(all.map((one) => one.key))) {
    const own = all.filter((one) => one.key === key);
    const served = own.filter((one) => one.to < Infinity);
    for (const a of served)
      for (const b of served) {
        if (a.epoch === b.epoch && a.shard !== b.shard) found.add('double-ownership');
        if (a.to < b.from && a.epoch > b.epoch) found.add('double-ownership');
      }
    const writes = served.filter(({ f }) => f === 'write');
    for (const read of served.filter(({ f, from }) => f === 'read' && final >= 0 && from > final))
      for (const write of writes.filter(({ to }) => to < read.from)) {
        const held = writes.find(({ value }) => value === read.value);
        if (read.value === 'null' || (held !== undefined && held.to < write.from)) found.add('lost-key');
      }
    if (!isRegister(own, 'null')) found.add('not linearizable');
  }
  return found;
}

/** Is there an order of all that was acknowledged, and some of the rest, that respects real time and reads what was written? */
function isRegister(left: readonly Plain[], state: string): boolean {
  if (left.every(({ to }) => to === Infinity)) return true;
  const soonest = Math.min(...left.map(({ to }) => to));
  return left.some((one, i) => {
    if (one.from > soonest) return false;
    if (one.f === 'read' && one.to < Infinity && one.value !== state) return false;
    return isRegister(
      left.filter((_, j) => j !== i),
      one.f === 'write' ? one.value : state,
    );
  });
}

interface Placed {
  readonly scheme: string;
  readonly vnodes: number;
  readonly buckets: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly generation: number;
  readonly kind: string;
  readonly moving: boolean;
  readonly members: readonly string[];
  readonly owners: string;
}

/** Every key by itself; what theory says is written out for each way of partitioning. */
export function movementByDefinition(events: readonly EventInput[]): Set<string> {
  const found = new Set<string>();
  const answers = events.filter(({ type }) => type === 'ok').map(({ value }) => value as unknown as Placed);
  const resting = answers.filter(({ moving }) => !moving);
  const owner = ({ members, owners }: Placed, key: number): string =>
    members['abcdefgh'.indexOf(owners[key])];
  const off = (seen: number, mean: number, variance: number, keys: number): boolean =>
    (seen - mean) ** 2 > 4.5 ** 2 * (variance + (mean * (1 - mean)) / keys) * (1 + 1e-12);
  const part = (of: Placed, members: readonly string[], member: string): number =>
    (of.weights[member] ?? 1) / members.reduce((sum, one) => sum + (of.weights[one] ?? 1), 0);
  const spread = (of: Placed, members: readonly string[], share: number): number | null => {
    if (of.scheme === 'modulo') return 0;
    if (of.scheme === 'slots' || of.scheme === 'fixed') return 1 / of.buckets / of.buckets;
    if (of.scheme !== 'ring') return null;
    const points = of.vnodes * members.reduce((sum, one) => sum + (of.weights[one] ?? 1), 0);
    return (share * (1 - share)) / (points + 1);
  };
  resting.forEach((now, i) => {
    const keys = [...now.owners].map((_, key) => key);
    const before = resting[i - 1] as Placed | undefined;
    const sofar =
      resting[0].kind === 'first' &&
      resting.slice(1, i + 1).every(({ generation, kind }, j) => {
        const last = resting[j].generation;
        return generation === last || (generation === last + 1 && kind === 'members');
      });
    if (sofar && before?.generation !== now.generation)
      for (const member of now.members) {
        const share = now.scheme === 'modulo' ? 1 / now.members.length : part(now, now.members, member);
        const variance = spread(now, now.members, share);
        const seen = keys.filter((key) => owner(now, key) === member).length / keys.length;
        if (variance !== null && off(seen, share, variance, keys.length)) found.add('balance-off-theory');
      }
    if (before === undefined || now.kind !== 'members' || now.generation !== before.generation + 1) return;
    const moved = keys.filter((key) => owner(before, key) !== owner(now, key));
    if (
      moved.some(
        (key) => now.members.includes(owner(before, key)) && before.members.includes(owner(now, key)),
      )
    )
      found.add('moved-between-stayers');
    const [less, more] = before.members.length < now.members.length ? [before, now] : [now, before];
    const fresh = more.members.filter((member) => !less.members.includes(member));
    if (fresh.length !== 1 || more.members.length !== less.members.length + 1) return;
    const n = less.members.length;
    const mean = now.scheme === 'modulo' ? n / (n + 1) : part(now, more.members, fresh[0]);
    const variance = spread(now, more.members, mean);
    if (variance !== null && off(moved.length / keys.length, mean, variance, keys.length))
      found.add('movement-off-theory');
  });
  return found;
}
