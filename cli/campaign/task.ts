import type { Claim } from '../../clusters/types.ts';
import type { Outcome } from '../../results/outcome.ts';
import type { RunConfig } from '../run/config.ts';
import type { Row } from './row.ts';
import type { CampaignFile } from './schema.ts';

/** One attempt at one run, as a worker process is told it. */
export interface Task {
  readonly key: string;
  readonly config: RunConfig;
  /** The user's own claim, if the run is held to one. */
  readonly claim?: Claim;
  readonly directory: string;
  readonly attempts: number;
  readonly retain: CampaignFile['retain'];
  /** The outcome that is nothing to look at. */
  readonly expected: Outcome;
}

/** What a worker says of a task: what became of the run, or why there is none. */
export type Answer = { readonly row: Row } | { readonly key: string; readonly broke: string };

/** Marks a process as a campaign's worker. */
export const WORKER = 'ALIBI_CAMPAIGN_WORKER';
