import { Agent, request, type ClientRequest } from 'node:http';
import type { Endpoint } from '../../harness/hosts/types.ts';
import type { Json } from '../../harness/history/event.ts';
import { Failed, failureOf, type Phase } from '../kit/error-table.ts';

export type Reply = { readonly [name: string]: Json };

/**
 * One connection to a member's JSON gateway. No retries and no pool: a request that was sent twice could happen twice.
 * A connection says hello first, so that what fails before the answer to that has certainly not been sent.
 * https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/
 */
export class Gateway {
  readonly #endpoint: Endpoint;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #greeted = false;
  #broken = false;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  get usable(): boolean {
    return !this.#broken;
  }

  /** @throws Failed in phase `connect`, or in the given one. */
  async ask(phase: Phase, path: string, body: Reply, signal: AbortSignal): Promise<Reply> {
    if (!this.#greeted) {
      await this.#post('connect', '/v3/maintenance/status', {}, signal);
      this.#greeted = true;
    }
    return this.#post(phase, path, body, signal);
  }

  close(): void {
    this.#broken = true;
    this.#agent.destroy();
  }

  async #post(phase: Phase, path: string, body: Reply, signal: AbortSignal): Promise<Reply> {
    try {
      const { status, text } = await this.#exchange(path, JSON.stringify(body), signal);
      const reply = JSON.parse(text) as Reply;
      if (status === 200) return reply;
      const failure = { code: `grpc-${textOf(reply.code)}`, message: textOf(reply.message ?? reply.error) };
      throw new Failed(failure, phase, true);
    } catch (error) {
      if (error instanceof Failed) throw error;
      this.close();
      throw new Failed(failureOf(error), phase);
    }
  }

  #exchange(
    path: string,
    body: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const options = { ...this.#endpoint, path, method: 'POST', agent: this.#agent, headers };
      const sent: ClientRequest = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
        response.on('error', reject);
      });
      const abort = () => sent.destroy(new Error('given up'));
      sent.on('error', reject);
      sent.on('close', () => {
        signal.removeEventListener('abort', abort);
        reject(new Error('the connection ended before the answer came'));
      });
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      sent.end(body);
    });
  }
}

/** An int64 of the gateway, which comes as a string and may be left out when it is zero; any other scalar. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? 0);
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function unbase64(text: Json | undefined): string {
  return Buffer.from(typeof text === 'string' ? text : '', 'base64').toString();
}

/** The end of the range of all keys with this prefix: the prefix, its last byte one more. */
export function rangeEnd(prefix: string): string {
  const bytes = Buffer.from(prefix);
  bytes[bytes.length - 1]++;
  return bytes.toString('base64');
}
