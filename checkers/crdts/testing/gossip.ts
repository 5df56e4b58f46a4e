import type { EventInput, Json } from '../../../harness/history/event.ts';
import type { Context, ReplicaType } from './replicas.ts';
import { Tape } from './tape.ts';

export interface Asked {
  readonly f: string;
  readonly value: Json;
}

export interface GossipOptions<S> {
  readonly type: ReplicaType<S>;
  readonly nodes: number;
  readonly sessions: number;
  readonly operations: number;
  /** Each session keeps to one replica. */
  readonly sticky: boolean;
  /** A replica now and then falls back to an earlier state of its own. */
  readonly amnesia: boolean;
  readonly ask: (dice: Tape, serial: number) => Asked;
}

export interface Gossiped {
  readonly events: EventInput[];
  /** By tag (the event of the invocation), what each update that took effect carried as its context. */
  readonly contexts: ReadonlyMap<number, Context>;
}

interface Running {
  readonly asked: Asked;
  readonly session: number;
  readonly process: number;
  readonly node: number;
  readonly tag: number;
  readonly context: Context;
  outcome: 'ok' | 'info' | 'fail' | 'open';
  applied: boolean;
  answer: Json;
  seen: Context;
}

/**
 * Clients at replicas that gossip their states in random order; at the end all is merged everywhere, and every
 * replica is read. The dice fall the same whatever the type's defects: a run has a twin without them.
 */
export function gossip<S>(options: GossipOptions<S>, tape: readonly number[]): Gossiped {
  const { type, nodes, sessions, operations, sticky, amnesia } = options;
  const dice = new Tape(tape);
  const states = Array.from({ length: nodes }, () => type.empty());
  const earlier = states.map((state) => type.copy(state));
  const events: EventInput[] = [];
  const contexts = new Map<number, Context>();
  const held = new Map<number, Context>();
  const running: Running[] = [];
  const ghosts: Running[] = [];
  const processes = Array.from({ length: sessions }, (_, i) => i);
  let started = 0;
  let nextProcess = sessions;

  const event = (op: Running, kind: EventInput['type'], value: Json): void => {
    const node = `n${op.node + 1}`;
    events.push({
      time: events.length,
      process: op.process,
      type: kind,
      f: op.asked.f,
      key: 'k',
      value,
      node,
    });
  };
  const apply = (op: Running): void => {
    op.applied = true;
    const { f, value } = op.asked;
    if (f === 'read') {
      const { value: answer, context } = type.read(states[op.node]);
      op.answer = answer;
      op.seen = context;
      return;
    }
    type.update(states[op.node], op.node, f, value, op.tag, op.context);
    contexts.set(op.tag, op.context);
    op.seen = new Set([...op.context, op.tag]);
  };
  const begin = (): void => {
    const idle = processes.map((_, s) => s).filter((s) => !running.some((op) => op.session === s));
    const session = idle[dice.roll(idle.length)];
    const roll = dice.roll(12);
    const node = sticky ? session % nodes : dice.roll(nodes);
    const process = processes[session];
    const op: Running = {
      asked: options.ask(dice, started++),
      session,
      process,
      node,
      tag: events.length,
      context: held.get(process) ?? new Set(),
      outcome: roll === 0 ? 'info' : roll === 1 ? 'fail' : roll === 2 ? 'open' : 'ok',
      applied: false,
      answer: null,
      seen: new Set(),
    };
    running.push(op);
    event(op, 'invoke', op.asked.value);
  };
  const end = (op: Running): void => {
    running.splice(running.indexOf(op), 1);
    const lost = op.outcome === 'info' || op.outcome === 'open';
    // A client that does not know goes on as another process, which knows nothing.
    if (lost) processes[op.session] = nextProcess++;
    if (lost && !op.applied) ghosts.push(op);
    if (op.outcome === 'open') return;
    if (op.outcome === 'ok') held.set(op.process, op.seen);
    const answered = op.asked.f === 'read' && op.outcome === 'ok';
    event(op, op.outcome, answered ? op.answer : op.asked.value);
  };

  while (started < operations || running.length > 0) {
    const roll = dice.roll(8);
    const op = running[dice.roll(Math.max(1, running.length))];
    const [a, b] = [dice.roll(nodes), dice.roll(nodes)];
    if (roll <= 2 && started < operations && running.length < sessions) begin();
    else if (roll === 3) type.merge(states[a], states[b]);
    else if (roll === 4 && a === 0) {
      if (b === 0) earlier[nodes - 1] = type.copy(states[nodes - 1]);
      else if (amnesia) states[nodes - 1] = type.copy(earlier[nodes - 1]);
    } else if (roll === 5 && ghosts.length > 0) {
      const ghost = ghosts.pop()!;
      if (ghost.asked.f !== 'read') apply(ghost);
    } else if (op === undefined) continue;
    else if (!op.applied && op.outcome !== 'fail' && (op.outcome === 'ok' || a === 0)) apply(op);
    else end(op);
  }
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < nodes; i++) for (let j = 0; j < nodes; j++) type.merge(states[i], states[j]);
  finish(
    events,
    states.map((state) => type.read(state).value),
  );
  return { events, contexts };
}

function finish(events: EventInput[], finals: readonly Json[]): void {
  const mark = (f: string, value: Json): void =>
    void events.push({ time: events.length, process: -1, type: 'info', f, value });
  mark('phase', { phase: 'quiesce' });
  mark('settled', { settled: true, evidence: 'all merged', unrecovered: [] });
  mark('phase', { phase: 'final' });
  finals.forEach((value, i) => {
    const read = { process: 900 + i, f: 'read', key: 'k', node: `n${i + 1}` };
    events.push({ ...read, time: events.length, type: 'invoke', value: null });
    events.push({ ...read, time: events.length, type: 'ok', value });
  });
}
