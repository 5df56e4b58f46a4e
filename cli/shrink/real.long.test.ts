// A failure of real processes: made again as it was, and with no more faults than it takes.
import { setMaxListeners } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRunDirectory, type StoredRun } from '../../results/run-directory.ts';
import { BUGS } from '../../clusters/reference/bugs.ts';
import { replayReal } from '../replay/real.ts';
import { resolveRun } from '../run/config.ts';
import { executeRun } from '../run/execute.ts';
import { readScenario } from '../scenario/scenario.ts';
import { requestOf } from '../zoo/specimen.ts';
import { shrinkReal } from './real.ts';

const ANOMALY = 'lost-acknowledged-write';
const interrupt = new AbortController().signal;
// Every client waits on it at times.
setMaxListeners(0, interrupt);
const execute = { keepCluster: false, logLevel: 'error', interrupt, progress: () => undefined };
const progress = () => undefined;

let place: string;
let stored: StoredRun;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'alibi-real-'));
  const directory = join(place, 'run');
  // Delays are no part of what this bug needs.
  const run = resolveRun(
    requestOf(BUGS.get('semi-sync-silent-fallback')!, {
      ...{ world: 'process', nemesis: 'delay:n3:30ms,cut-standbys,failover', seed: '1' },
      ...{ time: 8, faultFor: 2, faultEvery: 20, rate: 60 },
    }),
  );
  const { document } = await executeRun(run, {
    ...execute,
    ...{ directory, id: 'real', latest: false, report: 'never' },
  });
  expect(document.anomalies.map(({ name }) => name)).toContain(ANOMALY);
  stored = await readRunDirectory(directory);
}, 120_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

it('comes back when its operations and faults are repeated at their times', async () => {
  const { anomalies, again, runs } = await replayReal(stored, {
    ...{ times: 1, out: join(place, 'again'), execute, progress },
  });
  expect(anomalies).toEqual([ANOMALY]);
  expect([again.hits, again.runs]).toEqual([1, 1]);
  expect(runs[0].found).toContain(ANOMALY);
}, 120_000);

it('needs the cut and the failover, and not the delay', async () => {
  const out = join(place, 'small');
  const shrunk = await shrinkReal(stored, {
    ...{ anomaly: ANOMALY, hits: 1, tries: 2, runs: 10, out, execute, progress },
  });
  const faults = shrunk.faults.filter(({ f }) => f === 'fault').map(({ fault }) => fault);
  expect(faults).toEqual(['cut-standbys', 'failover']);
  expect(shrunk.before).toBe(3);
  const scenario = readScenario(join(out, 'scenario.json'));
  expect(scenario.faults.map(({ fault }) => fault)).not.toContain('delay:n3:30ms');
  const [gravest] = (await readRunDirectory(out)).results?.anomalies ?? [];
  expect(gravest.name).toBe(ANOMALY);
  expect(existsSync(`${out}-tries`)).toBe(false);
}, 600_000);
