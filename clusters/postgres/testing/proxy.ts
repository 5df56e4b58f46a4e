import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Endpoint } from '../../../harness/hosts/types.ts';

/** A TCP proxy between a client and a server, to break a connection at a chosen moment. */
export interface Proxy extends Endpoint {
  /** From now on nothing that the server says arrives. */
  swallowReplies(): void;
  /** Closes every connection, without a word. */
  cut(): void;
  close(): Promise<void>;
}

export async function proxyTo(server: Endpoint): Promise<Proxy> {
  const pairs: { client: Socket; upstream: Socket }[] = [];
  let swallowing = false;
  const listener = createServer((client) => {
    const upstream = connect(server);
    pairs.push({ client, upstream });
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => swallowing || client.write(bytes));
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const { client, upstream } of pairs.splice(0)) {
      client.destroy();
      upstream.destroy();
    }
  };
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    swallowReplies: () => {
      swallowing = true;
    },
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
