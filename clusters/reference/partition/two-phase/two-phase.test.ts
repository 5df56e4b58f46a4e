import { expect, it } from 'vitest';
import type { Random } from '../../../../harness/runtime/types.ts';
import { randomStream } from '../../../../harness/runtime/random.ts';
import type { BugName } from '../../bugs.ts';
import type { Fields, Reply } from '../../replica/types.ts';
import { TransactionManager } from './manager.ts';
import type { TwoPhaseMessage } from './messages.ts';
import type { RowOperation } from './requests.ts';
import { Transactions } from './transactions.ts';

const SHARDS = ['s1', 's2', 's3'];
const append = (key: string, value: number): RowOperation => ({ f: 'append', table: 't', key, value });

/** Shards of one node each, a network that loses, doubles and delays, and nodes that die and come back with their disk. */
class Shards {
  readonly rows = new Map<string, Fields>();
  readonly states = new Map(SHARDS.map((shard) => [shard, new Transactions()]));
  readonly replies = new Map<number, Reply>();
  readonly #managers = new Map<string, TransactionManager>();
  #mail: { readonly from: string; readonly to: string; readonly message: TwoPhaseMessage }[] = [];
  readonly #random: Random;
  readonly #bug: BugName | 'none';
  #lives = 0;

  constructor(seed: number, bug: BugName | 'none' = 'none') {
    this.#random = randomStream(seed, 'two-phase');
    this.#bug = bug;
    for (const shard of SHARDS) this.restart(shard);
  }

  /** What is not in the log is gone; the log is read back from a snapshot. */
  restart(shard: string): void {
    const image = this.states
      .get(shard)!
      .image()
      .map(([, rows]) => rows);
    this.states.set(shard, new Transactions(...image));
    const life = ++this.#lives;
    const alive = (): boolean => this.#managers.get(shard) === manager;
    const manager: TransactionManager = new TransactionManager({
      name: shard,
      shard,
      bug: this.#bug,
      life,
      nodesOf: (of) => [of],
      ask: (request, then) => {
        const state = this.states.get(shard)!;
        const reply =
          request.op === 'unfinished' ? state.unfinished() : state.apply(request, this.#rowsOf(shard));
        // It may die after the log has it and before it hears so.
        if (alive() && !this.#random.chance(0.02)) then(reply);
      },
      send: (to, message) => this.#mail.push({ from: shard, to, message }),
      reply: (id, reply) => this.replies.set(id, reply),
      sometimes: () => undefined,
      watch: () => undefined,
    });
    this.#managers.set(shard, manager);
  }

  begin(id: number, keys: readonly string[]): void {
    const parts = keys.map((key, i) => ({
      shard: SHARDS[i],
      operations: [append(`${SHARDS[i]} ${key}`, id)],
    }));
    const [coordinator] = this.#random.shuffle(parts);
    this.#managers.get(coordinator.shard)!.begin(id, { op: 'spread', parts, at: 'leader' });
  }

  /** One thing happens: a message arrives, or is lost or doubled, a node's clock ticks, or it dies. */
  step(rough: boolean): void {
    const random = this.#random;
    const draw = random.below(100);
    if (rough && draw < 1) return this.restart(random.pick(SHARDS));
    if (draw < 30 || this.#mail.length === 0) return this.#managers.get(random.pick(SHARDS))!.tick();
    const at = random.below(this.#mail.length);
    const { from, to, message } = this.#mail[at];
    if (!(rough && random.chance(0.1))) this.#mail.splice(at, 1);
    if (rough && random.chance(0.2)) return;
    this.#managers.get(to)!.onMessage(from, message);
  }

  list(shard: string, key: string): readonly number[] {
    return (this.rows.get(`${shard} ${key}`)?.value ?? []) as readonly number[];
  }

  get unfinished(): number {
    return SHARDS.reduce((sum, shard) => {
      const reply = this.states.get(shard)!.unfinished();
      const { prepared = [], decided = [] } = (reply.ok && reply.transaction) || {};
      return sum + prepared.length + decided.length;
    }, 0);
  }

  #rowsOf(shard: string) {
    return {
      row: (_table: string, key: string) => this.rows.get(key) ?? null,
      set: (_table: string, key: string, fields: Fields | null) => {
        expect(key.startsWith(shard)).toBe(true);
        if (fields === null) this.rows.delete(key);
        else this.rows.set(key, fields);
      },
      refuses: () => null,
    };
  }
}

/** Sixty transactions of two or three shards each, under crashes and a bad network, and then time to finish. */
function run(
  seed: number,
  bug: BugName | 'none' = 'none',
): { readonly shards: Shards; readonly halves: number } {
  const shards = new Shards(seed, bug);
  const random = randomStream(seed, 'clients');
  const count = 60;
  const sizes: number[] = [];
  for (let id = 0; id < count; id++) {
    sizes.push(2 + random.below(2));
    const keys = Array.from({ length: sizes[id] }, () => String(random.below(3)));
    shards.begin(id, keys);
    for (let i = random.below(40); i > 0; i--) shards.step(true);
  }
  for (let i = 0; i < 6000; i++) shards.step(false);
  let halves = 0;
  for (let id = 0; id < count; id++) {
    const times = SHARDS.map((shard) =>
      ['0', '1', '2'].reduce((sum, key) => sum + shards.list(shard, key).filter((v) => v === id).length, 0),
    );
    const done = times.some((n) => n > 0);
    const whole = times.every((n, i) => n === (i < sizes[id] ? 1 : 0));
    const reply = shards.replies.get(id);
    if (done && !whole) halves++;
    else if (reply?.ok === true && !whole) halves++;
    else if (reply?.ok === false && done) halves++;
  }
  return { shards, halves };
}

it('a transaction over shards happens everywhere, once, or nowhere, whoever dies and whatever is lost, and then nothing stays locked', () => {
  let committed = 0;
  for (let seed = 0; seed < 40; seed++) {
    const { shards, halves } = run(seed);
    expect(halves, `seed ${seed}`).toBe(0);
    expect(shards.unfinished, `seed ${seed}`).toBe(0);
    for (const state of shards.states.values()) expect(state.locks.held).toEqual([]);
    committed += [...shards.replies.values()].filter((reply) => reply.ok).length;
  }
  expect(committed).toBeGreaterThan(300);
});

it('a shard that forgets what it has prepared leaves halves of transactions', () => {
  let halves = 0;
  for (let seed = 0; seed < 20; seed++) halves += run(seed, 'in-doubt-transaction-forgotten').halves;
  expect(halves).toBeGreaterThan(0);
});
