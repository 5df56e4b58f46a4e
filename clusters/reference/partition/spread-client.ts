import type { Client, Completion } from '../../../harness/cluster.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { StoreError, completionOf } from '../errors.ts';
import { isReading } from '../ports.ts';
import type { StoreSettings } from '../settings.ts';
import { Locator, type LocatorParts } from './locator.ts';
import type { SpreadPort } from './spread-ports.ts';

/** A client whose operations each concern several rows. */
export class SpreadClient implements Client {
  readonly #port: SpreadPort;
  readonly #parts: LocatorParts;
  readonly #settings: StoreSettings;
  readonly #locator: Locator;

  constructor(port: SpreadPort, settings: StoreSettings, parts: LocatorParts) {
    this.#port = port;
    this.#settings = settings;
    this.#parts = parts;
    this.#locator = new Locator(parts);
  }

  async invoke(operation: Operation, signal: AbortSignal): Promise<Completion> {
    this.#parts.traffic.requests += 1;
    const isRead = isReading(operation) || operation.f === 'find' || operation.f === 'scan';
    try {
      await this.#locator.look(signal);
      const { value, node } = await this.#port(this.#locator, { operation, isRead, signal }, this.#settings);
      return {
        type: 'ok',
        ...(value === undefined ? {} : { value }),
        ...(node === undefined ? {} : { node }),
      };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const completion = completionOf(error, isRead);
      return error.node === undefined ? completion : { ...completion, node: error.node };
    }
  }

  close(): Promise<void> {
    this.#parts.connections.close();
    return Promise.resolve();
  }
}
