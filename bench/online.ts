// Judging while a run goes on: 15,000 op/s for 20 s, one stale read in the middle. tsx bench/online.ts
import { linearizability } from '../checkers/linearizability/linearizability.ts';
import { OnlineMonitor, type Announcement } from '../checkers/online/monitor.ts';
import { monotonicReads } from '../checkers/session/monotonic-reads.ts';
import { readYourWrites } from '../checkers/session/read-your-writes.ts';
import type { Checker } from '../checkers/types.ts';
import type { EventInput } from '../harness/history/event.ts';
import { stopwatch } from '../harness/runtime/wall.ts';

const RATE = 15_000;
const SECONDS = 20;
const LIVE = 10;
/** An announcement may come so long after the operation completed: in the history's time, and what judging takes. */
const TARGET_MS = 1000;

interface Load {
  readonly title: string;
  readonly operationsAKey: number;
  readonly checkers: readonly Checker[];
}

const LOADS: readonly Load[] = [
  {
    title: 'registers of 400 operations; linearizability, read-your-writes, monotonic-reads',
    operationsAKey: 400,
    checkers: [linearizability, readYourWrites, monotonicReads],
  },
  {
    title: 'ten registers, for ever; linearizability',
    operationsAKey: Infinity,
    checkers: [linearizability],
  },
];

async function measure({ title, operationsAKey, checkers }: Load): Promise<void> {
  const step = 1e9 / RATE / 2;
  const total = RATE * SECONDS;
  const values = new Map<number, number>();
  let time = 0;
  let [longest, spent, most] = [0, 0, 0];
  let guilty = Infinity;
  const told: Announcement[] = [];
  const announce = (a: Announcement): unknown => told.push(a);
  const monitor = new OnlineMonitor({ checkers, options: {}, announce });
  const observe = (event: EventInput): void => {
    const elapsed = stopwatch();
    monitor.observe(event);
    const ms = elapsed();
    spent += ms;
    longest = Math.max(longest, ms);
  };
  for (let n = 0; n < total; n++) {
    const round = operationsAKey === Infinity ? 0 : Math.floor(n / LIVE / operationsAKey);
    const key = round * LIVE + (n % LIVE);
    const stale = n === total / 2 + 777;
    const write = !stale && Math.floor(n / LIVE) % 3 === 0;
    const known = values.get(key) ?? null;
    if (write) values.set(key, n + 1);
    const operation = { process: n % 30, f: write ? 'write' : 'read', key };
    observe({ ...operation, time: (time += step), type: 'invoke', value: write ? n + 1 : null });
    observe({ ...operation, time: (time += step), type: 'ok', value: write ? n + 1 : stale ? null : known });
    if (stale) guilty = time;
    if (n % RATE === 0) most = Math.max(most, monitor.remembered);
  }
  await monitor.finish(time);
  const late = told.length === 0 ? Infinity : Math.max(...told.map((a) => (a.time - guilty) / 1e6)) + longest;
  line([
    title,
    (spent / SECONDS).toFixed(0),
    longest.toFixed(0),
    String(most),
    late.toFixed(0),
    `≤ ${TARGET_MS} ms`,
    late <= TARGET_MS ? 'yes' : 'NO',
  ]);
}

function line(cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

line([
  `${RATE} op/s, ${SECONDS} s`,
  'busy, ms a second',
  'longest pause, ms',
  'events remembered, most',
  'announced after, ms',
  'target',
  'met',
]);
line(Array.from({ length: 7 }, () => '---'));
for (const load of LOADS) await measure(load);
