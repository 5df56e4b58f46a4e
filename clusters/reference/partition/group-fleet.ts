import type { ClockSetting } from '../node-clock.ts';
import { statusesOf, type Dialogue, type Fleet } from '../fleet.ts';
import type { Links, Refusal } from '../../../harness/hosts/types.ts';
import type { Command, Status } from '../replica/types.ts';

/** The nodes of one shard, as if there were no others. Making the nodes is the whole fleet's business. */
export class GroupFleet implements Fleet {
  readonly links: Links | Refusal;
  readonly #whole: Fleet;
  readonly #names: readonly string[];

  constructor(whole: Fleet, names: readonly string[]) {
    this.links = whole.links;
    this.#whole = whole;
    this.#names = names;
  }

  add(): Promise<void> {
    return Promise.resolve();
  }

  statuses(): Promise<ReadonlyMap<string, Status>> {
    return statusesOf(this, this.#names);
  }

  start(name: string, standby: boolean): Promise<void> {
    return this.#whole.start(name, standby);
  }

  kill(name: string): Promise<void> {
    return this.#whole.kill(name);
  }

  pause(name: string): Promise<void> {
    return this.#whole.pause(name);
  }

  resume(name: string): Promise<void> {
    return this.#whole.resume(name);
  }

  state(name: string): Promise<'running' | 'stopped' | 'gone'> {
    return this.#whole.state(name);
  }

  erase(name: string): Promise<void> {
    return this.#whole.erase(name);
  }

  dial(name: string, signal: AbortSignal): Promise<Dialogue> {
    return this.#whole.dial(name, signal);
  }

  ask(name: string, command: Command): Promise<Status> {
    return this.#whole.ask(name, command);
  }

  until(deadlineMs: number, holds: () => Promise<boolean>): Promise<boolean> {
    return this.#whole.until(deadlineMs, holds);
  }

  logTail(name: string): Promise<string> {
    return this.#whole.logTail(name);
  }

  micros(): number {
    return this.#whole.micros();
  }

  setClock(name: string, setting: ClockSetting): Promise<void> {
    return this.#whole.setClock(name, setting);
  }

  clockOffset(name: string): Promise<number> {
    return this.#whole.clockOffset(name);
  }

  copyLogs(): Promise<void> {
    return Promise.resolve();
  }
}
