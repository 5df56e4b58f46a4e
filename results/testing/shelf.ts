// Runs and campaigns as their directories are, without having been made: for tests of the pages that list them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'node:http';

export interface ShelvedRun {
  readonly configuration?: string;
  /** A violation that it showed; absent: valid. */
  readonly anomaly?: string;
  /** Without an end and a verdict. */
  readonly running?: boolean;
  readonly timetable?: string;
  readonly stats?: object;
}

/** A run directory as a run leaves it: verdict, no history. Gives its path. */
export function shelvedRun(shelf: string, name: string, more: ShelvedRun = {}): string {
  const directory = join(shelf, name);
  const { configuration = 'async', anomaly, running = false, timetable, stats = {} } = more;
  mkdirSync(directory, { recursive: true });
  const environment = { node: 'v', platform: 'p', cpu: 'c', cpus: 2, memoryBytes: 1 };
  const meta = {
    ...{ version: 1, id: name, alibi: '0' },
    startedAt: `2026-01-01T00:00:${String(name.length).padStart(2, '0')}.000Z`,
    ...(running ? {} : { endedAt: '2026-01-01T00:01:00.000Z' }),
    ...{ cluster: 'reference', configuration, world: 'sim', workload: 'register' },
    ...{ nemesis: ['kill:one'], seed: '1', nodes: ['n1'], settings: {} },
    options: { time: 5, ...(timetable === undefined ? {} : { timetable }) },
    ...{ claims: [], versions: {}, clockOffsetsMs: {}, environment, command: 'alibi run' },
  };
  writeFileSync(join(directory, 'run.json'), JSON.stringify(meta));
  if (running) return directory;
  const anomalies =
    anomaly === undefined ? [] : [{ name: anomaly, status: 'violation', certain: true, count: 2 }];
  const outcome = anomaly === undefined ? 'valid' : 'violation';
  writeFileSync(
    join(directory, 'results.json'),
    JSON.stringify({ version: 1, outcome, anomalies, checks: [], stats, reasons: [] }),
  );
  writeFileSync(join(directory, 'report.html'), '<!doctype html><title>the report</title>');
  return directory;
}

/** A campaign of one cell: so many of its runs showed the violation. */
export function shelvedNight(
  shelf: string,
  name: string,
  night: { readonly day: string; readonly hits: number; readonly runs: number },
): string {
  const directory = join(shelf, name);
  mkdirSync(directory, { recursive: true });
  const { day, hits, runs } = night;
  const cell = {
    ...{ configuration: 'reference:async', workload: 'set', faults: 'kill:primary', notApplicable: null },
    runs: Array.from({ length: runs }, (_, i) => ({
      ...{ key: `${i}`.padStart(20, '0'), seed: String(i + 1), reason: null },
      outcome: i < hits ? 'violation' : 'valid',
      anomalies:
        i < hits ? [{ name: 'lost-acknowledged-write', status: 'violation', certain: true, count: 3 }] : [],
    })),
  };
  const totals = { valid: runs - hits, violation: hits };
  writeFileSync(
    join(directory, 'campaign.json'),
    JSON.stringify({ version: 1, name: 'nightly', startedAt: `${day}T01:00:00.000Z`, cells: [] }),
  );
  writeFileSync(
    join(directory, 'results.json'),
    JSON.stringify({ version: 1, name: 'nightly', totals, exitCode: hits > 0 ? 1 : 0, cells: [cell] }),
  );
  return directory;
}

/** A raw request, as no browser would send it. */
export function raw(
  url: string,
  path: string,
  options: { readonly method?: string; readonly host?: string } = {},
): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(url);
  const headers = options.host === undefined ? {} : { host: options.host };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method: options.method ?? 'GET', headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.once('error', reject);
    asked.end();
  });
}
