import type { MarkName } from '../../marks.ts';
import type { Resolution } from '../rows/resolution.ts';
import { keepsVersions, prepare } from '../rows/prepare.ts';
import { latestStamp, mergeStates, type RowState } from '../rows/row-state.ts';
import { Rows, scanned, shown, type Update } from '../rows/rows.ts';
import { isChange, isListChange } from '../tables.ts';
import type { Change, RefusalCode, Reply, Request, RowChange } from '../types.ts';
import type { LeaderlessOptions } from './options.ts';
import type { Part, PartAnswer } from './messages.ts';
import type { Ring } from './ring.ts';
import { Rounds } from './rounds.ts';
import { sameState } from './storage.ts';

/** What a node answers: the row's state, a table's rows, or null for "stored" and "no such row". */
type Answer = RowState | ReadonlyMap<string, RowState> | null;

export interface CoordinatorParts {
  readonly options: LeaderlessOptions;
  readonly ring: Ring;
  /** To this node as well. */
  readonly send: (to: string, message: Part) => void;
  readonly reply: (id: number, reply: Reply) => void;
  readonly sometimes: (mark: MarkName) => void;
  /** This node's own clock, µs, and the latest stamp that it holds. */
  readonly clock: () => number;
  readonly latest: () => number;
}

/** Ids of one life of the node; beyond them, the next life's begin. */
const LIFE = 4_294_967_296;

/** Does for a client what the client asked this node for: asks the row's nodes, and answers when enough of them have. */
export class Coordinator {
  readonly #parts: CoordinatorParts;
  readonly #resolution: Resolution;
  readonly #rounds: Rounds<Answer>;
  /** Counts this node's processes: names that an earlier one may have used are not used again. */
  readonly #life: number;
  readonly #actor: string;
  #count = 0;
  /** All changes of this actor, which its later ones must go by. */
  readonly #mine: Rows;

  constructor(parts: CoordinatorParts, life: number) {
    const { options } = parts;
    this.#parts = parts;
    this.#resolution = options;
    this.#life = life;
    this.#actor = `${options.name}.${life}`;
    this.#rounds = new Rounds(options.bug === 'quorum-counts-node-twice');
    this.#mine = new Rows(options);
  }

  get open(): number {
    return this.#rounds.size;
  }

  beat(): void {
    this.#rounds.beat();
  }

  take(from: string, answer: PartAnswer): void {
    switch (answer.type) {
      case 'stored':
        return this.#rounds.answer(answer.id, from, null);
      case 'got':
        return this.#rounds.answer(answer.id, from, answer.state);
      case 'scanned':
        return this.#rounds.answer(answer.id, from, byKey(answer.rows));
    }
  }

  request(id: number, request: Request): void {
    if (isChange(request)) return this.#change(id, request);
    if (request.op === 'scan') return this.#scan(id, request.table);
    const { table, key } = request;
    const done = (state: RowState | null) =>
      this.#parts.reply(id, shown(state, this.#resolution) satisfies Reply);
    this.#read(id, table, key, (state, holders) => {
      const { atomic, w } = this.#parts.options;
      if (!atomic || state === null || holders.length >= w) return done(state);
      // What one quorum has not yet seen could be missed by the next reader: first, enough nodes have it.
      this.#write(id, { table, key, state }, holders, () => done(state));
    });
  }

  #change(id: number, change: Change): void {
    if (change.op === 'cas')
      return this.#refuse(id, 'bad-request', 'a leaderless store has no compare-and-set: it takes consensus');
    if (isListChange(change))
      return this.#refuse(
        id,
        'bad-request',
        'a leaderless store has no lists: they take one order of changes',
      );
    if (!this.#goesByRow(change)) return this.#apply(id, change, null);
    this.#read(id, change.table, change.key, (state) => this.#apply(id, change, state));
  }

  /** Must the row be read first? For the latest stamp, for what the change replaces, or for the row's other fields. */
  #goesByRow(change: RowChange): boolean {
    const { stamps, conflicts, granularity } = this.#parts.options;
    if (stamps === 'logical') return true;
    const wholeRow = conflicts === 'lww' && granularity === 'row';
    switch (change.op) {
      case 'write':
        return wholeRow || (keepsVersions(this.#resolution) && change.context === undefined);
      case 'delete':
        return keepsVersions(this.#resolution);
      case 'increment':
        return conflicts === 'lww';
      case 'insert':
        return wholeRow;
      case 'remove':
        return wholeRow || conflicts !== 'lww';
      case 'cas':
        return true;
    }
  }

  #apply(id: number, change: RowChange, seen: RowState | null): void {
    const { table, key } = change;
    const own = this.#mine.get(table, key);
    const base = seen === null || own === null ? (seen ?? own) : mergeStates(seen, own);
    const stamp = { time: this.#time(base), node: this.#parts.options.name, count: this.#unique() };
    const state = prepare(change, base, { actor: this.#actor, stamp }, this.#resolution);
    if (state === null) return this.#refuse(id, 'bad-request', 'the row is of another kind');
    const update = { table, key, state };
    this.#mine.merge(update);
    const context =
      change.op === 'write' && change.context !== undefined && state.kind === 'versions'
        ? { context: state.versions.context }
        : {};
    this.#write(id, update, [], () => this.#parts.reply(id, { ok: true, ...context }));
  }

  /** Clocks stamp writes; hybrid ones never fall behind what they have seen; logical ones know nothing else. */
  #time(base: RowState | null): number {
    const { options, clock, latest } = this.#parts;
    switch (options.stamps) {
      case 'wall':
        return clock();
      case 'hybrid':
        return Math.max(clock(), latest() + 1);
      case 'logical':
        return latestStamp(base).time + 1;
    }
  }

  #unique(): number {
    return this.#life * LIFE + ++this.#count;
  }

  /** `then` hears the state that the answers amount to, and who has all of it. */
  #read(
    request: number,
    table: string,
    key: string,
    then: (state: RowState | null, holders: readonly string[]) => void,
  ): void {
    const { ring, send, options } = this.#parts;
    const range = ring.rangeOf(table, key);
    const id = this.#id();
    this.#rounds.start({
      id,
      need: options.r,
      targets: ring.holders(range),
      substitutes: options.sloppy ? ring.substitutes(range) : [],
      ask: (node) => send(node, { type: 'get', id, table, key }),
      enough: (answers) => {
        const state = merged(answers);
        this.#repair(table, key, answers, state);
        then(
          state,
          [...answers.keys()].filter((node) => sameState(stateOf(answers.get(node)), state)),
        );
      },
      late: (answers) => this.#repair(table, key, answers, merged(answers)),
      failed: (answered) =>
        this.#refuse(request, 'no-quorum', `heard ${answered} of ${options.r} nodes that a read needs`),
    });
  }

  /** Brings those that answered up to date; nobody waits for it. */
  #repair(table: string, key: string, answers: ReadonlyMap<string, Answer>, state: RowState | null): void {
    const { options, ring, send, sometimes } = this.#parts;
    if (!options.repair || state === null) return;
    const holders = ring.holders(ring.rangeOf(table, key));
    const behind = [...answers].filter(([, answer]) => !sameState(stateOf(answer), state));
    if (behind.length === 0) return;
    sometimes('read-repaired');
    const put = { type: 'put', id: null, standsFor: null } as const;
    if (options.bug === 'read-repair-writes-older') {
      const older = behind.map(([, answer]) => stateOf(answer)).find((one) => one !== null);
      if (older)
        for (const node of answers.keys())
          if (holders.includes(node))
            send(node, { ...put, update: { table, key, state: older }, force: true });
      return;
    }
    for (const [node] of behind)
      if (holders.includes(node)) send(node, { ...put, update: { table, key, state } });
  }

  /** `have`: who has it already. */
  #write(request: number, update: Update, have: readonly string[], then: () => void): void {
    const { ring, send, options } = this.#parts;
    const range = ring.rangeOf(update.table, update.key);
    const id = this.#id();
    this.#rounds.start({
      id,
      need: options.w - have.length,
      targets: ring.holders(range).filter((node) => !have.includes(node)),
      substitutes: options.sloppy ? ring.substitutes(range) : [],
      ask: (node, standsFor) => send(node, { type: 'put', id, update, standsFor }),
      enough: then,
      late: () => undefined,
      failed: (answered) => {
        this.#parts.sometimes('write-without-a-quorum');
        const heard = `${answered + have.length} of ${options.w}`;
        this.#refuse(request, 'no-quorum', `heard ${heard} nodes that a write needs`);
      },
    });
  }

  /** Rows of a table lie anywhere: so many nodes are asked that of each row's nodes enough are among them. */
  #scan(request: number, table: string): void {
    const { ring, send, options } = this.#parts;
    const id = this.#id();
    const need = ring.names.length - ring.n + options.r;
    this.#rounds.start({
      id,
      need,
      targets: ring.names,
      substitutes: [],
      ask: (node) => send(node, { type: 'scan', id, table }),
      enough: (answers) => {
        const rows = new Map<string, RowState>();
        for (const answer of answers.values())
          for (const [key, state] of answer as ReadonlyMap<string, RowState>) {
            const known = rows.get(key);
            rows.set(key, known ? mergeStates(known, state) : state);
          }
        this.#parts.reply(request, scanned(rows, this.#resolution));
      },
      late: () => undefined,
      failed: (answered) =>
        this.#refuse(request, 'no-quorum', `heard ${answered} of ${need} nodes that a scan needs`),
    });
  }

  /** No other message of this cluster has the same. */
  #id(): string {
    return `${this.#actor}:${++this.#count}`;
  }

  #refuse(id: number, code: RefusalCode, message: string): void {
    this.#parts.reply(id, { ok: false, code, message: `${this.#parts.options.name} ${message}` });
  }
}

function byKey(rows: readonly (readonly [string, RowState])[]): ReadonlyMap<string, RowState> {
  const states = new Map<string, RowState>();
  for (const [key, state] of rows) {
    const known = states.get(key);
    states.set(key, known ? mergeStates(known, state) : state);
  }
  return states;
}

function stateOf(answer: Answer | undefined): RowState | null {
  return (answer ?? null) as RowState | null;
}

function merged(answers: ReadonlyMap<string, Answer>): RowState | null {
  let state: RowState | null = null;
  for (const answer of answers.values()) {
    const next = stateOf(answer);
    if (next !== null) state = state === null ? next : mergeStates(state, next);
  }
  return state;
}
