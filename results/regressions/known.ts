import { z } from 'zod';
import type { Fingerprint } from './findings.ts';

/** `known.yaml`: findings that somebody has accepted, why, and until when. */
export const knownSchema = z.strictObject({
  known: z.array(
    z.strictObject({
      anomaly: z.string(),
      /** Absent: in every configuration, or every workload. */
      configuration: z.string().optional(),
      workload: z.string().optional(),
      reason: z.string().min(1),
      /** The last day, UTC. An acceptance without an end is a bug report nobody will ever read again. */
      expires: z.iso.date(),
    }),
  ),
});

export type KnownFindings = z.infer<typeof knownSchema>['known'];

export interface Acceptance {
  readonly reason: string;
  readonly expires: string;
  readonly expired: boolean;
}

/** The acceptance of a finding on a day (`YYYY-MM-DD`), a valid one before an expired one; null: nobody accepted it. */
export function acceptanceOf(finding: Fingerprint, known: KnownFindings, today: string): Acceptance | null {
  const fitting = known
    .filter(
      (entry) =>
        entry.anomaly === finding.anomaly &&
        (entry.configuration ?? finding.configuration) === finding.configuration &&
        (entry.workload ?? finding.workload) === finding.workload,
    )
    .map(({ reason, expires }) => ({ reason, expires, expired: expires < today }));
  return fitting.find((one) => !one.expired) ?? fitting.at(0) ?? null;
}
