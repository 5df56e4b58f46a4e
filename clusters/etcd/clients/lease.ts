import type { Clock } from '../../../harness/runtime/types.ts';
import { SECOND } from '../../../harness/runtime/types.ts';
import { textOf, type Gateway } from '../gateway.ts';

const never = new AbortController().signal;

/** A lease of a process: kept alive every third of its time while it holds something, as etcd's own clients do. */
export class Lease {
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #gateway: Gateway;
  readonly id: string;
  #cancel: (() => void) | null = null;

  private constructor(id: string, seconds: number, gateway: Gateway, clock: Clock) {
    this.id = id;
    this.#seconds = seconds;
    this.#gateway = gateway;
    this.#clock = clock;
  }

  /** @throws Failed in phase `connect`: a lease that holds nothing is no effect. */
  static async grant(gateway: Gateway, seconds: number, clock: Clock, signal: AbortSignal): Promise<Lease> {
    const { ID } = await gateway.ask('connect', '/v3/lease/grant', { TTL: seconds }, signal);
    return new Lease(textOf(ID), seconds, gateway, clock);
  }

  keepAlive(): void {
    this.#cancel = this.#clock.after((this.#seconds * SECOND) / 3, () => {
      const again = () => this.#cancel !== null && this.keepAlive();
      // That it cannot be kept alive is what its owner is not told: it goes on believing.
      this.#gateway.ask('read', '/v3/lease/keepalive', { ID: this.id }, never).then(again, again);
    });
  }

  leave(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
