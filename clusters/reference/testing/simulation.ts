// The replicas, the operator and the routing, exactly as they are, on a made-up network and made-up disks in virtual
// time: messages are lost, doubled and overtaken, crashes lose what was not synced. For tests of the claims.
import type { EventInput, Json } from '../../../harness/history/event.ts';
import { MILLISECOND, type Random, type Runtime } from '../../../harness/runtime/types.ts';
import { StoreOperator, type Servers } from '../operator.ts';
import type { Command, Effect, Input, Replica, Reply, Request, Status } from '../replica/types.ts';
import { AnyNodeRouter, type Destination, type Router } from '../routing.ts';
import { createReplica, type AnyMessage } from '../server/config.ts';
import { StoreSession } from '../session.ts';
import { LeaderRouter } from '../leader-router.ts';
import type { StoreSettings } from '../settings.ts';
import { strategyOf } from '../strategy.ts';

interface Machine {
  /** Null while it is down. */
  replica: Replica<AnyMessage> | null;
  /** Counts its lives: what belonged to an earlier one is void. */
  life: number;
  disk: Json[];
  unsynced: Json[];
  appended: number;
  syncing: boolean;
  cancelTimer: () => void;
}

export class Simulation implements Servers {
  readonly operator: StoreOperator;
  readonly events: EventInput[] = [];
  readonly names: readonly string[];
  readonly cuts = new Set<string>();
  readonly #runtime: Runtime;
  readonly #settings: StoreSettings;
  readonly #random: Random;
  readonly #machines = new Map<string, Machine>();
  readonly #waiting = new Map<string, (answer: Reply | Status) => void>();
  #requests = 0;
  #processes = 0;

  constructor(runtime: Runtime, settings: StoreSettings, names: readonly string[]) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.names = names;
    this.#random = runtime.random('simulation');
    this.operator = new StoreOperator(this, names, settings, runtime.clock);
    for (const name of names)
      this.#machines.set(name, {
        replica: null,
        life: 0,
        disk: [],
        unsynced: [],
        appended: 0,
        syncing: false,
        cancelTimer: () => undefined,
      });
  }

  start(name: string, standby: boolean): Promise<void> {
    const machine = this.#machine(name);
    const peers = this.names.filter((peer) => peer !== name);
    machine.life += 1;
    [machine.unsynced, machine.appended, machine.syncing] = [[], 0, false];
    machine.replica = createReplica(
      name,
      peers,
      strategyOf(this.#settings, this.names[0]),
      this.#random.fork(`${name} ${machine.life}`),
    );
    this.#feed(name, { kind: 'start', records: [...machine.disk], standby });
    return Promise.resolve();
  }

  /** Of what was not synced, a crash leaves any beginning. */
  kill(name: string): Promise<void> {
    const machine = this.#machine(name);
    machine.disk.push(...machine.unsynced.slice(0, this.#random.below(machine.unsynced.length + 1)));
    machine.replica = null;
    machine.life += 1;
    machine.cancelTimer();
    return Promise.resolve();
  }

  /** As ReferenceCluster restarts: with fencing, who is not the primary comes back as a standby. */
  async restart(name: string): Promise<void> {
    if (this.#machine(name).replica) return;
    await this.start(name, this.#settings.fencing && name !== this.operator.primary);
  }

  async ask(name: string, command: Command): Promise<Status> {
    const answer = await this.#call(name, 50, (id) => ({ kind: 'command', id, command }));
    if (answer === null) throw new Error(`${name} does not answer`);
    return answer as Status;
  }

  async until(deadlineMs: number, holds: () => Promise<boolean>): Promise<boolean> {
    const { clock } = this.#runtime;
    const deadline = clock.now() + deadlineMs * MILLISECOND;
    while (!(await holds().catch(() => false))) {
      if (clock.now() >= deadline) return false;
      await clock.sleep(10 * MILLISECOND);
    }
    return true;
  }

  logTail(): Promise<string> {
    return Promise.resolve('');
  }

  /**
   * One client after another on one session: unique values, each operation bounded; ends at `end` (ns).
   * Even sessions mostly read: whoever writes soon notices a leader that has been left alone.
   */
  async session(session: number, keys: number, end: number): Promise<void> {
    const { clock } = this.#runtime;
    const random = this.#random.fork(`session ${session}`);
    const memory = new StoreSession();
    const connect = (): Router =>
      this.#settings.strategy === 'single-leader'
        ? new LeaderRouter(
            this.names,
            { ...this.#settings, at: 'replica' },
            { number: session, memory },
            random,
            clock,
            () => this.operator.primary,
          )
        : new AnyNodeRouter(this.names, this.#settings, session, random);
    let process = this.#processes++;
    let router = connect();
    for (let count = 1; clock.now() < end; count++) {
      const f = random.chance(session % 2 === 0 ? 0.97 : 0.5) ? 'read' : 'write';
      const operation = {
        f,
        key: random.below(keys),
        value: f === 'read' ? null : session * 100_000 + count,
      };
      let to = router.choose(operation, f === 'read');
      this.#record({ ...operation, process, session, type: 'invoke' });
      let reply = await this.#request(to, operation);
      if (reply?.ok === false && reply.code === 'behind' && router.ahead)
        reply = await this.#request((to = router.ahead()), operation);
      const { node } = to;
      if (reply?.ok) router.done?.(operation, f === 'read', reply.position);
      const type =
        reply === null || (!reply.ok && reply.code === 'deposed')
          ? f === 'read'
            ? 'fail'
            : 'info'
          : reply.ok
            ? 'ok'
            : 'fail';
      const value = reply?.ok && f === 'read' ? (reply.fields?.value ?? null) : operation.value;
      this.#record({ ...operation, value, process, session, type, node });
      if (type === 'info') [process, router] = [this.#processes++, connect()];
      else if (type === 'fail') router.moveOn();
      await clock.sleep(random.below(4 * MILLISECOND));
    }
  }

  async #request(
    { node, at, after }: Destination,
    { f, key, value }: { readonly f: string; readonly key: number; readonly value: Json },
  ): Promise<Reply | null> {
    const row = { table: 'register', key: String(key) };
    const request: Request =
      f === 'read' ? { op: 'read', ...row, at, after } : { op: 'write', ...row, fields: { value } };
    return (await this.#call(node, 60, (id) => ({ kind: 'request', id, request }))) as Reply | null;
  }

  /** The registers that a node holds. */
  async contents(name: string, keys: number): Promise<Json[]> {
    const values: Json[] = [];
    for (let key = 0; key < keys; key++) {
      const request: Request = { op: 'read', table: 'register', key: String(key), at: 'replica' };
      const reply = (await this.#call(name, 60, (id) => ({ kind: 'request', id, request }))) as Reply | null;
      values.push(reply?.ok ? (reply.fields?.value ?? null) : 'no answer');
    }
    return values;
  }

  #record(event: Omit<EventInput, 'time'>): void {
    this.events.push({ ...event, time: this.#runtime.clock.now() });
  }

  /** Resolves with the answer, or with null when none came in time. */
  #call(
    name: string,
    withinMs: number,
    input: (id: number) => Input<AnyMessage>,
  ): Promise<Reply | Status | null> {
    const id = ++this.#requests;
    const machine = this.#machine(name);
    const { life } = machine;
    return new Promise((resolve) => {
      const cancel = this.#runtime.clock.after(withinMs * MILLISECOND, () => finish(null));
      const finish = (answer: Reply | Status | null) => {
        cancel();
        this.#waiting.delete(`${name} ${id}`);
        resolve(answer);
      };
      this.#waiting.set(`${name} ${id}`, (answer) => this.#later(1, () => finish(answer)));
      this.#later(1, () => machine.life === life && this.#feed(name, input(id)));
    });
  }

  #feed(name: string, input: Input<AnyMessage>): void {
    const { replica } = this.#machine(name);
    if (!replica) return;
    const clock = Math.floor(this.#runtime.clock.now() / 1000);
    for (const effect of replica.step(input, clock)) this.#carryOut(name, effect);
  }

  #carryOut(name: string, effect: Effect<AnyMessage>): void {
    const machine = this.#machine(name);
    const { life } = machine;
    switch (effect.kind) {
      case 'send':
        this.#send(name, effect.to, effect.message);
        if (this.#random.chance(0.02)) this.#send(name, effect.to, effect.message);
        break;
      case 'append':
        machine.unsynced.push(JSON.parse(JSON.stringify(effect.record)) as Json);
        this.#sync(name);
        break;
      case 'reply':
        this.#waiting.get(`${name} ${effect.id}`)?.(effect.reply);
        break;
      case 'status':
        this.#waiting.get(`${name} ${effect.id}`)?.(effect.status);
        break;
      case 'timer':
        machine.cancelTimer();
        machine.cancelTimer = this.#runtime.clock.after(effect.ms * MILLISECOND, () => {
          if (machine.life === life) this.#feed(name, { kind: 'timer' });
        });
        break;
      case 'discarded':
      case 'sometimes':
        break;
      case 'note':
        break;
    }
  }

  #send(from: string, to: string, message: AnyMessage): void {
    if (this.#random.chance(0.03)) return;
    const copy = JSON.parse(JSON.stringify(message)) as AnyMessage;
    this.#later(this.#random.chance(0.1) ? 20 : 2, () => {
      if (!this.cuts.has(`${from} ${to}`)) this.#feed(to, { kind: 'message', from, message: copy });
    });
  }

  #sync(name: string): void {
    const machine = this.#machine(name);
    const { life } = machine;
    if (machine.syncing) return;
    machine.syncing = true;
    const batch = machine.unsynced.length;
    this.#later(3, () => {
      if (machine.life !== life) return;
      machine.disk.push(...machine.unsynced.splice(0, batch));
      machine.appended += batch;
      machine.syncing = false;
      this.#feed(name, { kind: 'durable', count: machine.appended });
      if (machine.unsynced.length > 0) this.#sync(name);
    });
  }

  #later(upToMs: number, then: () => void): void {
    this.#runtime.clock.after(this.#random.below(upToMs * MILLISECOND), then);
  }

  #machine(name: string): Machine {
    return this.#machines.get(name) as Machine;
  }
}
