import { appendFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { z } from 'zod';
import { MILLISECOND, type Cancel, type Clock, type Runtime } from '../../../harness/runtime/types.ts';
import { machineMicros } from '../../../harness/runtime/machine.ts';
import { wallClock } from '../../../harness/runtime/wall.ts';
import type { Endpoint } from '../../../harness/hosts/types.ts';
import { DISCARDED } from '../fleet.ts';
import { NodeClock } from '../node-clock.ts';
import { readLines, writeLine } from '../lines.ts';
import { asked } from '../replica/transaction.ts';
import type { Command, Effect, Input, Replica } from '../replica/types.ts';
import { createReplica, type AnyMessage, type ServerConfig } from './config.ts';
import { PeerLink } from './peers.ts';
import { commandSchema, requestSchema } from './schema.ts';
import { Wal } from './wal.ts';

/** Drives one replica with real sockets, a real disk and real timers. */
export class ServerNode {
  readonly #config: ServerConfig;
  readonly #clock: Clock;
  /** This node's own: a fault may have set it wrong. */
  readonly #ownClock: NodeClock;
  readonly #fatal: (error: Error) => void;
  readonly #replica: Replica<AnyMessage>;
  readonly #links = new Map<string, PeerLink>();
  /** Who waits for which of our own request numbers, and the number it used itself. */
  readonly #asked = new Map<number, { readonly socket: Socket; readonly id: number }>();
  #requests = 0;
  #wal: Wal | null = null;
  #timer: Cancel | null = null;

  constructor(config: ServerConfig, { clock, random }: Runtime, fatal: (error: Error) => void) {
    this.#config = config;
    this.#clock = clock;
    this.#fatal = fatal;
    this.#ownClock = new NodeClock(machineMicros, config.clock);
    this.#replica = createReplica(config.name, Object.keys(config.peers), config.strategy, random('replica'));
  }

  async start(): Promise<void> {
    const { log, listen, peers, name, standby } = this.#config;
    const opened = await Wal.open(log, (count) => this.#feed({ kind: 'durable', count }), this.#fatal);
    if (opened.torn > 0) say(`dropped a torn record of ${opened.torn} bytes at the end of the log`);
    this.#wal = opened.wal;
    for (const [peer, endpoint] of Object.entries(peers))
      this.#links.set(peer, new PeerLink(name, endpoint, this.#clock));
    this.#feed({ kind: 'start', records: opened.records, standby });
    await this.#listen(listen.peer, (socket) => this.#servePeer(socket));
    await this.#listen(listen.client, (socket) =>
      this.#serve(socket, (line) => this.#onRequest(socket, line)),
    );
    // Last: whoever can ask for the status finds the others open.
    await this.#listen(listen.control, (socket) =>
      this.#serve(socket, (line) => this.#onControl(socket, line)),
    );
    say(`${name} started with ${opened.records.length} records`);
  }

  #feed(input: Input<AnyMessage>): void {
    for (const effect of this.#replica.step(input, this.#ownClock.now())) this.#carryOut(effect);
  }

  #carryOut(effect: Effect<AnyMessage>): void {
    switch (effect.kind) {
      case 'send':
        this.#links.get(effect.to)?.send(effect.message);
        break;
      case 'append':
        this.#wal?.append(effect.record, effect.checkpoint === true);
        break;
      case 'reply':
        this.#answer(effect.id, effect.reply);
        break;
      case 'status':
        this.#answer(effect.id, effect.status);
        break;
      case 'timer':
        this.#timer?.();
        this.#timer = this.#clock.after(this.#ownClock.trueTime(effect.ms * MILLISECOND), () =>
          this.#feed({ kind: 'timer' }),
        );
        break;
      case 'discarded':
        // Before the log is cut: a crash in between says it twice, which is better than not at all.
        if (effect.changes.length > 0)
          appendFileSync(DISCARDED, effect.changes.map((one) => `${JSON.stringify(one)}\n`).join(''));
        break;
      case 'sometimes':
        break;
      case 'note':
        say(effect.text);
        break;
    }
  }

  #listen({ host, port }: Endpoint, accept: (socket: Socket) => void): Promise<void> {
    const server = createServer({ noDelay: true }, accept);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  }

  #serve(socket: Socket, take: (line: unknown) => void): void {
    socket.on('error', () => undefined);
    readLines(socket, take);
  }

  #servePeer(socket: Socket): void {
    let from: string | null = null;
    this.#serve(socket, (line) => {
      if (from === null) from = (line as { from: string }).from;
      else this.#feed({ kind: 'message', from, message: line as AnyMessage });
    });
  }

  #onRequest(socket: Socket, line: unknown): void {
    const parsed = requestSchema.safeParse(line);
    if (parsed.success) return this.#feed(asked(this.#ask(socket, parsed.data.id), parsed.data.request));
    const message = z.prettifyError(parsed.error).replaceAll('\n', ' ');
    writeLine(socket, { id: idOf(line), ok: false, code: 'bad-request', message });
  }

  #onControl(socket: Socket, line: unknown): void {
    const parsed = commandSchema.safeParse(line);
    if (!parsed.success) {
      socket.destroy();
      return;
    }
    const { id, command } = parsed.data;
    if (command.command === 'set-clock') this.#ownClock.set(command);
    if (command.command === 'set-clock' || command.command === 'clock')
      return writeLine(socket, { id, clock: this.#ownClock.now() });
    this.#feed({ kind: 'command', id: this.#ask(socket, id), command: command satisfies Command });
  }

  #ask(socket: Socket, id: number): number {
    this.#asked.set(++this.#requests, { socket, id });
    return this.#requests;
  }

  #answer(request: number, body: object): void {
    const asked = this.#asked.get(request);
    this.#asked.delete(request);
    if (asked) writeLine(asked.socket, { id: asked.id, ...body });
  }
}

function idOf(line: unknown): number {
  return typeof line === 'object' && line !== null && 'id' in line ? Number(line.id) : -1;
}

/** To the node's log file. */
function say(text: string): void {
  console.log(`${wallClock()} ${text}`);
}
