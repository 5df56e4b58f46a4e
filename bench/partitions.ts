// Partitioning: how fast a ring finds an owner, and how long 100,000 keys take to move under load in the simulator.
// tsx bench/partitions.ts
import { setMaxListeners } from 'node:events';
import { PartitionedCluster } from '../clusters/reference/partition/cluster.ts';
import { HashRing } from '../clusters/reference/partition/maps/ring.ts';
import { SimFleet } from '../clusters/reference/sim/fleet.ts';
import { storeSettings } from '../clusters/reference/settings.ts';
import { strategyOn } from '../clusters/reference/strategy.ts';
import { SECOND } from '../harness/runtime/types.ts';
import { stopwatch } from '../harness/runtime/wall.ts';
import { virtualRuntime } from '../harness/runtime/virtual.ts';

const LOOKUPS = 20_000_000;
const KEYS = 100_000;
const CLIENTS = 20;

ringLookups();
await moveKeys();

/** Target: 2 million a second, at 256 virtual nodes × 100 nodes. */
function ringLookups(): void {
  const members = Array.from({ length: 100 }, (_, i) => ({ shard: `s${i + 1}`, weight: 1 }));
  const ring = new HashRing(members, { vnodes: 256 });
  let position = 1;
  let sum = 0;
  const before = process.cpuUsage();
  for (let i = 0; i < LOOKUPS; i++) {
    position = (Math.imul(position, 1_664_525) + 1_013_904_223) >>> 0;
    sum += ring.ownerAt(position);
  }
  const seconds = process.cpuUsage(before).user / 1e6;
  console.log(
    `ring of ${ring.positions.length} points: ${(LOOKUPS / seconds / 1e6).toFixed(1)} million lookups a second of processor time (target 2; sum ${sum})`,
  );
}

/** A fourth shard joins three that hold 100,000 keys, while 20 clients read and write. Target: 10 s of wall time. */
async function moveKeys(): Promise<void> {
  const runtime = virtualRuntime('partitions');
  const { clock } = runtime;
  const nodes = ['n1', 'n2', 'n3', 'n4'];
  const settings = { partitioning: 'ring', ack: 'sync', reads: 'primary' };
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const context = { nodes, settings, runtime, log };
  const cluster = new PartitionedCluster(
    context,
    new SimFleet(context, strategyOn(storeSettings(settings), nodes)),
  );
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  let operations = 0;
  let stop = false;
  const client = async (process: number, from: number, to: number): Promise<void> => {
    const connection = await cluster.connect({ port: 'register', process, session: process });
    for (let key = from; key < to; key++) await connection.invoke({ f: 'write', key, value: key }, signal);
    const random = runtime.random('load').fork(String(process));
    while (!stop) {
      const key = random.below(KEYS);
      await connection.invoke(
        random.chance(0.5) ? { f: 'read', key } : { f: 'write', key, value: key },
        signal,
      );
      operations += 1;
      await clock.sleep(SECOND / 100);
    }
    await connection.close();
  };
  await runtime.run(async () => {
    await cluster.start();
    const share = KEYS / CLIENTS;
    const clients = Array.from({ length: CLIENTS }, (_, i) => client(i, i * share, (i + 1) * share));
    while (operations < CLIENTS * 10) await clock.sleep(SECOND / 10);
    const [before, began] = [operations, clock.now()];
    const [elapsed, used] = [stopwatch(), process.cpuUsage()];
    const moved = await cluster.rebalancing.join();
    while (!moved.progress().over) await clock.sleep(SECOND / 100);
    const wall = elapsed() / 1000;
    console.log(
      `a fourth shard joins ${KEYS} keys: ${moved.progress().keys} moved in ${wall.toFixed(1)} s of wall time (target 10; ${(process.cpuUsage(used).user / 1e6).toFixed(1)} s of processor), ` +
        `${((clock.now() - began) / SECOND).toFixed(1)} s of virtual time, under ${operations - before} operations`,
    );
    stop = true;
    await Promise.all(clients);
    await cluster.stop();
  });
}
