import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadRuns } from '../../results/compare/load.ts';
import { readTwin } from '../../results/twin.ts';
import { makeSimulated } from '../campaign/simulated.ts';
import { resolveRun, type RunRequest } from './config.ts';
import { makeTwin, twinOf } from './twin.ts';

const directory = mkdtempSync(join(tmpdir(), 'alibi-twin-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const asked: RunRequest = {
  ...{ cluster: 'postgres', configuration: 'async', workload: 'set', nemesis: 'cut-standbys,failover' },
  ...{ world: 'process', seed: '7', time: 8, faultFor: 2, rate: 50 },
};
const configured = (more: Partial<RunRequest> = {}) => resolveRun({ ...asked, ...more }).config;

describe('the twin of a real run', () => {
  it('has its workload, faults, times and seed, and is simulated', () => {
    expect(twinOf(configured())).toMatchObject({
      ...{ cluster: 'reference', configuration: 'async-primary-reads', world: 'sim', workload: 'set' },
      ...{ nemesis: 'cut-standbys,failover', seed: '7', time: 8, faultFor: 2, rate: 50, nodes: 3 },
    });
  });

  it('has of its settings those that the store has too', () => {
    const settings = { reads: 'any', work_mem: '8MB' };
    expect(twinOf(configured({ settings })).settings).toEqual({ reads: 'any' });
  });

  it('is refused where nothing models the configuration, or not this fault', () => {
    expect(() => twinOf(configured({ configuration: 'commit-off' }))).toThrow(
      /^--twin: postgres:commit-off has no twin in the reference store \(those that have one: postgres:async,/,
    );
    const dialling = configured({ world: 'docker', nemesis: 'partition:primary:syn' });
    expect(() => twinOf(dialling)).toThrow(
      /^--twin: reference:async-primary-reads: .*no connections in simulation/,
    );
  });

  it('stands beside it: in compare, and row by row in its report', async () => {
    // The real one's place is taken by a run that needs no server: what is read is a run directory like any other.
    const request: RunRequest = {
      ...asked,
      cluster: 'reference',
      configuration: 'sync',
      world: 'sim',
      nemesis: '',
    };
    const document = await makeSimulated({ id: 'r', request, directory, keeps: () => true });
    expect(await readTwin(directory, document)).toBe(null);
    await makeTwin(twinOf(configured()), directory);
    const runs = await loadRuns(directory);
    expect(runs.map(({ configuration }) => configuration)).toEqual([
      'reference:sync',
      'reference:async-primary-reads',
    ]);
    const twin = await readTwin(directory, document);
    expect(twin?.configuration).toBe('reference:async-primary-reads');
    expect(twin?.rows.slice(0, 2)).toEqual([
      ['outcome', 'valid', 'valid'],
      ['proven', 'no anomaly', expect.stringMatching(/^lost-acknowledged-write \(\d+\)/)],
    ]);
  });
});
