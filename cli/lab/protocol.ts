import type { TrialResult } from './trial.ts';

/** What a worker says of a trial: its result, or why there is none. */
export type Said = { readonly result: TrialResult } | { readonly broke: string };

/** Marks a process as a worker of the lab. */
export const LAB_WORKER = 'ALIBI_LAB_WORKER';
