// Small real servers and clients for the tests of the process host.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint, HostContext, Log, ServiceSpec } from '../../types.ts';
import { realRuntime } from '../../../runtime/real.ts';

const silent = () => undefined;
export const silentLog: Log = { debug: silent, info: silent, warn: silent, error: silent };

/** A directory of its own for a test, with the state of Alibi inside; `remove` deletes it. */
export function scratch(name: string): { readonly directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), `alibi-${name}-`));
  process.env.ALIBI_STATE = join(directory, 'state');
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export function contextFor(directory: string, runId: string): HostContext {
  return { runId, directory, runtime: realRuntime(runId), log: silentLog };
}

/** A server that answers each line with `echo <line>`, and logs it to its standard output. */
export function echoServer(name: string, { host, port }: Endpoint): ServiceSpec {
  const program = `
    require('net').createServer((socket) => {
      let text = '';
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        text += bytes;
        for (let end; (end = text.indexOf('\\n')) >= 0; text = text.slice(end + 1)) {
          console.log('heard ' + text.slice(0, end));
          socket.write('echo ' + text.slice(0, end) + '\\n');
        }
      });
    }).listen(${port}, ${JSON.stringify(host)}, () => console.log('listening'));`;
  return { name, command: [process.execPath, '-e', program] };
}

/** A line-wise connection that remembers what it received and how it ended. */
export class Lines {
  readonly received: string[] = [];
  closed = false;
  readonly socket: Socket;

  constructor({ host, port }: Endpoint) {
    this.socket = connect({ host, port });
    let text = '';
    this.socket.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        this.received.push(text.slice(0, end));
        text = text.slice(end + 1);
      }
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.closed = true));
  }

  send(line: string): void {
    this.socket.write(`${line}\n`);
  }
}

/** Polls until it holds; fails the test after ten seconds. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never came true: ${what}`);
}

/** Long enough for loopback bytes to arrive, if they arrive at all. */
export function pause(ms = 150): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
