import type { MadeUpDisk, Storage } from '../../harness/cluster.ts';
import type { Links, Refusal } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { Servers } from './operator.ts';
import type { Status } from './replica/types.ts';
import type { ClockSetting } from './node-clock.ts';

/** A client's connection to one node, for one request at a time. Every failure is a StoreError. */
export interface Dialogue {
  readonly open: boolean;
  /** Sends `{id, ...body}` and resolves with what answers it. */
  ask(body: object, signal: AbortSignal): Promise<unknown>;
  close(): void;
}

/** The store's nodes in one world, as the cluster needs them: real processes, or objects in virtual time. */
export interface Fleet extends Servers {
  readonly links: Links | Refusal;
  /** Makes the nodes; nothing runs in them yet. */
  add(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  /** Of a node that is gone: its disk holds nothing any more. */
  erase(name: string): Promise<void>;
  state(name: string): Promise<'running' | 'stopped' | 'gone'>;
  /** A client's connection. Rejects with a StoreError. */
  dial(name: string, signal: AbortSignal): Promise<Dialogue>;
  /** The status of every node that answers. */
  statuses(): Promise<ReadonlyMap<string, Status>>;
  /** True time, in µs, as a node's clock tells it that is right. */
  micros(): number;
  setClock(name: string, setting: ClockSetting): Promise<void>;
  /** Where its data lie, in the other worlds. */
  storage?(name: string): Storage;
  /** In simulation. */
  disk?(name: string): MadeUpDisk;
  /** The node's clock minus true time, in ms, measured through the node. */
  clockOffset(name: string): Promise<number>;
  /** How often rare states were reached, by name; absent where nobody counts. */
  marks?(): Readonly<Record<string, number>>;
  /** Copies each node's log to `<directory>/<node>/`. */
  copyLogs(directory: string): Promise<void>;
}

/** Beside a node's log: a line for each change that it gave up at a rejoin, `{id, change}`. */
export const DISCARDED = 'discarded.jsonl';

const POLL_MS = 20;

/** Polls until it holds, or the deadline (ms from now) has passed; says which. */
export async function until(
  clock: Clock,
  deadlineMs: number,
  holds: () => Promise<boolean>,
): Promise<boolean> {
  const deadline = clock.now() + deadlineMs * MILLISECOND;
  while (!(await holds())) {
    if (clock.now() >= deadline) return false;
    await clock.sleep(POLL_MS * MILLISECOND);
  }
  return true;
}

/** The status of every node that answers. */
export async function statusesOf(
  servers: Pick<Servers, 'ask'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, Status>> {
  const asked = await Promise.allSettled(names.map((name) => servers.ask(name, { command: 'status' })));
  return new Map(
    asked.flatMap((answer, i) => (answer.status === 'fulfilled' ? [[names[i], answer.value] as const] : [])),
  );
}
