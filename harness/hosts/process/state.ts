// What must survive a kill -9 of the harness: which processes and ports belong to which run.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { bootId, self, type ProcessId } from './proc.ts';

/** `$ALIBI_STATE`, else the user's state directory (XDG base directory specification). */
export function stateDirectory(): string {
  if (process.env.ALIBI_STATE) return process.env.ALIBI_STATE;
  return join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'alibi');
}

const processId = z.object({ pid: z.number(), start: z.number() });

const runRecord = z.object({
  format: z.literal(1),
  runId: z.string(),
  boot: z.string(),
  harness: processId,
  services: z.array(processId.extend({ node: z.string(), service: z.string() })),
});

/** Everything a run has started, rewritten whole at every change. */
export type RunRecord = z.infer<typeof runRecord>;

function runsDirectory(): string {
  return join(stateDirectory(), 'runs');
}

function recordFile(runId: string): string {
  return join(runsDirectory(), `${encodeURIComponent(runId)}.json`);
}

/** A run's list of the services it started, kept on disk while the run lives. */
export class RunRegistry {
  readonly #services: RunRecord['services'] = [];
  readonly #runId: string;
  readonly harness: ProcessId = self();

  constructor(runId: string) {
    this.#runId = runId;
    mkdirSync(runsDirectory(), { recursive: true });
    this.#write();
  }

  add(id: ProcessId, node: string, service: string): void {
    this.#services.push({ ...id, node, service });
    this.#write();
  }

  /** Nothing of this run is left. */
  remove(): void {
    rmSync(recordFile(this.#runId), { force: true });
  }

  #write(): void {
    const record: RunRecord = {
      format: 1,
      runId: this.#runId,
      boot: bootId(),
      harness: this.harness,
      services: this.#services,
    };
    const file = recordFile(this.#runId);
    writeFileSync(`${file}.new`, JSON.stringify(record));
    renameSync(`${file}.new`, file);
  }
}

/** The records of all runs, alive or not; files that are no record are left alone and not returned. */
export function readRecords(): { readonly file: string; readonly record: RunRecord }[] {
  let names: string[];
  try {
    names = readdirSync(runsDirectory()).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const file = join(runsDirectory(), name);
    try {
      return [{ file, record: runRecord.parse(JSON.parse(readFileSync(file, 'utf8'))) }];
    } catch {
      return [];
    }
  });
}
