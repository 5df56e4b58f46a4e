// The faults of disks, membership and shapes of partitions: what they do, and that each can be seen not to do it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../harness/cluster.ts';
import type { Disk, HostNode, Links } from '../harness/hosts/types.ts';
import { realRuntime } from '../harness/runtime/real.ts';
import { FAULTS } from './registry.ts';
import { parseFaults } from './spec.ts';
import { fakeCluster } from './testing/fake-cluster.ts';

const scratch = mkdtempSync(join(tmpdir(), 'alibi-kit-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function inject(cluster: Cluster, text: string, seed = 'seed') {
  const runtime = realRuntime(seed);
  const [spec] = parseFaults(text, FAULTS, cluster.nodes);
  // Nobody waits in a test.
  const clock = {
    now: () => 0,
    sleep: () => Promise.resolve(),
    after: () => () => undefined,
    quietly: () => () => undefined,
  };
  return FAULTS.get(spec.family)!.inject(spec, { cluster, random: runtime.random('x'), clock });
}

const fiveNodes = () => ({ ...fakeCluster(), nodes: ['n1', 'n2', 'n3', 'n4', 'n5'] });

/** Whom a node still hears, both ways being open. */
function hears(cluster: { nodes: readonly string[]; cut: ReadonlySet<string> }, node: string): string[] {
  return cluster.nodes.filter(
    (other) => other !== node && !cluster.cut.has(`${other}>${node}`) && !cluster.cut.has(`${node}>${other}`),
  );
}

describe('shapes of partitions', () => {
  it('a ring leaves every node a majority, and no two the same one', async () => {
    const cluster = fiveNodes();
    await inject(cluster, 'partition:ring');
    const majorities = cluster.nodes.map((node) => [node, ...hears(cluster, node)].sort().join());
    for (const majority of majorities) expect(majority.split(',')).toHaveLength(3);
    expect(new Set(majorities).size).toBe(5);
  });

  it('a bridge hears both halves, which hear nothing of each other', async () => {
    const cluster = fiveNodes();
    await inject(cluster, 'partition:bridge');
    const heard = cluster.nodes.map((node) => hears(cluster, node).length).sort();
    expect(heard).toEqual([2, 2, 2, 2, 4]);
  });

  it('sites are the first and the last nodes, whatever the seed', async () => {
    for (const seed of ['a', 'b', 'c']) {
      const cluster = fiveNodes();
      expect((await inject(cluster, 'partition:sites', seed)).targets).toEqual(['n4', 'n5']);
      expect(hears(cluster, 'n4')).toEqual(['n5']);
    }
  });
});

describe('data centres', () => {
  const spread = () => ({
    ...fiveNodes(),
    sites: new Map(['n1', 'n2', 'n3', 'n4', 'n5'].map((node, i) => [node, i % 2 === 0 ? 'a' : 'b'])),
  });

  it('a site is all of its nodes and nobody else', async () => {
    for (const seed of ['a', 'b', 'c', 'd']) {
      const { targets } = await inject(spread(), 'kill:site', seed);
      expect([
        ['n1', 'n3', 'n5'],
        ['n2', 'n4'],
      ]).toContainEqual(targets);
    }
  });

  it('between sites nothing gets through, within them everything does', async () => {
    const cluster = spread();
    await inject(cluster, 'partition:between-sites');
    expect(hears(cluster, 'n1')).toEqual(['n3', 'n5']);
    expect(hears(cluster, 'n4')).toEqual(['n2']);
  });
});

describe('clocks that drift or strobe', () => {
  /** Time passes when somebody waits. */
  const withTime = (text: string, obeys: boolean) => {
    let now = 0;
    const due: { at: number; then: () => void }[] = [];
    let [offset, rate, since] = [0, 0, 0];
    const read = () => offset + ((now - since) / 1e6) * (rate / 100);
    const clocks = {
      setOffset: async (_: string, ms: number) => void (obeys && ([offset, since] = [ms, now])),
      setDrift: async (_: string, percent: number) =>
        void (obeys && ([offset, since, rate] = [read(), now, percent])),
      offset: async () => read(),
    };
    const clock = {
      now: () => now,
      sleep: async (ns: number) => {
        now += ns;
        for (const one of due.splice(0))
          if (one.at <= now) one.then();
          else due.push(one);
        await new Promise((resolve) => setImmediate(resolve));
      },
      after: (ns: number, then: () => void) => {
        due.push({ at: now + ns, then });
        return () => undefined;
      },
      quietly: () => () => undefined,
    };
    const cluster = { ...fakeCluster(), clocks };
    const [spec] = parseFaults(text, FAULTS, cluster.nodes);
    const random = realRuntime('x').random('x');
    return FAULTS.get(spec.family)!.inject(spec, { cluster, random, clock });
  };

  it.each(['drift:one:+10%', 'drift:n2:-5%', 'strobe:one:200ms'])(
    '%s is seen in the measured offset',
    async (text) => {
      const injection = await withTime(text, true);
      expect(injection).toMatchObject({ reached: true });
      expect(await injection.heal()).toMatchObject({ bit: true });
      expect(await withTime(text, false)).toMatchObject({ reached: false });
    },
  );

  it('what cannot be made or seen is refused', () => {
    const refused = (text: string) => expect(() => parseFaults(text, FAULTS, ['n1', 'n2', 'n3']));
    refused('drift:one:+90%').toThrow('a rate off by 1% to 25%');
    refused('drift:one').toThrow('it needs a rate such as +10%');
    refused('strobe:one').toThrow('it needs a duration to jump by');
    refused('kill:between-sites').toThrow('there is no target or node');
  });
});

/** A cluster whose nodes keep a file each, on disks that obey as far as `flaws` let them. */
function withStorage(flaws: { readonly fillsHalf?: boolean } = {}) {
  const cluster = fakeCluster();
  const log: string[] = [];
  const directory = mkdtempSync(join(scratch, 'data-'));
  const storage = (node: string) => {
    const data = join(directory, node);
    mkdirSync(data, { recursive: true });
    const disk: Disk = {
      directory: data,
      sync: () => Promise.resolve(),
      cutPower: async () => {
        await cluster.processes.kill(node);
        log.push(`power ${node}`);
        return 'cut';
      },
      fill: async () => (flaws.fillsHalf ? 1e9 : 0),
      free: async () => void log.push(`free ${node}`),
      available: async () => (flaws.fillsHalf ? 1e9 : 0),
    };
    return { host: { disk } as HostNode, data };
  };
  for (const node of cluster.nodes) writeFileSync(join(storage(node).data, 'file'), 'x'.repeat(100));
  const bytes = (node: string) => readFileSync(join(directory, node, 'file'));
  return { cluster: Object.assign(cluster, { storage }), log, bytes, directory };
}

describe('disks', () => {
  it('a power cut ends the processes, and heal restarts them', async () => {
    const { cluster, log } = withStorage();
    const injection = await inject(cluster, 'power-off:n2');
    expect(injection).toMatchObject({ reached: true, targets: ['n2'] });
    expect(log).toEqual(['power n2']);
    expect(await cluster.processes.state('n2')).toBe('gone');
    expect(await injection.heal()).toMatchObject({ bit: true });
    expect(await cluster.processes.state('n2')).toBe('running');
  });

  it('a cluster that does not say where its data lies is not said to be reached', async () => {
    await expect(inject(fakeCluster(), 'power-off:n2')).rejects.toThrow('does not say where its data lies');
  });

  it('a disk that is half empty is not full', async () => {
    expect(await inject(withStorage().cluster, 'disk-full:one')).toMatchObject({ reached: true });
    expect(await inject(withStorage({ fillsHalf: true }).cluster, 'disk-full:one')).toMatchObject({
      reached: false,
    });
  });

  it('a bit flip changes one bit of the targets’ data and nothing else, the same for the same seed', async () => {
    const changed = async () => {
      const { cluster, bytes, directory } = withStorage();
      const injection = await inject(cluster, 'corrupt:n1:bit-flip');
      expect(injection).toMatchObject({ reached: true });
      expect(bytes('n2').every((byte) => byte === 0x78)).toBe(true);
      const flipped = [...bytes('n1')].flatMap((byte, i) => (byte === 0x78 ? [] : [[i, byte ^ 0x78]]));
      expect(flipped).toHaveLength(1);
      expect([1, 2, 4, 8, 16, 32, 64, 128]).toContain(flipped[0][1]);
      rmSync(directory, { recursive: true });
      return flipped;
    };
    expect(await changed()).toEqual(await changed());
  });

  it('a truncation shortens a file', async () => {
    const { cluster, directory } = withStorage();
    expect(await inject(cluster, 'corrupt:n3:truncate')).toMatchObject({ reached: true });
    expect(statSync(join(directory, 'n3', 'file')).size).toBeLessThan(100);
  });
});

describe('membership', () => {
  const withMembers = (obeys: boolean) => {
    const cluster = fakeCluster();
    let members = [...cluster.nodes];
    return Object.assign(cluster, {
      membership: {
        members: async () => members,
        remove: async (node: string) => void (obeys && (members = members.filter((each) => each !== node))),
        add: async (node: string) => void members.push(node),
      },
    });
  };

  it('is proven by the database’s own list, out and back in', async () => {
    const injection = await inject(withMembers(true), 'membership:n2');
    expect(injection).toMatchObject({ reached: true, targets: ['n2'] });
    expect(await injection.heal()).toMatchObject({ bit: true });
  });

  it('that did not change reached nobody', async () => {
    expect(await inject(withMembers(false), 'membership:n2')).toMatchObject({ reached: false });
  });
});

describe('loss', () => {
  const lossy = (loses: boolean) => {
    const cluster = fakeCluster({ silent: !loses });
    const links = cluster.links as Links;
    const lose: Links['lose'] = (chosen) => links.cut(chosen, 'drop');
    return Object.assign(cluster, { links: { ...links, lose, narrow: lose } });
  };

  it('of what a narrow link cannot carry reached when traffic was lost, and only then', async () => {
    expect(await inject(lossy(true), 'rate:n1:16kB')).toMatchObject({ reached: true });
    expect(await inject(lossy(false), 'rate:n1:16kB')).toMatchObject({ reached: false });
  });

  it('reached when traffic was lost, and only then', async () => {
    expect(await inject(lossy(true), 'loss:n1:20%')).toMatchObject({ reached: true });
    expect(await inject(lossy(false), 'loss:n1:20%')).toMatchObject({ reached: false });
  });
});

describe('a rolling restart', () => {
  it('has every node gone and back, the primary last', async () => {
    const injection = await inject(fakeCluster(), 'rolling-restart');
    expect(injection).toMatchObject({ reached: true, targets: ['n2', 'n3', 'n1'] });
  });
});
