import { z } from 'zod';
import { OUTCOMES } from '../../results/outcome.ts';

/** What became of one run of a campaign: small, and enough for every table. Kept as `row.json` in the run's directory. */
export const rowSchema = z.object({
  key: z.string(),
  seed: z.string(),
  outcome: z.enum(OUTCOMES),
  /** The weightiest reason, if it is not valid. */
  reason: z.string().nullable(),
  /** Certain anomalies by name and status, with their counts. */
  anomalies: z.array(
    z.object({ name: z.string(), status: z.string(), certain: z.boolean(), count: z.number() }),
  ),
  /** Figures that differ from night to night, kept apart so that results compare: ms and counts. */
  timings: z.object({ wallMs: z.number(), checkMs: z.number(), attempts: z.number() }),
});

export type Row = z.infer<typeof rowSchema>;
