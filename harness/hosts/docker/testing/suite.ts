import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { realRuntime } from '../../../runtime/real.ts';
import type { HostContext, Log } from '../../types.ts';
import { dockerAvailable } from '../engine.ts';

const available = await dockerAvailable();

/** Tests that need an engine: skipped, with the reason as their title, where there is none; failed where one is required. */
export function describeDocker(name: string, tests: () => void): void {
  if (available === true) describe(name, tests);
  else if (process.env['ALIBI_REQUIRE_DOCKER'] === '1')
    it(name, () => {
      throw new Error(available.refused);
    });
  else describe.skip(`${name} (skipped: ${available.refused})`, tests);
}

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
}

/** A context with a directory that is removed after the suite, and the lines that were logged. */
export function testContext(runId: string): HostContext & { readonly lines: LogLine[] } {
  const directory = mkdtempSync(join(tmpdir(), 'alibi-docker-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const lines: LogLine[] = [];
  const write =
    (level: keyof Log) =>
    (_fields: object, message: string): void =>
      void lines.push({ level, message });
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return { runId: `${runId}-${process.pid}`, directory, runtime: realRuntime(1), log, lines };
}
