import type { RowState } from '../rows/row-state.ts';
import type { Update } from '../rows/rows.ts';

/** "Merge this into what you hold, and tell me once it is on disk." `id` is null when nobody waits for it. */
export interface Put {
  readonly type: 'put';
  readonly id: string | null;
  readonly update: Update;
  /** The node that was to have it: keep it for that one. */
  readonly standsFor: string | null;
  /** Take it in the place of what you hold: only the bug `read-repair-writes-older` says so. */
  readonly force?: true | undefined;
}

export interface Stored {
  readonly type: 'stored';
  readonly id: string;
}

export interface Get {
  readonly type: 'get';
  readonly id: string;
  readonly table: string;
  readonly key: string;
}

export interface Got {
  readonly type: 'got';
  readonly id: string;
  readonly state: RowState | null;
}

export interface Scan {
  readonly type: 'scan';
  readonly id: string;
  readonly table: string;
}

export interface Scanned {
  readonly type: 'scanned';
  readonly id: string;
  readonly rows: readonly (readonly [string, RowState])[];
}

/** What whoever coordinates asks of a node, and what that answers. */
export type Part = Put | Get | Scan;
export type PartAnswer = Stored | Got | Scanned;

/** A client that coordinates for itself asks so. */
export interface PartRequest {
  readonly op: 'part';
  readonly part: Part;
}

/** Anti-entropy begins: the roots of the trees of all ranges that the two hold. */
export interface Roots {
  readonly type: 'roots';
  readonly roots: readonly (readonly [number, number])[];
}

/** The hashes of the children of a node of the tree of a range. */
export interface Branch {
  readonly type: 'branch';
  readonly range: number;
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly number[];
}

/** All rows of a leaf; `answer`: send me yours. */
export interface Leaf {
  readonly type: 'leaf';
  readonly range: number;
  readonly leaf: number;
  readonly updates: readonly Update[];
  readonly answer: boolean;
}

export type AntiEntropyMessage = Roots | Branch | Leaf;

export type LeaderlessMessage = Part | PartAnswer | AntiEntropyMessage;
