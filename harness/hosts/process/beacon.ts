import { connect, createServer, type AddressInfo } from 'node:net';
import type { Clock } from '../../runtime/types.ts';
import { SECOND } from '../../runtime/types.ts';

/**
 * The probe's far end, one a node: it notes every line that arrives. A probe passes when its line was heard at the
 * other end, so it is real bytes through a real connection that prove a link, never the flags that cut it; and since
 * the beacon is asked directly, a probe of A→B needs nothing to come back over B→A.
 */
export class Beacon {
  readonly #heard = new Map<string, () => void>();
  readonly #server = createServer((socket) => {
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        this.#heard.get(text.slice(0, end))?.();
        text = text.slice(end + 1);
      }
    });
  });
  #probes = 0;

  static open(): Promise<Beacon> {
    const beacon = new Beacon();
    return new Promise((resolve, reject) => {
      beacon.#server.once('error', reject);
      beacon.#server.listen(0, '127.0.0.1', () => resolve(beacon));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Dials `port`, which should lead here, and says whether a line sent there was heard within a second. */
  async probe(port: number, clock: Clock): Promise<boolean> {
    const line = `probe ${++this.#probes}`;
    const done = new AbortController();
    let heard = false;
    this.#heard.set(line, () => {
      heard = true;
      done.abort();
    });
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(`${line}\n`));
    socket.on('error', () => done.abort());
    socket.on('close', () => done.abort());
    await clock.sleep(SECOND, done.signal);
    this.#heard.delete(line);
    socket.destroy();
    return heard;
  }

  close(): void {
    this.#server.close();
  }
}
