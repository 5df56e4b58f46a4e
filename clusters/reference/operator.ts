import type { Operator } from '../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { neededForFailover } from './replica/quorum.ts';
import type { Command, Status } from './replica/types.ts';
import { fences, type StoreSettings } from './settings.ts';

const TAKES_HOLD_MS = 10_000;
const SERVES_AGAIN_MS = 3000;
const READ_MS = 300;

/** The servers as an operator reaches them: never through the links between them. */
export interface Servers {
  /** Rejects when the node does not answer in time. */
  ask(name: string, command: Command): Promise<Status>;
  /** SIGKILL; resolves when it is gone. */
  kill(name: string): Promise<void>;
  start(name: string, standby: boolean): Promise<void>;
  /** Polls until it holds or the deadline (ms from now) has passed; says which. */
  until(deadlineMs: number, holds: () => Promise<boolean>): Promise<boolean>;
  /** The last lines of the node's log. */
  logTail(name: string): Promise<string>;
}

/** The one who decides who leads: a person, or a script with the same care. Its memory is the harness'. */
export class StoreOperator implements Operator {
  readonly #servers: Servers;
  readonly #names: readonly string[];
  readonly #settings: StoreSettings;
  readonly #clock: Clock;
  /** Of the one who leads. */
  #epoch = 1;
  /** The highest that anybody was asked to promise: never used twice, whatever became of it. */
  #promised = 1;
  #members: readonly string[];
  /** Where clients are pointed. */
  primary: string;

  constructor(servers: Servers, names: readonly string[], settings: StoreSettings, clock: Clock) {
    this.#servers = servers;
    this.#names = names;
    this.#settings = settings;
    this.#clock = clock;
    this.#members = names;
    this.primary = names[0];
  }

  /**
   * Fences (unless told not to), compares the standbys that answer, promotes the most advanced. With fencing, the
   * standbys promise the new epoch before they are compared: from then on the old leader can gather no
   * acknowledgement from them, whether it knows or not.
   */
  async failover({ fence }: { readonly fence: boolean }): Promise<{ from: string; to: string }> {
    const from = this.primary;
    const fencing = fences(this.#settings);
    const epoch = ++this.#promised;
    if (fence && fencing) await this.#fence(from, epoch);
    const candidates = await this.#candidates(from, epoch);
    const members = candidates.map((candidate) => candidate.name);
    const followers = latestMembers(candidates, this.#members).filter((name) => name !== from).length;
    const needed = neededForFailover(this.#settings, followers);
    if (candidates.length < needed) {
      await this.reassert();
      throw new Error(
        `failover from ${from}: ${needed} up-to-date standbys must answer before one may be promoted, ` +
          `and these do: ${members.join(', ') || 'none'}`,
      );
    }
    const to = candidates.reduce(
      this.#settings.bug === 'promote-least-advanced' ? lessAdvanced : moreAdvanced,
    ).name;
    // It is decided: an answer that gets lost changes nothing of it, and the order is given until it has taken hold.
    [this.#epoch, this.#members, this.primary] = [epoch, members, to];
    const holds = async () => (await this.reassert())?.serving === true;
    if (!(await this.#servers.until(TAKES_HOLD_MS, holds)))
      throw new Error(
        `failover from ${from}: ${to} does not take hold of epoch ${epoch} within ${TAKES_HOLD_MS} ms\n` +
          (await this.#servers.logTail(to)),
      );
    return { from, to };
  }

  async restartThenPromote(): Promise<{ from: string; to: string }> {
    const from = this.primary;
    await this.#servers.kill(from);
    await this.#servers.start(from, false);
    await this.#servers.until(SERVES_AGAIN_MS, async () => {
      const status = await this.#servers.ask(from, { command: 'status' }).catch(() => null);
      return status?.serving === true;
    });
    // Time for clients to come back and read what it has.
    await this.#clock.sleep(READ_MS * MILLISECOND);
    return this.failover({ fence: true });
  }

  /**
   * Sees to it that the node to which clients are pointed leads, in the highest epoch that anybody has promised: a
   * failover that came to nothing has left promises behind, and its old leader would be deposed by them for ever. It
   * has everything that was acknowledged, and nobody else leads that epoch. Resolves with how it stands, null when it
   * does not answer.
   */
  async reassert(): Promise<Status | null> {
    const fencing = fences(this.#settings);
    const ask = (command: Command) => this.#servers.ask(this.primary, command).catch(() => null);
    const status = await ask({ command: 'status' });
    if (status === null) return null;
    const epoch = this.#promised;
    if (status.role === 'leader' && (status.epoch >= epoch || !fencing)) return status;
    if (status.role === 'leader' && (await ask({ command: 'fence', epoch })) === null) return null;
    const members = this.#epoch === epoch || status.members.length === 0 ? this.#members : status.members;
    [this.#epoch, this.#members] = [epoch, members];
    return ask({ command: 'promote', epoch, members });
  }

  /** The old leader promises to stop; one that does not answer is killed. */
  async #fence(node: string, epoch: number): Promise<void> {
    const fenced = await this.#servers.ask(node, { command: 'fence', epoch }).catch(() => null);
    if (fenced?.role !== 'follower') await this.#servers.kill(node);
  }

  /** Standbys that answer and whose acknowledgements counted until now. */
  async #candidates(from: string, epoch: number): Promise<Status[]> {
    const standbys = this.#names.filter((name) => name !== from);
    const asked = await Promise.allSettled(
      standbys.map((name) =>
        this.#servers.ask(name, fences(this.#settings) ? { command: 'fence', epoch } : { command: 'status' }),
      ),
    );
    return asked
      .flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
      .filter(
        (status) =>
          this.#members.includes(status.name) ||
          (status.lastEpoch === this.#epoch && status.members.includes(status.name)),
      );
  }
}

/** A later epoch's log is ahead of any earlier one's; within an epoch, the longer. */
function isAhead(a: Status, b: Status): boolean {
  return a.lastEpoch === b.lastEpoch ? a.durable > b.durable : a.lastEpoch > b.lastEpoch;
}

function moreAdvanced(best: Status, next: Status): Status {
  return isAhead(next, best) ? next : best;
}

/** The bug `promote-least-advanced`. */
function lessAdvanced(worst: Status, next: Status): Status {
  return isAhead(worst, next) ? next : worst;
}

/** The members by the most advanced log: a change that was in force is in at least one of enough logs. */
function latestMembers(candidates: readonly Status[], otherwise: readonly string[]): readonly string[] {
  if (candidates.length === 0) return otherwise;
  return candidates.reduce(moreAdvanced).members;
}
