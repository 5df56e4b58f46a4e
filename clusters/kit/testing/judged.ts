// A whole run in containers, for tests: workload, fault, verdict.
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { resolveRun, type RunRequest } from '../../../cli/run/config.ts';
import { executeRun } from '../../../cli/run/execute.ts';

/** How it came out, and why not otherwise. */
export async function judged(request: RunRequest): Promise<{ outcome: string; reasons: readonly string[] }> {
  const place = mkdtempSync(join(tmpdir(), 'alibi-judged-'));
  const { signal: interrupt } = new AbortController();
  setMaxListeners(0, interrupt);
  try {
    const { document } = await executeRun(resolveRun({ world: 'docker', ...request }), {
      directory: join(place, 'run'),
      id: `test-${process.pid}-${basename(place).slice(-6)}`,
      latest: false,
      keepCluster: false,
      logLevel: 'error',
      interrupt,
      progress: () => undefined,
      report: 'never',
    });
    return { outcome: document.outcome, reasons: document.reasons };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
