import type { Settled } from '../cluster.ts';
import { sequence } from '../generator/sequence.ts';
import { nemesis, onlyClients } from '../generator/threads.ts';
import { sleep } from '../generator/time.ts';
import { isRefusal } from '../hosts/types.ts';
import type { Phase } from '../history/fault.ts';
import { MILLISECOND, SECOND } from '../runtime/types.ts';
import { Crew } from './crew.ts';
import { Driver } from './driver.ts';
import { observe } from './observer.ts';
import { reportProgress } from './progress.ts';
import { Recorder } from './recorder.ts';
import type { RunInput, RunSummary } from './types.ts';
import { LATE, within } from './within.ts';
import { messageOf } from './worker.ts';

/** What an interrupted operation still gets, so that most end with an answer. */
const LAST_CHANCE = SECOND;
/** A fault may be under way when main ends (a failover takes its time); healing beside it would race with it. */
const FAULT_PATIENCE = 120 * SECOND;
/** Load after the last heal. */
const RECOVERY = 2 * SECOND;
/** Beyond its own deadline, how long the cluster may take to say that it has not settled. */
const SETTLE_GRACE = 30 * SECOND;
/** Bound on all final reads together. */
const FINAL_PATIENCE = 60 * SECOND;
/** How long an interrupted start may take to notice that its cluster is being torn down. */
const START_PATIENCE = 10 * SECOND;

/**
 * Makes a run: set up → warm up → clients and nemesis → heal → quiesce → final reads → collect logs → tear down.
 * Everything that happens goes into `input.sink`; nothing is judged here. Never rejects: what broke the run is the
 * summary's `error`, what went wrong on the way out are its complaints.
 */
export async function runCluster(input: RunInput): Promise<RunSummary> {
  const run = new Run(input);
  await run.must('set-up', () => run.setUp());
  if (run.started) await run.attempt('describing the cluster', () => run.describe());
  const stopObserving = run.started ? observe(input.cluster, run.recorder, run.clock, input.log) : () => {};
  await run.must('warm-up', () => run.clientsAndNemesis());
  if (run.started) await run.attempt('heal', () => run.heal());
  await run.must('quiesce', () => run.quiesce());
  await run.must('final', () => run.finalReads());
  await run.attempt('done', () => run.finish());
  stopObserving();
  const { logsDirectory } = input;
  if (logsDirectory !== null)
    await run.attempt('collecting logs', () => input.cluster.collectLogs(logsDirectory));
  if (!input.keep) await run.attempt('tear-down', () => run.tearDown());
  return run.summary();
}

class Run {
  readonly clock;
  readonly recorder: Recorder;
  readonly crew: Crew;
  readonly #input: RunInput;
  readonly #complaints: string[] = [];
  readonly #stopProgress: () => void;
  #phase: Phase = 'set-up';
  #error: RunSummary['error'] = null;
  #starting: Promise<void> = Promise.resolve();
  #settled: Settled | null = null;
  #completed = false;
  #versions: RunSummary['versions'] = {};
  #clockOffsetsMs: RunSummary['clockOffsetsMs'] = {};
  /** Is the cluster up? Not when its start failed or was interrupted. */
  started = false;

  constructor(input: RunInput) {
    this.#input = input;
    this.clock = input.runtime.clock;
    this.recorder = new Recorder(input.sink, this.clock);
    this.crew = new Crew(input, this.recorder, (complaint) => this.#complain(complaint));
    this.#stopProgress = reportProgress(this.clock, this.recorder, () => this.#phase, input.progress);
  }

  /** A step that the run cannot do without; left out when an earlier one broke, or after an interrupt. */
  async must(phase: Phase, step: () => Promise<void>): Promise<void> {
    if (this.#error !== null || this.#input.interrupt.aborted) return;
    try {
      this.#enter(phase);
      await step();
    } catch (error) {
      this.#input.log.error({ phase: this.#phase, error }, 'the run broke');
      this.#error = { phase: this.#phase, message: messageOf(error) };
    }
  }

  /** A step that is tried on every way out, and whose failure costs nothing that was recorded. */
  async attempt(name: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#complain(`${name}: ${messageOf(error)}`);
    }
  }

  async setUp(): Promise<void> {
    this.#starting = this.#input.cluster.start();
    const up = this.#starting.then(() => true);
    this.started = (await Promise.race([up, this.#interrupted()])) ?? false;
  }

  async describe(): Promise<void> {
    const { cluster } = this.#input;
    this.#versions = await cluster.versions();
    const clocks = cluster.clocks;
    if (isRefusal(clocks)) return;
    const offsets = await Promise.all(
      cluster.nodes.map(async (node) => [node, await clocks.offset(node)] as const),
    );
    this.#clockOffsetsMs = Object.fromEntries(offsets);
  }

  async clientsAndNemesis(): Promise<void> {
    const { clients, faults, runtime, warmUpMs, mainMs, interrupt } = this.#input;
    const main = this.clock.now() + warmUpMs * MILLISECOND;
    const generator = faults
      ? nemesis(sequence(sleep(warmUpMs * MILLISECOND), faults.schedule), clients)
      : onlyClients(clients);
    const driver = new Driver(generator, this.crew, this.clock, runtime.random('generator'), interrupt);
    try {
      await driver.run(main);
      if (interrupt.aborted) return;
      this.#enter('main');
      await driver.run(main + mainMs * MILLISECOND);
      if (faults && !interrupt.aborted) await this.#recover(driver);
    } finally {
      await this.#drain(driver);
    }
  }

  /**
   * Heals while the clients go on, and for a while after: that the database serves again is for its clients to see,
   * however late the last fault was lifted.
   */
  async #recover(driver: Driver): Promise<void> {
    const recovered = (async () => {
      await driver.excuse('nemesis', this.clock.now() + FAULT_PATIENCE);
      await this.attempt('heal', () => this.heal());
      await this.clock.sleep(RECOVERY, this.#input.interrupt);
      driver.finish();
    })();
    await Promise.all([driver.run(Infinity), recovered]);
  }

  /** Lifts every fault; once, at the end of main or on whatever way out comes first. */
  async heal(): Promise<void> {
    if (this.#phase === 'heal') return;
    this.#enter('heal');
    for (const event of (await this.#input.faults?.nemesis.healAll()) ?? []) this.recorder.fault(event);
  }

  async quiesce(): Promise<void> {
    const { cluster, settleMs } = this.#input;
    const proof = within(this.clock, settleMs * MILLISECOND + SETTLE_GRACE, cluster.settle(settleMs)).then(
      (settled) => (settled === LATE ? unproven('the cluster never said whether it had settled') : settled),
      (error: unknown) => {
        this.#complain(`quiesce: ${messageOf(error)}`);
        return unproven(messageOf(error));
      },
    );
    this.#settled = (await Promise.race([proof, this.#interrupted()])) ?? null;
    if (this.#settled) this.recorder.noted('settled', { ...this.#settled });
  }

  async finalReads(): Promise<void> {
    const { final, runtime, interrupt } = this.#input;
    if (final === null) return;
    const driver = new Driver(onlyClients(final), this.crew, this.clock, runtime.random('final'), interrupt);
    try {
      const end = await driver.run(this.clock.now() + FINAL_PATIENCE);
      if (end === 'time is up') this.#complain('final: not all final reads were made in time');
    } finally {
      await this.#drain(driver);
    }
  }

  async finish(): Promise<void> {
    this.#completed = this.#error === null && !this.#input.interrupt.aborted;
    await this.crew.close();
    const marks = this.#input.cluster.marks?.() ?? {};
    if (Object.keys(marks).length > 0) this.recorder.noted('sometimes', { ...marks });
    this.#enter('done');
  }

  async tearDown(): Promise<void> {
    const { cluster } = this.#input;
    let startIsOver = false;
    const over = () => {
      startIsOver = true;
    };
    const ended = this.#starting.then(over, over);
    await cluster.stop();
    if (startIsOver) return;
    // A start that was given up may have made more meanwhile: wait until it has noticed, and stop that, too.
    if ((await within(this.clock, START_PATIENCE, ended)) === LATE)
      this.#complain('tear-down: the start goes on');
    await cluster.stop();
  }

  summary(): RunSummary {
    this.#stopProgress();
    return {
      completed: this.#completed,
      interrupted: !this.#completed && this.#input.interrupt.aborted,
      error: this.#error,
      complaints: this.#complaints,
      settled: this.#settled,
      versions: this.#versions,
      clockOffsetsMs: this.#clockOffsetsMs,
    };
  }

  /** Awaits what is under way: clients by their time-outs, a second at most once interrupted; the nemesis for long. */
  async #drain(driver: Driver): Promise<void> {
    const { interrupt } = this.#input;
    let cancel = () => {};
    const hurry = () => {
      cancel = this.clock.after(LAST_CHANCE, () => this.crew.abandon());
    };
    if (interrupt.aborted) hurry();
    else interrupt.addEventListener('abort', hurry);
    const drained = await driver.drained(this.clock.now() + FAULT_PATIENCE);
    interrupt.removeEventListener('abort', hurry);
    cancel();
    if (!drained) this.#complain('the nemesis was still busy long after the end; healing goes on beside it');
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.recorder.noted('phase', { phase });
    this.#input.log.info({ phase }, 'phase');
  }

  #complain(complaint: string): void {
    this.#input.log.warn({ phase: this.#phase }, complaint);
    this.#complaints.push(complaint);
  }

  #interrupted(): Promise<undefined> {
    const { interrupt } = this.#input;
    return new Promise((resolve) => {
      if (interrupt.aborted) resolve(undefined);
      else interrupt.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  }
}

function unproven(evidence: string): Settled {
  return { settled: false, evidence: `not proven: ${evidence}`, unrecovered: [] };
}
