import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

/** A client's request, a reply, a message between nodes and a command all travel as one line of JSON each. */
export function writeLine(socket: Socket, value: object): void {
  if (!socket.destroyed && socket.writable) socket.write(`${JSON.stringify(value)}\n`);
}

/** Calls `take` with each line's value; what is not JSON ends the connection. */
export function readLines(socket: Socket, take: (value: unknown) => void): void {
  const decoder = new StringDecoder('utf8');
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    const lines = (text + decoder.write(bytes)).split('\n');
    text = lines.pop() as string;
    for (const line of lines) {
      if (socket.destroyed) return;
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        socket.destroy(new Error(`not a line of JSON: ${line.slice(0, 80)}`));
        return;
      }
      take(value);
    }
  });
}
