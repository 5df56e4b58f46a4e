// A run as a cluster might have made it, without one: for the report's development, tests and measurements.
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { NEMESIS, type EventInput, type Json } from '../../harness/history/event.ts';
import { faultValue, faultWindows, phases } from '../../harness/history/fault.ts';
import type { History } from '../../harness/history/history.ts';
import type { JudgedAnomaly } from '../document.ts';
import type { ReportInput } from '../report.ts';

const MS = 1e6;
const SECOND = 1e9;

interface Options {
  readonly operations: number;
  /** Put in place of written values: to see what hostile ones do. */
  readonly dress?: (value: number) => Json;
}

/** Mulberry32: the same numbers on every machine. */
function numbers(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Eight workers write and read five registers of a three-node cluster, whose replicas lag. The links to the standbys
 * are cut from 30 % to 45 % of the run; the primary is killed at 45 % and n2 promoted, so what was written since the
 * cut is lost; n3 is paused from 70 % to 80 %.
 */
export function inventedHistory({ operations, dress = (v) => v }: Options): History {
  const random = numbers(7);
  const duration = Math.max(20 * SECOND, operations * 40 * 1e3);
  const mean = (duration * 8) / operations;
  const keys = ['k0', 'k1', 'k2', 'k3', 'k4'];
  const cutAt = duration * 0.3;
  const killAt = duration * 0.45;
  const backAt = killAt + Math.min(2.2 * SECOND, duration * 0.06);
  const [pauseAt, resumeAt] = [duration * 0.7, duration * 0.8];
  // What each key held when: [time, value], of the timeline that survived and of the one that was lost.
  const versions = new Map(keys.map((k) => [k, [[0, null]] as [number, Json][]]));
  const at = (key: string, time: number): Json => {
    const list = versions.get(key) ?? [];
    for (let i = list.length - 1; i >= 0; i--) if (list[i][0] <= time) return list[i][1];
    return null;
  };
  const pending: EventInput[] = [];
  let value = 0;
  const workers = Array.from({ length: 8 }, (_, w) => ({ process: w, free: random() * mean }));
  let next = 8;
  let lost = false;
  for (let n = 0; n < operations; n++) {
    const worker = workers.reduce((a, b) => (a.free <= b.free ? a : b));
    const start = Math.round(worker.free);
    if (!lost && start >= killAt) {
      lost = true;
      for (const list of versions.values())
        while (list.length > 1 && (list[list.length - 1][0] ?? 0) > cutAt) list.pop();
    }
    const key = keys[Math.floor(random() * keys.length)];
    const f = random() < 0.4 ? 'write' : 'read';
    const down = start >= killAt && start < backAt;
    const node =
      start < killAt
        ? ['n1', 'n2', 'n3'][f === 'write' ? 0 : Math.floor(random() * 3)]
        : f === 'write'
          ? 'n2'
          : random() < 0.6
            ? 'n2'
            : 'n3';
    const paused = node === 'n3' && start >= pauseAt && start < resumeAt;
    const took = (0.3 + random() ** 3 * 3 + (random() < 0.01 ? 25 * random() : 0)) * MS;
    const process = worker.process;
    const invoked: Json = f === 'write' ? dress(++value) : null;
    pending.push({ time: start, process, type: 'invoke', f, key, value: invoked, node });
    if (down || paused) {
      const end = Math.round(
        start + (down && random() < 0.9 ? 2 + 20 * random() : 250 + 100 * random()) * MS,
      );
      const refused = down && end - start < 50 * MS;
      pending.push({
        time: end,
        process,
        type: refused ? 'fail' : 'info',
        f,
        key,
        value: invoked,
        node,
        error: refused
          ? { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:5401' }
          : { code: 'operation-timeout', message: 'no answer within 250 ms' },
      });
      if (!refused) worker.process = next++;
      worker.free = end + random() * mean;
      continue;
    }
    const end = Math.round(start + took);
    const lag =
      node === 'n1' || (lost && node === 'n2')
        ? 0
        : start > cutAt && start < killAt
          ? start - cutAt
          : (1 + 12 * random()) * MS;
    if (f === 'write') versions.get(key)?.push([start + took / 2, invoked]);
    pending.push({
      time: end,
      process,
      type: 'ok',
      f,
      key,
      value: f === 'write' ? invoked : at(key, start + took / 2 - lag),
      node,
    });
    worker.free = end + random() * 2 * Math.max(1, mean - 1.2 * MS);
  }
  const mark = (time: number, f: string, v: Json): EventInput => ({
    time,
    process: NEMESIS,
    type: 'info',
    f,
    value: v,
  });
  const end = Math.max(...workers.map((w) => w.free));
  pending.push(
    mark(0, 'phase', { phase: 'set-up' }),
    mark(0, 'phase', { phase: 'warm-up' }),
    mark(duration * 0.1, 'phase', { phase: 'main' }),
    mark(duration * 0.85, 'phase', { phase: 'heal' }),
    mark(duration * 0.87, 'phase', { phase: 'quiesce' }),
    mark(duration * 0.92, 'phase', { phase: 'final' }),
    mark(end + 5 * SECOND, 'phase', { phase: 'done' }),
    mark(
      cutAt,
      'fault',
      faultValue({
        id: 1,
        fault: 'cut-standbys',
        family: 'cut-standbys',
        targets: ['n2', 'n3'],
        reached: true,
        evidence: 'n1 cannot reach n2, n3',
      }),
    ),
    mark(killAt, 'heal', faultValue({ id: 1, bit: true, evidence: '181 kB of replication traffic dropped' })),
    mark(
      killAt,
      'fault',
      faultValue({
        id: 2,
        fault: 'failover',
        family: 'failover',
        targets: ['n1'],
        reached: true,
        evidence: 'process group 4211 gone',
      }),
    ),
    mark(backAt, 'heal', faultValue({ id: 2, bit: true, evidence: 'primary moved from n1 to n2' })),
    mark(
      pauseAt,
      'fault',
      faultValue({
        id: 3,
        fault: 'pause:n3',
        family: 'pause',
        targets: ['n3'],
        reached: true,
        evidence: 'state T in /proc',
      }),
    ),
    mark(resumeAt, 'heal', faultValue({ id: 3, bit: true, evidence: '41 operations had no answer' })),
  );
  for (let t = 0; t < duration; t += duration / 100) {
    const cut = t > cutAt && t < killAt ? ((t - cutAt) / SECOND) * 30_000 : 0;
    pending.push(
      mark(t, 'sample', {
        'lag-bytes:n2': Math.round(800 * random() + cut),
        'lag-bytes:n3': Math.round(1200 * random() + (t < backAt ? cut : 0)),
      }),
    );
  }
  pending.sort((a, b) => a.time - b.time);
  const builder = new HistoryBuilder();
  for (const event of pending) builder.add(event);
  return builder.build();
}

/**
 * The first ok read that returned an older value than its process had itself written (`f: write`) or read before:
 * the events of both operations. Values are versions of one another by the times at which they were acknowledged.
 */
function firstForgotten(history: History, f: string): number[] {
  const newest = new Map<string, number>();
  const acknowledged = new Map<Json, number>([[null, -1]]);
  const read = history.functions.idOf('read');
  const earlier = history.functions.idOf(f);
  for (let i = 0; i < history.length; i++)
    if (history.type[i] === 1 && history.process[i] >= 0 && history.f[i] !== read)
      acknowledged.set(history.values[i], i);
  const age = (i: number): number => acknowledged.get(history.values[i]) ?? Infinity;
  for (let i = 0; i < history.length; i++) {
    if (history.type[i] !== 1 || history.process[i] < 0) continue;
    const id = `${history.process[i]} ${history.key[i]}`;
    const before = newest.get(id);
    if (history.f[i] === read && before !== undefined && age(i) < age(before))
      return [history.pair[before], before, history.pair[i], i];
    if (history.f[i] === earlier && age(i) < Infinity) newest.set(id, i);
  }
  return [];
}

/** A report's input over {@link inventedHistory}, with anomalies as a judge would give them. */
export function inventedRun(options: Options): ReportInput {
  const history = inventedHistory(options);
  const windows = faultWindows(history);
  const forgotten = firstForgotten(history, 'write');
  const back = firstForgotten(history, 'read');
  const said = (i: number): string => JSON.stringify(history.values[i]);
  const write = history.functions.idOf('write');
  const lost: number[] = [];
  for (let i = 0; i < history.length && lost.length === 0; i++)
    if (
      history.f[i] === write &&
      history.type[i] === 1 &&
      history.time[i] > windows[0].start + (windows[0].end! - windows[0].start) * 0.9
    )
      lost.push(history.pair[i], i);
  for (let i = history.length - 1; i > 0 && lost.length === 2; i--)
    if (history.f[i] !== write && history.type[i] === 1 && history.key[i] === history.key[lost[0]])
      lost.push(history.pair[i], i);
  const key = history.keys.valueOf(history.key[lost[0]]);
  const anomalies: JudgedAnomaly[] = [
    {
      name: 'read-your-writes',
      title: 'A session did not see its own write',
      definition:
        'A read of a session returned a version older than one that the session itself had written and seen acknowledged.',
      count: 212,
      certain: true,
      status: 'permitted',
      witness: forgotten,
      severity: 2,
      checker: 'read-your-writes',
      explanation: `Process ${history.process[forgotten[0]]} wrote ${said(forgotten[1])} (#${forgotten[0]}), which was acknowledged, and its own later read #${forgotten[2]} returned ${said(forgotten[3])}, which is older.`,
    },
    {
      name: 'lost-acknowledged-write',
      title: 'An acknowledged write was lost',
      definition: 'A write was acknowledged, nothing replaced it, and no final read finds it.',
      count: 37,
      certain: true,
      status: 'violation',
      witness: lost,
      severity: 3,
      checker: 'lost-writes',
      key,
      explanation: `Write #${lost[0]} of ${said(lost[1])} to ${JSON.stringify(key)} was acknowledged by n1, yet read #${lost[2]}, after the cluster had healed, returned ${said(lost[3])}, which it had replaced.`,
      evidence: {
        'acknowledged by': 'n1',
        'fault in place': 'cut-standbys',
        finals: { n2: history.values[lost[3]], n3: history.values[lost[3]] },
      },
    },
    {
      name: 'monotonic-reads',
      title: 'A session went back in time',
      definition: 'A session read a version older than one that it had read before.',
      count: 9,
      certain: false,
      status: 'outside-claim',
      witness: back,
      severity: 2,
      checker: 'monotonic-reads',
      explanation: `Process ${history.process[back[0]]} read ${said(back[1])} (#${back[0]}), and its later read #${back[2]} returned ${said(back[3])}, which is older.`,
    },
  ];
  return {
    title: 'postgres:async · register',
    subtitle: '20261122T010258-postgres-async-7 · seed 7 · 2026-11-22 01:02:58 UTC',
    outcome: 'violation',
    reasons: [
      '37 acknowledged writes were lost under cut-standbys and failover, which the claim promises to survive.',
    ],
    claim: {
      guarantee: ['durable', 'monotonic-writes'],
      operations: 'reads and writes of single rows',
      reads: 'any node',
      tolerates: { faults: ['kill', 'failover', 'cut-standbys'], howMany: 1 },
      source: 'operator’s belief, to be cross-examined',
    },
    anomalies,
    checks: [
      { checker: 'lost-writes', title: 'No acknowledged write is lost', valid: false },
      { checker: 'read-your-writes', title: 'Sessions see their own writes', valid: false },
      { checker: 'monotonic-reads', title: 'Sessions never go back in time', valid: false },
      {
        checker: 'linearizability',
        title: 'Each register is linearizable',
        valid: 'unknown',
        reason: 'the budget of 10,000,000 states was spent on key k3',
      },
      { checker: 'thin-air', title: 'Every value read was written', valid: true },
    ],
    history,
    faultWindows: windows,
    phases: phases(history),
    config: {
      Run: {
        cluster: 'postgres',
        configuration: 'async',
        world: 'process',
        workload: 'register',
        nemesis: ['cut-standbys', 'failover', 'pause:n3'],
        seed: '7',
        concurrency: 8,
        rate: null,
      },
      Settings: { reads: 'any', fencing: true, synchronous_commit: 'on' },
      Versions: { alibi: '0.1.0', postgres: '18.4' },
      Environment: { node: 'v20.20.0', platform: 'linux x64', cpus: 2 },
    },
    commands: [
      {
        title: 'Run it again',
        command:
          'alibi run postgres:async --workload register --nemesis cut-standbys,failover,pause:n3 --seed 7',
      },
      { title: 'Judge this history again', command: 'alibi check runs/20261122T010258-postgres-async-7' },
    ],
    logs: [
      {
        node: 'n1',
        file: 'postgres.log',
        text: '2026-11-22 01:03:07.114 UTC [4211] LOG:  terminating walsender process due to replication timeout\n2026-11-22 01:03:07.201 UTC [4211] LOG:  received immediate shutdown request',
      },
      {
        node: 'n2',
        file: 'postgres.log',
        text: '2026-11-22 01:03:08.002 UTC [4230] LOG:  received promote request\n2026-11-22 01:03:08.014 UTC [4230] LOG:  redo done at 0/3012A48\n2026-11-22 01:03:08.019 UTC [4230] LOG:  selected new timeline ID: 2',
      },
    ],
  };
}
