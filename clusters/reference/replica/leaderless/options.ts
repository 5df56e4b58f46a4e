import type { Resolution } from '../rows/resolution.ts';
import type { ReplicaOptions } from '../types.ts';

/** What stamps writes: the node's clock · its clock, but never behind what it has seen · the latest stamp read, plus one. */
export type Stamps = 'wall' | 'hybrid' | 'logical';

export interface LeaderlessSettings extends Resolution {
  /** How many nodes hold a row, how many of them must answer a read, and how many must store a write. */
  readonly n: number;
  readonly r: number;
  readonly w: number;
  /** May other nodes stand in for those that do not answer? They hand over later what they took. */
  readonly sloppy: boolean;
  readonly stamps: Stamps;
  /** A read sees to it that enough nodes have what it answers (Attiya, Bar-Noy & Dolev, JACM 1995). */
  readonly atomic: boolean;
  /** A read brings the nodes up to date that it found behind. */
  readonly repair: boolean;
  /** So long a tombstone is kept, in ms. */
  readonly graceMs: number;
}

export interface LeaderlessOptions extends ReplicaOptions, LeaderlessSettings {}
