import { describe, expect, it } from 'vitest';
import { faultWindows } from '../../harness/history/fault.ts';
import { MemorySink } from '../../harness/history/writer.ts';
import { INVOKE, type History } from '../../harness/history/history.ts';
import { NEMESIS } from '../../harness/history/event.ts';
import { resolveRun } from '../run/config.ts';
import { simulateRun } from '../run/simulate.ts';
import { UsageError } from '../usage.ts';
import { planCampaign, type Cell, type PlannedRun } from './matrix.ts';
import { campaignSchema } from './schema.ts';

const plan = (file: object): Cell[] => planCampaign(campaignSchema.parse(file));
const saidOf = (file: object): string => {
  try {
    plan(file);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'nothing';
};
const keys = (cells: readonly Cell[]): string[] => cells.flatMap((cell) => cell.runs.map((run) => run.key));
const small = {
  configurations: ['reference:sync', 'reference:async'],
  workloads: ['register'],
  seeds: '1..2',
};

describe('the matrix of a campaign', () => {
  it('has a cell for each combination, and a run for each of its seeds', () => {
    const cells = plan({
      matrix: { ...small, workloads: ['register', 'set'], faults: ['none', 'kill:one'] },
    });
    expect(cells).toHaveLength(8);
    expect(cells[0]).toMatchObject({ configuration: 'reference:sync', workload: 'register', faults: 'none' });
    expect(cells.every((cell) => cell.runs.map((run) => run.config.seed).join() === '1,2')).toBe(true);
    expect(new Set(keys(cells)).size).toBe(16);
  });

  it('leaves out what is excluded and adds what is included, with options of its own', () => {
    const cells = plan({
      matrix: small,
      exclude: [{ configuration: 'reference:async' }],
      include: [
        {
          configuration: { name: 'roaming', base: 'reference:sync', settings: { reads: 'any' }, time: 7 },
          workload: 'session',
          seeds: 9,
          rate: 50,
        },
      ],
      options: { world: 'sim', time: 3, settings: { fencing: false } },
    });
    expect(cells.map((cell) => cell.configuration)).toEqual(['reference:sync', 'roaming']);
    expect(cells[0].runs[0].config).toMatchObject({ world: 'sim', time: 3, rate: 300 });
    expect(cells[1].runs[0].config).toMatchObject({
      ...{ world: 'sim', time: 7, rate: 50, seed: '9' },
      settings: { fencing: false, reads: 'any' },
    });
  });

  it('marks combinations that do not exist, and makes no runs of them', () => {
    const cells = plan({
      matrix: {
        configurations: ['postgres:async', 'reference'],
        workloads: ['set'],
        faults: ['clock:one:+5s'],
        seeds: 1,
      },
      options: { world: 'process' },
    });
    expect(cells[0].notApplicable).toContain('cannot reach postgres');
    expect(cells[0].runs).toEqual([]);
    expect(cells[1].runs).toHaveLength(1);
  });

  it('takes the last expectation that matches a cell', () => {
    const cells = plan({
      matrix: small,
      expect: [
        { outcome: 'valid' },
        { configuration: 'reference:async', outcome: 'violation', anomalies: ['stale-read'] },
      ],
    });
    expect(cells.map((cell) => cell.expect?.outcome)).toEqual(['valid', 'violation']);
    expect(cells[1].expect?.anomalies).toEqual(['stale-read']);
  });
});

describe('a campaign that cannot be what was meant is refused in one sentence:', () => {
  const variant = { name: 'reference:sync', base: 'reference:async' };
  it.each([
    [
      'an unknown cluster',
      { matrix: { ...small, configurations: ['referense'] } },
      /Unknown cluster "referense"; did you mean reference/,
    ],
    [
      'an unknown configuration',
      { matrix: { ...small, configurations: ['reference:synk'] } },
      /Unknown configuration of reference "synk"/,
    ],
    [
      'an unknown workload',
      { matrix: { ...small, workloads: ['regster'] } },
      /Unknown workload "regster"; did you mean register/,
    ],
    [
      'an unknown fault',
      { matrix: { ...small, faults: ['kil:one'] } },
      /Unknown fault "kil"; did you mean kill/,
    ],
    ['an unknown setting', { matrix: small, options: { settings: { sped: 1 } } }, /sped/],
    [
      'an unknown anomaly',
      { matrix: small, expect: [{ outcome: 'violation', anomalies: ['stale-reed'] }] },
      /Unknown anomaly "stale-reed"; did you mean stale-read/,
    ],
    ['a colon too many', { matrix: { ...small, configurations: ['a:b:c'] } }, /write cluster:configuration/],
    [
      'an expectation of no cell',
      { matrix: small, expect: [{ workload: 'regster', outcome: 'valid' }] },
      /Rule 1 of expect matches no cell that exists: \{"workload":"regster"\}/,
    ],
    [
      'an exclusion of no cell',
      { matrix: small, exclude: [{ faults: 'kill' }] },
      /Rule 1 of exclude matches no cell/,
    ],
    ['exclusions of everything', { matrix: small, exclude: [{}] }, /no cells left/],
    [
      'two cells of one name',
      { matrix: { ...small, configurations: ['reference:sync', variant] } },
      /is there twice/,
    ],
    [
      'nothing that can be run',
      { matrix: { ...small, configurations: ['postgres'] }, options: { world: 'sim' } },
      /^No cell of the campaign can be run: postgres does not run in the sim world/,
    ],
    [
      'an included cell that does not fit',
      { include: [{ configuration: 'postgres', workload: 'set', world: 'sim' }] },
      /postgres · set · none: postgres does not run in the sim world/,
    ],
    [
      '10^7 runs',
      { matrix: { ...small, seeds: '1..5000000' } },
      /^The campaign has 10000000 runs, more than 100000/,
    ],
    [
      '10^7 runs by its lists',
      {
        matrix: {
          ...small,
          configurations: Array(1000).fill('x'),
          workloads: Array(1000).fill('y'),
          seeds: '1..10',
        },
      },
      /^The campaign has 10000000 runs/,
    ],
  ])('%s', (_, file, said) => {
    const text = saidOf(file);
    expect(text).toMatch(said);
    expect(text).not.toContain('\n');
  });
});

describe('runs are keyed by all that determines them, so that', () => {
  const base = { matrix: small, options: { world: 'sim', time: 2 } };
  it('the same file has the same keys', () => {
    expect(keys(plan(base))).toEqual(keys(plan(structuredClone(base))));
  });
  it('a changed option changes every key, a changed variant only its own', () => {
    const before = keys(plan(base));
    expect(
      keys(plan({ ...base, options: { world: 'sim', time: 3 } })).some((key) => before.includes(key)),
    ).toBe(false);
    const variant = { name: 'reference:async', base: 'reference:async', keys: 9 };
    const after = keys(plan({ ...base, matrix: { ...small, configurations: ['reference:sync', variant] } }));
    expect(after.map((key) => before.includes(key))).toEqual([true, true, false, false]);
  });
  it('expectations, names and what is kept change none', () => {
    const told = { ...base, name: 'other', retain: 'all', expect: [{ outcome: 'valid' }] };
    expect(keys(plan(told))).toEqual(keys(plan(base)));
  });
});

describe('two configurations of a cell', () => {
  it('get the same operations and the same faults from the same seed', async () => {
    const cells = plan({
      matrix: { ...small, faults: ['pause:one'], seeds: 3 },
      options: { world: 'sim', time: 12, rate: 40, concurrency: 20 },
    });
    const [one, other] = await Promise.all(cells.map((cell) => simulated(cell.runs[0])));
    expect(asked(one).length).toBeGreaterThan(400);
    expect(asked(one)).toEqual(asked(other));
    expect(faults(one)).not.toEqual([]);
    expect(faults(one)).toEqual(faults(other));
  });
});

async function simulated(run: PlannedRun): Promise<History> {
  const sink = new MemorySink();
  await simulateRun(resolveRun(run.config), sink);
  return sink.history();
}

/** What clients were asked to do, in order. What a cas expects to find is what was last read: it may differ. */
function asked(history: History): string[] {
  return indices(history, (i) => history.process[i] !== NEMESIS && history.type[i] === INVOKE).map((i) => {
    const f = history.functions.valueOf(history.f[i]);
    const key = history.key[i] < 0 ? null : history.keys.valueOf(history.key[i]);
    const value = history.values[i];
    return JSON.stringify([f, key, f === 'cas' && Array.isArray(value) ? value[1] : value]);
  });
}

/** Which faults were dealt to whom, in order. */
function faults(history: History): object[] {
  return faultWindows(history).map(({ fault, targets }) => ({ fault, targets }));
}

function indices(history: History, which: (index: number) => boolean): number[] {
  return Array.from({ length: history.length }, (_, i) => i).filter(which);
}
