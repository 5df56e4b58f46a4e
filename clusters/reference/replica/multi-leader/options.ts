import type { Resolution } from '../rows/resolution.ts';
import type { ReplicaOptions } from '../types.ts';
import type { Topology } from './topology.ts';

export interface MultiLeaderSettings extends Resolution {
  /** What stamps writes: the node's clock, or its clock but never behind what it has seen (a hybrid logical clock). */
  readonly stamps: 'wall' | 'hybrid';
  readonly topology: Topology;
  /** Each row has a home, the only leader that changes it: others hand their clients' changes to that one. */
  readonly home: boolean;
}

export interface MultiLeaderOptions extends ReplicaOptions, MultiLeaderSettings {}
