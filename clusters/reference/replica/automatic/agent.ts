import {
  HEARTBEAT_MS,
  type Acknowledging,
  type Change,
  type ReplicaOptions,
  type Reply,
  type Status,
} from '../types.ts';
import { READ_LOCK, lockOf, sameLock, swapLock, type Lock } from './lock.ts';
import { judgeRace } from './race.ts';

/** All in ticks of the node's timer. It looks at the lock so often … */
const LOOP = 8;
/** … waits so long for an answer of the coordinator … */
const PATIENCE = 16;
/** … asks again so often how far the others have come, and so long in all. */
const AGAIN = 4;
const RACE = 12;
/**
 * Who gave the lock back lets others have a go for so long, each time that it has lost in a row, up to so many; who was
 * asked to, for longer. Else those who are behind could take it in turns for ever from the one who is not.
 */
const MODESTY = 16;
const MOST_LOST = 8;
const SWITCHOVER = 80;
/** A lease is over so much earlier for its holder than for the others. */
const MARGIN = 2;

export interface AgentOptions extends Acknowledging, Pick<ReplicaOptions, 'bug'> {
  readonly name: string;
  readonly peers: readonly string[];
  readonly firstLeader: string;
  readonly fencing: boolean;
  /** How long a lock that is not renewed is respected, ms. */
  readonly ttlMs: number;
  /** Entries that a candidate's log may lack of what the leader last said it had. */
  readonly maxLag: number;
}

/** The store on this node, and the way to the coordinator and to the other agents. */
export interface Surroundings {
  readonly status: () => Status;
  readonly promote: (epoch: number, members: readonly string[]) => void;
  readonly demote: () => void;
  /** Promises, durably, to follow nobody below; `then` hears how the node stands when that is done. */
  readonly fence: (epoch: number, then: (status: Status) => void) => void;
  readonly readLock: (request: typeof READ_LOCK, then: (reply: Reply) => void) => void;
  readonly swap: (change: Change, then: (reply: Reply) => void) => void;
  readonly ask: (peer: string, term: number, fence: boolean) => void;
  readonly note: (text: string) => void;
}

interface Race {
  readonly lock: Lock;
  readonly began: number;
  readonly standings: Map<string, Status>;
}

/**
 * Decides on each node whether its store leads (the shape of Patroni): the holder of the lock leads for as long as it
 * can renew it, and stops by itself when it cannot. When nobody has renewed it for its time to live, whoever is not too
 * far behind takes it, has the others promise the new epoch (with fencing) and say how far they have come, and is
 * promoted if nobody of enough others is ahead; else it gives the lock back.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #out: Surroundings;
  readonly #ttl: number;
  #tick = 0;
  #lock: Lock | null = null;
  /** When the lock was last seen to change. */
  #seenAt = 0;
  /** This store leads, and until when it may. */
  #leads = false;
  #leaseUntil = 0;
  /** A question to the coordinator is open until then. */
  #askingUntil = 0;
  #race: Race | null = null;
  #modestUntil = 0;
  #lost = 0;

  constructor(options: AgentOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#out = surroundings;
    this.#ttl = Math.ceil(options.ttlMs / HEARTBEAT_MS);
  }

  tick(): void {
    const now = ++this.#tick;
    if (this.#leads && now >= this.#leaseUntil) this.#stop('its lease is over');
    if (this.#race) this.#run(this.#race);
    if (now % LOOP !== 0 || now < this.#askingUntil || this.#race) return;
    this.#askingUntil = now + PATIENCE;
    this.#out.readLock(READ_LOCK, (reply) => {
      const lock = lockOf(reply);
      this.#askingUntil = 0;
      if (lock !== undefined && this.#race === null) this.#look(lock);
    });
  }

  /** Another agent's candidate hears how this node stands. */
  standing(term: number, status: Status): void {
    // One that has promised a later term follows this one no more.
    if (this.#race?.lock.term === term && status.epoch <= term) this.#race.standings.set(status.name, status);
  }

  /** Gives way on request, as at a planned switchover. */
  giveUp(): void {
    if (!this.#leads || this.#lock === null) return;
    this.#stop('is asked to give way');
    this.#release(this.#lock, SWITCHOVER);
  }

  #look(lock: Lock | null): void {
    const { name, peers, firstLeader } = this.#options;
    if (!sameLock(lock, this.#lock)) this.#seenAt = this.#tick;
    this.#lock = lock;
    if (lock === null) {
      if (name !== firstLeader) return;
      const members = [name, ...peers].sort();
      const first = { holder: name, term: 1, beat: 0, epoch: 1, leader: name, members, position: 0 };
      return this.#swap(null, first, (since) => this.#lead(first, since));
    }
    const decided = lock.epoch === lock.term;
    if (decided) this.#lost = 0;
    if (lock.holder === name && decided && this.#out.status().epoch <= lock.epoch) return this.#renew(lock);
    if (this.#leads) this.#stop(`${lock.holder ?? 'nobody'} holds the lock`);
    const expired = lock.holder === null || lock.holder === name || this.#tick - this.#seenAt >= this.#ttl;
    if (expired && this.#tick >= this.#modestUntil) this.#stand(lock);
  }

  #renew(lock: Lock): void {
    const position = this.#out.status().durable;
    const renewed = { ...lock, beat: lock.beat + 1, position };
    this.#swap(lock, renewed, (since) => this.#lead(renewed, since));
  }

  /** Holds the lock since this tick: may lead for as long as it lives. */
  #lead(lock: Lock, since: number): void {
    this.#leaseUntil = since + this.#ttl - MARGIN;
    if (this.#tick >= this.#leaseUntil) return;
    const { role, lastEpoch, members } = this.#out.status();
    // After a restart in its own epoch: its log knows who has been readmitted since.
    if (role !== 'leader') this.#out.promote(lock.epoch, lastEpoch === lock.epoch ? members : lock.members);
    this.#leads = this.#out.status().role === 'leader';
  }

  #stop(why: string): void {
    this.#leads = false;
    this.#out.note(`demotes itself: ${why}`);
    this.#out.demote();
  }

  /** Takes the lock, unless it is too far behind. */
  #stand(lock: Lock): void {
    const { name, maxLag, fencing, peers } = this.#options;
    const status = this.#out.status();
    if (lock.position - status.durable > maxLag) {
      this.#out.note(
        `does not stand: ${lock.position - status.durable} entries behind, ${maxLag} are allowed`,
      );
      return;
    }
    const term = Math.max(lock.term, status.epoch) + 1;
    const taken = { ...lock, holder: name, term, beat: 0 };
    this.#swap(lock, taken, () => {
      this.#race = { lock: taken, began: this.#tick, standings: new Map() };
      const { standings } = this.#race;
      if (fencing) this.#out.fence(term, (own) => standings.set(name, own));
      else standings.set(name, this.#out.status());
      for (const peer of peers) this.#out.ask(peer, term, fencing);
    });
  }

  #run(race: Race): void {
    const { name, peers, fencing } = this.#options;
    const { lock, began, standings } = race;
    const waited = this.#tick - began;
    if (standings.size <= peers.length && waited < RACE) {
      if (waited % AGAIN === 0)
        for (const peer of peers) if (!standings.has(peer)) this.#out.ask(peer, lock.term, fencing);
      return;
    }
    this.#race = null;
    const outcome = judgeRace(name, standings, lock, this.#options);
    if (!outcome.won) {
      this.#out.note(`is not promoted: ${outcome.why}`);
      this.#lost = Math.min(this.#lost + 1, MOST_LOST);
      return this.#release(lock, MODESTY * this.#lost);
    }
    const { members } = outcome;
    const decided = { ...lock, beat: lock.beat + 1, epoch: lock.term, leader: name, members };
    this.#swap(lock, decided, (since) => this.#lead(decided, since));
  }

  #release(lock: Lock, modesty: number): void {
    this.#modestUntil = this.#tick + modesty;
    this.#swap(lock, { ...lock, holder: null, beat: lock.beat + 1 }, () => undefined);
  }

  /** `then` hears in which tick the question was asked, if the lock was still as it is taken to be. */
  #swap(old: Lock | null, next: Lock, then: (since: number) => void): void {
    const since = this.#tick;
    this.#askingUntil = since + PATIENCE;
    this.#out.swap(swapLock(old, next), (reply) => {
      this.#askingUntil = 0;
      if (!reply.ok || reply.swapped !== true) return;
      [this.#lock, this.#seenAt] = [next, this.#tick];
      then(since);
    });
  }
}
