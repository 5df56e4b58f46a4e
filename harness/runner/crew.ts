import type { DueOperation, Notice, Thread } from '../generator/types.ts';
import { NEMESIS } from '../history/event.ts';
import { MILLISECOND, SECOND } from '../runtime/types.ts';
import type { Recorder } from './recorder.ts';
import type { RunInput } from './types.ts';
import { LATE, within } from './within.ts';
import { messageOf, Worker, type WorkerOptions } from './worker.ts';

/** How long a worker rests before it connects again: a dead node is not to be asked a thousand times a second. */
const REST = 100 * MILLISECOND;
/** How long connections may take to close at the end. */
const CLOSING = 2 * SECOND;

/** How an operation ended, and until when its thread takes no other (null: no longer than this). */
export interface Performed {
  readonly last: Notice;
  readonly rest: Promise<void> | null;
}

/** Those who do what a generator says: a worker for each client thread, and the nemesis. */
export class Crew {
  readonly threads: readonly Thread[];
  readonly #input: RunInput;
  readonly #recorder: Recorder;
  readonly #workers: Worker[];
  readonly #options: WorkerOptions;
  readonly #complain: (complaint: string) => void;
  #brokenFaults = 0;

  constructor(input: RunInput, recorder: Recorder, complain: (complaint: string) => void) {
    const { cluster, port, log, concurrency } = input;
    this.#input = input;
    this.#recorder = recorder;
    this.#complain = complain;
    this.#options = { cluster, port, log, clock: input.runtime.clock, timeoutMs: input.operationTimeoutMs };
    this.#workers = Array.from({ length: concurrency }, (_, process) => new Worker(process, this.#options));
    const clients = this.#workers.map((_, thread) => thread);
    this.threads = input.faults === null ? clients : [...clients, 'nemesis'];
  }

  readonly processOf = (thread: Thread): number =>
    thread === 'nemesis' ? NEMESIS : this.#workers[thread].process;

  /** Does the operation, recording it and telling that it has begun. */
  async perform(operation: DueOperation, tell: (notice: Notice) => void): Promise<Performed> {
    if (operation.thread === 'nemesis') return this.#performFault(operation, tell);
    const thread = operation.thread;
    const worker = this.#workers[thread];
    const { process } = worker;
    tell(this.#recorder.invoked(process, operation));
    const { completion, afterwards } = await worker.perform(operation);
    const last = this.#recorder.completed(process, operation, completion);
    if (afterwards === 'go on') return { last, rest: null };
    if (afterwards === 'retire')
      this.#workers[thread] = new Worker(process + this.#input.concurrency, this.#options);
    // Nobody waits for it: a connection in an unknown state may never close.
    void worker.close();
    return { last, rest: this.#options.clock.sleep(REST, this.#input.interrupt) };
  }

  async #performFault(operation: DueOperation, tell: (notice: Notice) => void): Promise<Performed> {
    const notice = (type: 'invoke' | 'info'): Notice => {
      const { f, thread, key = null, value = null } = operation;
      return { type, thread, process: NEMESIS, f, key, value, time: this.#options.clock.now() };
    };
    tell(notice('invoke'));
    try {
      for (const event of await this.#input.faults!.nemesis.invoke(operation)) this.#recorder.fault(event);
    } catch (error) {
      this.#recordBrokenFault(operation, messageOf(error));
    }
    return { last: notice('info'), rest: null };
  }

  /**
   * An injection that threw may be half in place. Nothing would be known of it when an anomaly is judged, and a
   * claim that tolerates no such fault would be called violated: so it stands in the history as never healed.
   */
  #recordBrokenFault(operation: DueOperation, message: string): void {
    const fault = typeof operation.value === 'string' ? operation.value : '';
    this.#complain(`the nemesis could not do ${operation.f} ${fault}: ${message}`);
    if (operation.f !== 'fault') return;
    const id = -++this.#brokenFaults;
    const evidence = `could not be injected: ${message}`;
    const [family] = fault.split(':');
    this.#recorder.fault({ f: 'fault', value: { id, fault, family, targets: [], reached: false, evidence } });
  }

  /** Ends whatever clients are still waiting for, as operations that nobody knows the end of. */
  abandon(): void {
    for (const worker of this.#workers) worker.abandon();
  }

  async close(): Promise<void> {
    const closed = Promise.all(this.#workers.map((worker) => worker.close()));
    if ((await within(this.#options.clock, CLOSING, closed)) === LATE)
      this.#input.log.warn({}, 'some connections did not close in time');
  }
}
