// What a simulated network, disk and clock can be made to do, dealt to every strategy: claims hold under all of it.
import { describe, expect, it } from 'vitest';
import { judged } from './testing/simulated.ts';

const CONFIGURATIONS = ['semi-sync', 'raft', 'multi-leader-lww-field', 'leaderless-abd'];
const FAULTS = [
  'loss:all:20%',
  'duplicate:all:50%,reorder:all:50%',
  'delay:between-sites:60ms',
  'loss:between-sites:30%',
  'power-off:site',
  'disk-full:one',
  'fsync-error:one',
];
const CLOCKS = ['drift:all:+20%', 'drift:one:-20%', 'strobe:one:300ms'];

describe('faults of the simulated network, disks and clocks', () => {
  for (const [i, configuration] of CONFIGURATIONS.entries())
    it(`${configuration} keeps its claim under them`, async () => {
      const workload = configuration === 'multi-leader-lww-field' ? 'session' : 'register';
      const clocks = configuration === 'multi-leader-lww-field' ? [] : CLOCKS;
      for (const [j, nemesis] of [...FAULTS, ...clocks].entries()) {
        const { outcome, reasons } = await judged({ configuration, workload, nemesis, seed: `${i}${j}` });
        expect({ outcome, reasons, nemesis }).toEqual({ outcome: 'valid', reasons: [], nemesis });
      }
    }, 120_000);

  it('networks to choose from: the rough and the slow one are survived as the mild one is', async () => {
    for (const network of ['calm', 'rough', 'slow'])
      for (const configuration of ['semi-sync', 'raft']) {
        const run = { configuration, workload: 'register', nemesis: 'kill:primary', settings: { network } };
        const nemesis = configuration === 'raft' ? 'kill:primary' : 'kill:primary,failover';
        expect((await judged({ ...run, nemesis, seed: '1' })).reasons).toEqual([]);
      }
  }, 60_000);

  it('a log with a damaged record is not started from: the node stays down, which no claim promises to survive', async () => {
    const names = new Set<string>();
    for (const seed of ['1', '2', '3']) {
      const { anomalies } = await judged({
        configuration: 'semi-sync',
        workload: 'set',
        nemesis: 'corrupt:n3:bit-flip',
        seed,
      });
      for (const { name, status } of anomalies) names.add(`${name} ${status}`);
    }
    expect([...names]).toContain('no-recovery outside-claim');
    expect([...names].filter((one) => one.endsWith('violation'))).toEqual([]);
  }, 60_000);
});
