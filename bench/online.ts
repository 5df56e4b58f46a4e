// Judging while a run goes on: 15,000 op/s for 20 s over registers of 400 operations, one stale read in the middle.
// tsx bench/online.ts
import type { EventInput } from '../harness/history/event.ts';
import { stopwatch } from '../harness/runtime/wall.ts';
import { OnlineMonitor, type Announcement } from '../checkers/online/monitor.ts';
import { linearizability } from '../checkers/linearizability/linearizability.ts';
import { monotonicReads } from '../checkers/session/monotonic-reads.ts';
import { readYourWrites } from '../checkers/session/read-your-writes.ts';

const RATE = 15_000;
const SECONDS = 20;
const LIVE = 10;
const OPERATIONS_A_KEY = 400;

const step = 1e9 / RATE / 2;
const total = RATE * SECONDS;
const values = new Map<number, number>();
let time = 0;
let longest = 0;
let spent = 0;
let guilty = -1;
const told: Announcement[] = [];
const monitor = new OnlineMonitor({
  checkers: [linearizability, readYourWrites, monotonicReads],
  options: {},
  announce: (a) => told.push(a),
});
const observe = (event: EventInput): void => {
  const elapsed = stopwatch();
  monitor.observe(event);
  const ms = elapsed();
  spent += ms;
  longest = Math.max(longest, ms);
};
for (let n = 0; n < total; n++) {
  const key = Math.floor(n / LIVE / OPERATIONS_A_KEY) * LIVE + (n % LIVE);
  const process = n % 30;
  const stale = n === total / 2 + 777;
  const write = !stale && n % 3 === 0;
  const known = values.get(key) ?? null;
  if (write) values.set(key, n + 1);
  const f = write ? 'write' : 'read';
  const value = write ? n + 1 : stale ? null : known;
  observe({ time: (time += step), process, type: 'invoke', f, key, value: write ? value : null });
  observe({ time: (time += step), process, type: 'ok', f, key, value });
  if (stale) guilty = time;
}
await monitor.finish(time);
console.log(
  `${total} operations at ${RATE}/s: ${(spent / SECONDS).toFixed(0)} ms of each second, longest pause ${longest.toFixed(0)} ms`,
);
for (const { checker, finding, time: at } of told)
  console.log(
    `${checker}: ${finding.name} announced ${((at - guilty) / 1e6).toFixed(0)} ms after the read completed`,
  );
