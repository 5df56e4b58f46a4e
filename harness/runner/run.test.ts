import { describe, expect, it } from 'vitest';
import { fn, once } from '../generator/operations.ts';
import { sequence } from '../generator/sequence.ts';
import { rate, sleep } from '../generator/time.ts';
import { faultWindows, phases } from '../history/fault.ts';
import { historyOf } from '../history/builder.ts';
import { NEMESIS, type EventInput } from '../history/event.ts';
import { realRuntime } from '../runtime/real.ts';
import { MILLISECOND, type Clock } from '../runtime/types.ts';
import { virtualRuntime } from '../runtime/virtual.ts';
import { FakeNemesis, fakeRun, readsAndWrites, virtualRun } from './testing/fake-run.ts';

const never = () => new Promise<never>(() => {});
const clientEvents = (events: readonly EventInput[]) => events.filter(({ process }) => process !== NEMESIS);
const phasesOf = (events: readonly EventInput[]) => phases(historyOf(events)).map(({ phase }) => phase);
const ALL_PHASES = ['set-up', 'warm-up', 'main', 'heal', 'quiesce', 'final', 'done'];

describe('a run', () => {
  it('goes through all its phases and leaves nothing behind', async () => {
    const { summary, events, cluster } = await virtualRun();
    expect(summary).toEqual({
      completed: true,
      interrupted: false,
      error: null,
      complaints: [],
      settled: { settled: true, evidence: 'marker seen on n1, n2, n3', unrecovered: [] },
      versions: { fake: '1' },
      clockOffsetsMs: { n1: 0, n2: 0, n3: 0 },
    });
    expect(phasesOf(events)).toEqual(ALL_PHASES);
    expect(cluster.calls).toEqual(['start', 'settle', 'collectLogs', 'stop']);
    expect(cluster.closed).toHaveLength(cluster.connections.length);
    expect(clientEvents(events).length).toBeGreaterThan(500);
  });

  it('records a history: paired, in order of time, nothing left open', async () => {
    const { events } = await virtualRun();
    const history = historyOf(events);
    for (let i = 1; i < history.length; i++)
      expect(history.time[i]).toBeGreaterThanOrEqual(history.time[i - 1]);
    for (let i = 0; i < history.length; i++)
      if (history.process[i] !== NEMESIS) expect(history.pair[i]).toBeGreaterThanOrEqual(0);
  });

  it('gives the same bytes for the same seed in virtual time, others for another', async () => {
    const story = async (seed: number) => {
      const faults = { nemesis: new FakeNemesis(), schedule: once({ f: 'fault', value: 'kill:one' }) };
      return JSON.stringify((await virtualRun({ seed, faults })).events);
    };
    expect(await story(5)).toBe(await story(5));
    expect(await story(5)).not.toBe(await story(6));
  });

  it('tells of its progress about five times a second', async () => {
    const { progress, events } = await virtualRun();
    expect(progress.length).toBeGreaterThanOrEqual(5);
    const last = progress.filter(({ phase }) => phase === 'main').at(-1)!;
    expect(last.rate).toBeGreaterThan(300);
    expect(last.ok).toBeLessThanOrEqual(clientEvents(events).length / 2);
  });

  it('samples gauges every second, and notes who takes writes when that changes', async () => {
    const { events } = await virtualRun({
      mainMs: 5000,
      trouble: ({ clock }) => ({
        primaries: () => (clock.now() < 2500 * MILLISECOND ? ['n1'] : ['n3', 'n1']),
      }),
    });
    expect(events.filter(({ f }) => f === 'sample').length).toBeGreaterThanOrEqual(5);
    expect(events.filter(({ f }) => f === 'primaries').map(({ value }) => value)).toEqual([
      ['n1'],
      ['n1', 'n3'],
    ]);
  });

  it('leaves the cluster running when asked to', async () => {
    const { cluster } = await virtualRun({ keep: true });
    expect(cluster.calls).not.toContain('stop');
  });

  it('works in real time as well', async () => {
    const { summary, events } = await fakeRun(realRuntime(1), { warmUpMs: 20, mainMs: 150 });
    expect(summary).toMatchObject({ completed: true, error: null, complaints: [] });
    expect(phasesOf(events)).toEqual(ALL_PHASES);
    expect(historyOf(events).length).toBeGreaterThan(20);
  });
});

describe('an operation', () => {
  const hangingWrite = {
    invoke: ({ f, value }: { f: string; value?: unknown }) => (f === 'write' && value === 7 ? never() : null),
  };
  const sevenWrites = fn(({ n }) => ({ f: 'write', key: 'x', value: n }));

  it('is recorded before its request is sent', async () => {
    const sent: number[] = [];
    const { events } = await virtualRun({
      clients: sevenWrites,
      trouble: ({ clock }) => ({
        invoke: () => {
          sent.push(clock.now());
          return null;
        },
      }),
    });
    const invoked = clientEvents(events).filter(({ type }) => type === 'invoke');
    expect(sent).toHaveLength(invoked.length);
    invoked.forEach(({ time }, i) => expect(time).toBeLessThanOrEqual(sent[i]));
  });

  it('that gets no answer in time is info; its process never acts again and another takes its place', async () => {
    const { events, cluster } = await virtualRun({ clients: sevenWrites, trouble: hangingWrite });
    const timedOut = clientEvents(events).filter(({ type }) => type === 'info');
    expect(timedOut).toMatchObject([{ f: 'write', value: 7, error: { code: 'timeout' } }]);
    const [{ process, time }] = timedOut;
    const invocation = clientEvents(events).find(({ value, type }) => value === 7 && type === 'invoke')!;
    expect(time - invocation.time).toBe(100 * MILLISECOND);
    const after = clientEvents(events).slice(clientEvents(events).indexOf(timedOut[0]) + 1);
    expect(after.some((event) => event.process === process)).toBe(false);
    expect(after.some((event) => event.process === process + 3)).toBe(true);
    expect(cluster.connections.find((request) => request.process === process + 3)).toMatchObject({
      session: process + 3,
    });
    expect(cluster.closed.some((request) => request.process === process)).toBe(true);
  });

  it('that was given up is told so by its signal, after the time-out and not before', async () => {
    const aborted: number[] = [];
    const { events } = await virtualRun({
      clients: once({ f: 'write', key: 'x', value: 7 }),
      trouble: ({ clock }) => ({
        invoke: (_operation, _request, signal) => {
          signal.addEventListener('abort', () => aborted.push(clock.now()));
          return never();
        },
      }),
    });
    expect(aborted).toEqual([clientEvents(events)[1].time]);
  });

  it('whose answer comes after its time-out stays info', async () => {
    const { events } = await virtualRun({
      clients: once({ f: 'write', key: 'x', value: 7 }),
      trouble: ({ clock }) => ({ invoke: () => clock.sleep(150 * MILLISECOND).then(() => ({ type: 'ok' })) }),
    });
    expect(clientEvents(events).map(({ type }) => type)).toEqual(['invoke', 'info']);
  });

  it('that only reads may end fail at a time-out, but its process is retired all the same', async () => {
    const { events } = await virtualRun({
      clients: fn(({ n }) => (n < 20 ? { f: 'read', key: 'x', value: null } : null)),
      concurrency: 1,
      trouble: (runtime) => {
        let reads = 0;
        return {
          invoke: () => (reads++ === 3 ? runtime.clock.sleep(1e12).then(() => ({ type: 'ok' })) : null),
        };
      },
    });
    const failed = clientEvents(events).filter(({ type }) => type === 'fail');
    expect(failed).toMatchObject([{ process: 0, error: { code: 'timeout' } }]);
    expect(clientEvents(events).at(-1)!.process).toBe(1);
  });

  it('whose client throws is info: nobody knows what was sent', async () => {
    const { events } = await virtualRun({
      clients: once({ f: 'write', key: 'x', value: 1 }),
      trouble: { invoke: () => Promise.reject(new Error('bug in the client')) },
    });
    expect(clientEvents(events).at(-1)).toMatchObject({
      type: 'info',
      error: { code: 'client-threw', message: 'bug in the client' },
    });
  });

  it('without a connection fails certainly, and its process goes on after a rest', async () => {
    const { events, cluster } = await virtualRun({
      concurrency: 1,
      clients: sevenWrites,
      trouble: { connect: () => Promise.reject(new Error('connection refused')) },
    });
    const completions = clientEvents(events).filter(({ type }) => type !== 'invoke');
    expect(completions.every(({ type, process }) => type === 'fail' && process === 0)).toBe(true);
    expect(completions[0].error).toEqual({ code: 'connect-failed', message: 'connection refused' });
    expect(completions.length).toBeLessThanOrEqual(11);
    expect(completions.length).toBeGreaterThan(5);
    expect(cluster.connections.length).toBe(completions.length);
  });

  it('whose connection never comes fails certainly: nothing is sent over it when it comes too late', async () => {
    const sent: unknown[] = [];
    const { events, cluster } = await virtualRun({
      concurrency: 1,
      clients: once({ f: 'write', key: 'x', value: 1 }),
      trouble: ({ clock }) => ({
        connect: () => clock.sleep(150 * MILLISECOND),
        invoke: (operation) => {
          sent.push(operation);
          return null;
        },
      }),
    });
    expect(clientEvents(events).at(-1)).toMatchObject({ type: 'fail', error: { code: 'connect-timeout' } });
    expect(sent).toEqual([]);
    expect(cluster.closed).toHaveLength(1);
  });

  it('that fails again and again gets a new connection: the old one may lead to yesterday’s primary', async () => {
    const refuse = (broken: boolean) => ({
      invoke: async () => ({ type: 'fail', error: { code: '25006', message: 'read-only' }, broken }) as const,
    });
    const tenWrites = fn(({ n }) => (n < 10 ? { f: 'write', key: 'x', value: n } : null));
    const run = (broken: boolean) =>
      virtualRun({ concurrency: 1, clients: tenWrites, trouble: refuse(broken) });
    expect((await run(false)).cluster.connections).toHaveLength(2);
    expect((await run(true)).cluster.connections).toHaveLength(10);
    expect((await run(true)).cluster.connections.every(({ process }) => process === 0)).toBe(true);
  });

  it('of an open loop that starts late is stamped when it is sent, with its lag beside', async () => {
    const { events } = await virtualRun({
      concurrency: 1,
      clients: rate(100, sevenWrites),
      trouble: ({ clock }) => ({
        invoke: ({ value }) =>
          value === 7 ? clock.sleep(50 * MILLISECOND).then(() => ({ type: 'ok' })) : null,
      }),
    });
    const invoked = clientEvents(events).filter(({ type }) => type === 'invoke');
    const first = invoked[0].time;
    invoked.forEach(({ time, lag = 0 }, n) => expect(time - lag).toBe(first + n * 10 * MILLISECOND));
    expect(invoked[7].lag).toBeUndefined();
    expect(invoked[8].lag).toBe(40 * MILLISECOND);
  });
});

describe('faults', () => {
  const schedule = sequence(
    sleep(200 * MILLISECOND),
    once({ f: 'fault', value: 'kill:one' }),
    sleep(300 * MILLISECOND),
    once({ f: 'heal', value: null }),
  );

  it('happen beside the clients, after the warm-up, and stand in the history', async () => {
    const nemesis = new FakeNemesis();
    const { events, progress } = await virtualRun({ faults: { nemesis, schedule } });
    const [window] = faultWindows(historyOf(events));
    const main = phases(historyOf(events)).find(({ phase }) => phase === 'main')!;
    expect(window).toMatchObject({ family: 'kill', targets: ['n2'], reached: true, bit: true });
    expect(window.start - main.time).toBe(200 * MILLISECOND);
    expect(window.end! - window.start).toBe(300 * MILLISECOND);
    expect(window.inFlight).toBeGreaterThan(50);
    expect(progress.some(({ faults }) => faults.join() === 'kill:one')).toBe(true);
    expect(progress.at(-1)!.faults).toEqual([]);
  });

  it('that are still in place at the end are healed before the cluster is asked to settle', async () => {
    const faults = { nemesis: new FakeNemesis(), schedule: once({ f: 'fault', value: 'kill:one' }) };
    const { events } = await virtualRun({ faults });
    const [window] = faultWindows(historyOf(events));
    const marks = phases(historyOf(events));
    expect(window.end).toBeGreaterThanOrEqual(marks.find(({ phase }) => phase === 'heal')!.time);
    expect(window.end).toBeLessThanOrEqual(marks.find(({ phase }) => phase === 'quiesce')!.time);
  });

  it('do not move the clients: without them the same operations come', async () => {
    const operations = (events: readonly EventInput[]) =>
      clientEvents(events)
        .filter(({ type }) => type === 'invoke')
        .map(({ f, key, value }) => [f, key, value]);
    const faults = { nemesis: new FakeNemesis(), schedule };
    const beside = operations((await virtualRun({ faults })).events);
    const alone = operations((await virtualRun()).events);
    expect(beside.slice(0, alone.length)).toEqual(alone);
  });

  it('are followed by load after the last heal, however late that was', async () => {
    const faults = { nemesis: new FakeNemesis(), schedule: once({ f: 'fault', value: 'kill:one' }) };
    const { events } = await virtualRun({ faults });
    const [window] = faultWindows(historyOf(events));
    const after = clientEvents(events).filter(
      ({ type, time }) => type === 'ok' && time > (window.end ?? Infinity),
    );
    expect(after.length).toBeGreaterThan(100);
  });

  it('that break half way are recorded as never healed: no anomaly may pass for one without a fault', async () => {
    const nemesis = { invoke: () => Promise.reject(new Error('iptables: no')), healAll: async () => [] };
    const { summary, events } = await virtualRun({ faults: { nemesis, schedule } });
    expect(summary).toMatchObject({ completed: true, error: null });
    expect(summary.complaints).toEqual([
      'the nemesis could not do fault kill:one: iptables: no',
      'the nemesis could not do heal : iptables: no',
    ]);
    expect(faultWindows(historyOf(events))).toMatchObject([
      { family: 'kill', reached: false, end: null, evidence: 'could not be injected: iptables: no' },
    ]);
  });

  it('are waited for before healing, when one is under way at the end', async () => {
    const asked: string[] = [];
    const slow = (clock: Clock) => ({
      invoke: async () => {
        await clock.sleep(5000 * MILLISECOND);
        asked.push('injected');
        return [];
      },
      healAll: async () => {
        asked.push('healed');
        return [];
      },
    });
    const runtime = virtualRuntime(1);
    await runtime.run(() => fakeRun(runtime, { faults: { nemesis: slow(runtime.clock), schedule } }));
    expect(asked).toEqual(['injected', 'healed']);
  });
});

describe('final reads', () => {
  it('ask the nodes that they name, each over a connection of its own', async () => {
    const nodes = ['n1', 'n2', 'n3'];
    const final = sequence(...nodes.map((node) => once({ f: 'read', key: 0, node })));
    const { events, cluster } = await virtualRun({ final });
    const mark = phases(historyOf(events)).find(({ phase }) => phase === 'final')!;
    const answers = events
      .slice(mark.index)
      .filter(({ type, process }) => type === 'ok' && process !== NEMESIS);
    expect(answers.map(({ node }) => node).sort()).toEqual(nodes);
    expect(new Set(answers.map(({ value }) => JSON.stringify(value))).size).toBe(1);
    expect(answers[0].value).not.toBeNull();
    expect(
      cluster.connections
        .filter(({ node }) => node !== undefined)
        .map(({ node }) => node)
        .sort(),
    ).toEqual(nodes);
  });

  it('end although they would never be done', async () => {
    const endless = rate(10, readsAndWrites);
    const { summary } = await virtualRun({ final: endless, mainMs: 100 });
    expect(summary).toMatchObject({
      completed: true,
      complaints: ['final: not all final reads were made in time'],
    });
  });
});

describe('what goes wrong', () => {
  it('in the start is the error, with its phase; logs are collected, the cluster is torn down', async () => {
    const { summary, events, cluster } = await virtualRun({
      trouble: { start: () => Promise.reject(new Error('n2 did not boot: port 5432 is taken')) },
    });
    expect(summary).toMatchObject({
      completed: false,
      interrupted: false,
      error: { phase: 'set-up', message: 'n2 did not boot: port 5432 is taken' },
      settled: null,
    });
    expect(cluster.calls).toEqual(['start', 'collectLogs', 'stop']);
    expect(clientEvents(events)).toEqual([]);
  });

  it('in a generator is an error of its phase; what was recorded stays, faults are healed', async () => {
    const nemesis = new FakeNemesis();
    const clients = fn(({ n }) => {
      if (n === 200) throw new Error('bug in the workload');
      return { f: 'write', key: 'x', value: n };
    });
    const faults = { nemesis, schedule: once({ f: 'fault', value: 'kill:one' }) };
    const { summary, events, cluster } = await virtualRun({ clients, faults });
    expect(summary.error).toEqual({ phase: 'main', message: 'bug in the workload' });
    expect(historyOf(events).pair.filter((pair) => pair >= 0)).toHaveLength(400);
    expect(faultWindows(historyOf(events))).toMatchObject([{ bit: true }]);
    expect(cluster.calls).toEqual(['start', 'collectLogs', 'stop']);
  });

  it('in heal, logs and tear-down is complained of, and costs nothing', async () => {
    const broken = () => Promise.reject(new Error('docker is gone'));
    const { summary, events } = await virtualRun({
      trouble: { stop: broken, collectLogs: broken },
      faults: { nemesis: { invoke: async () => [], healAll: broken }, schedule: sleep(0) },
    });
    expect(summary).toMatchObject({ completed: true, error: null, settled: { settled: true } });
    expect(summary.complaints).toEqual([
      'heal: docker is gone',
      'collecting logs: docker is gone',
      'tear-down: docker is gone',
    ]);
    expect(phasesOf(events)).toEqual(ALL_PHASES);
  });

  it('in settling leaves quiescence unproven, and says so in the history', async () => {
    const reject = await virtualRun({ trouble: { settle: () => Promise.reject(new Error('no route')) } });
    expect(reject.summary.settled).toEqual({
      settled: false,
      evidence: 'not proven: no route',
      unrecovered: [],
    });
    expect(reject.events.find(({ f }) => f === 'settled')!.value).toEqual(reject.summary.settled);
    const hang = await virtualRun({ trouble: { settle: never } });
    expect(hang.summary.settled).toMatchObject({ settled: false });
    expect(hang.cluster.calls).toContain('stop');
  });
});

describe('an interrupt', () => {
  const interruptedAt = async (ms: number, options: Parameters<typeof fakeRun>[1] = {}) => {
    const runtime = virtualRuntime(1);
    const controller = new AbortController();
    runtime.clock.after(ms * MILLISECOND, () => controller.abort());
    const run = await runtime.run(() => fakeRun(runtime, { ...options, interrupt: controller.signal }));
    return { ...run, ended: run.events.at(-1)!.time };
  };

  it('stops the clients, heals, tears down and keeps what was recorded', async () => {
    const nemesis = new FakeNemesis();
    const { summary, events, cluster, ended } = await interruptedAt(500, {
      faults: { nemesis, schedule: once({ f: 'fault', value: 'kill:one' }) },
    });
    expect(summary).toMatchObject({ completed: false, interrupted: true, error: null, settled: null });
    expect(faultWindows(historyOf(events))[0].end).not.toBeNull();
    expect(phasesOf(events)).toEqual(['set-up', 'warm-up', 'main', 'heal', 'done']);
    expect(cluster.calls).toEqual(['start', 'collectLogs', 'stop']);
    expect(ended).toBeLessThan(520 * MILLISECOND);
    expect(clientEvents(events).length).toBeGreaterThan(100);
  });

  it('gives open operations a second, whatever their time-out', async () => {
    const { events, ended } = await interruptedAt(500, {
      operationTimeoutMs: 3_600_000,
      trouble: { invoke: () => never() },
    });
    const completions = clientEvents(events).filter(({ type }) => type !== 'invoke');
    expect(completions).toHaveLength(3);
    expect(completions.every(({ error }) => error!.code === 'interrupted')).toBe(true);
    expect(ended).toBe(1500 * MILLISECOND);
  });

  it('also ends an operation whose predecessor’s connection came late in between', async () => {
    let connects = 0;
    const { events } = await interruptedAt(2600, {
      concurrency: 1,
      operationTimeoutMs: 2000,
      mainMs: 10_000,
      trouble: ({ clock }) => ({
        connect: () => (connects++ === 0 ? clock.sleep(2500 * MILLISECOND) : Promise.resolve()),
        invoke: () => never(),
      }),
    });
    const codes = clientEvents(events).flatMap(({ error }) => error?.code ?? []);
    expect(codes).toEqual(['connect-timeout', 'interrupted']);
  });

  it('during the start abandons it, and tears down again what it made meanwhile', async () => {
    const { summary, cluster } = await interruptedAt(500, {
      trouble: ({ clock }) => ({ start: () => clock.sleep(3000 * MILLISECOND) }),
    });
    expect(summary).toMatchObject({ interrupted: true, error: null });
    expect(cluster.calls).toEqual(['start', 'collectLogs', 'stop', 'stop']);
  });

  it('during quiescence does not wait for it', async () => {
    const { summary, ended } = await interruptedAt(2000, { trouble: { settle: never } });
    expect(summary).toMatchObject({ interrupted: true, settled: null });
    expect(ended).toBeLessThan(2100 * MILLISECOND);
  });

  it('after the last read changes nothing any more', async () => {
    const { summary } = await interruptedAt(2000, {
      trouble: ({ clock }) => ({ stop: () => clock.sleep(5000 * MILLISECOND) }),
    });
    expect(summary).toMatchObject({ completed: true, interrupted: false });
  });
});
