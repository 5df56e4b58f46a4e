import type { StoredRun } from '../../results/run-directory.ts';
import type { FinishedRun } from '../check/finish.ts';

interface Told {
  readonly name: string;
  readonly stored: StoredRun;
  readonly finished: FinishedRun;
  readonly scrubbed: readonly string[];
  /** Events of witness.jsonl; null: there is none. */
  readonly witness: number | null;
}

/** What somebody reads first who has never heard of Alibi. */
export function readmeOf({ name, stored: { meta }, finished, scrubbed, witness }: Told): string {
  const { outcome, anomalies, reasons } = finished.document;
  const gravest = anomalies.at(0);
  const versions = Object.entries({ alibi: meta.alibi, ...meta.versions });
  const lines = [
    `# ${meta.cluster}:${meta.configuration}, ${meta.workload}: ${outcome}`,
    '',
    ...(gravest === undefined
      ? reasons.map((reason) => `- ${reason}`)
      : [
          `**${gravest.name}** (${gravest.status}, ${gravest.count} times): ${gravest.explanation}`,
          '',
          `> ${gravest.definition}`,
        ]),
    '',
    `Faults: ${meta.nemesis.join(', ') || 'none'} · nodes: ${meta.nodes.join(', ')} · world: ${meta.world} · seed: ${meta.seed} · ${meta.startedAt}`,
    '',
    'Versions:',
    ...versions.map(([what, version]) => `- ${what} ${version}`),
    '',
    '## What is in here',
    '',
    '- `report.html`: open it in a browser; it needs no network',
    '- `history.jsonl`: every operation, as it was asked and answered',
    ...(witness === null
      ? []
      : [
          `- \`witness.jsonl\`: ${witness} events of it that show the anomaly alone, made smaller step by step`,
        ]),
    '- `results.json`, `run.json`: the verdict, and everything that determined the run',
    '- `logs/`: what the nodes logged',
    '- `SHA256SUMS`: `sha256sum -c SHA256SUMS`',
    '',
    '## Try it yourself',
    '',
    `    alibi check ${name}               # judge the history again`,
    `    alibi replay ${name} --times 5    # make the run again: how often does it come back?`,
    ...(witness === null ? [] : [`    alibi check ${name}/witness.jsonl`]),
    `    ${meta.command}`,
    '',
    scrubbed.length === 0
      ? 'No secrets were found in these files; names of the machine and its user do not occur.'
      : `Passwords, tokens, and the names of the machine and its user were removed from: ${scrubbed.join(', ')}.`,
    ...(scrubbed.includes('history.jsonl')
      ? [
          'The history is therefore not the one that run.json has the SHA-256 of: it can show a violation, never that all is well.',
        ]
      : []),
    '',
  ];
  return lines.join('\n');
}
