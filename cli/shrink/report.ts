import type { Json } from '../../harness/history/event.ts';
import type { ShrunkHistory } from './saved.ts';
import type { ShrunkSchedule } from './schedule.ts';
import type { ShrunkRun, Size } from './simulated.ts';

/** What shrinking a simulated run came to, as a document. */
export function runDocument({ anomaly, explanation, before, after, runs, history }: ShrunkRun): {
  readonly [name: string]: Json;
} {
  return {
    version: 1,
    kind: 'simulated',
    anomaly,
    explanation,
    before: { ...before },
    after: { ...after },
    history: { ...history },
    fewer: share(history.before, history.after),
    runs,
  };
}

export function historyDocument(anomaly: string, shrunk: ShrunkHistory): { readonly [name: string]: Json } {
  const { explanation, before, after, checks, witness } = shrunk;
  return {
    version: 1,
    kind: 'history',
    anomaly,
    explanation,
    history: { before, after },
    fewer: share(before, after),
    witness: [...witness],
    checks,
  };
}

export function scheduleDocument(anomaly: string, shrunk: ShrunkSchedule): { readonly [name: string]: Json } {
  const { faults, before, after, held, showed, runs, complete } = shrunk;
  return {
    ...{ version: 1, kind: 'schedule', anomaly },
    faults: { before, after },
    heldSeconds: { ...held },
    schedule: faults.map(({ at, f, fault }) => ({ seconds: at / 1000, f, fault })),
    showed: { ...showed },
    ...{ runs, complete },
  };
}

export function scheduleText(anomaly: string, shrunk: ShrunkSchedule): string[] {
  const { faults, before, after, held, showed, runs, complete } = shrunk;
  return [
    `${anomaly} in ${showed.hits} of ${showed.runs} runs with what is left of the faults (${runs} runs made in all)`,
    `  faults      ${before} → ${after}`,
    `  held, s     ${held.before.toFixed(1)} → ${held.after.toFixed(1)}`,
    ...(complete ? [] : ['  the runs were used up (--budget): it may become smaller yet']),
    '',
    ...(after === 0 ? ['  no fault is needed'] : []),
    ...faults.map(({ at, f, fault }) => `  ${(at / 1000).toFixed(3)} s  nemesis: ${f} ${fault}`),
  ];
}

/** The share of operations that went, in [0, 1]. */
function share(before: number, after: number): number {
  return before === 0 ? 0 : Math.round((1 - after / before) * 10_000) / 10_000;
}

const ROWS: readonly (readonly [string, keyof Size])[] = [
  ['operations', 'operations'],
  ['faults', 'faults'],
  ['keys', 'keys'],
  ['clients', 'processes'],
  ['nodes', 'nodes'],
  ['seconds', 'seconds'],
];

export function runText({ anomaly, explanation, before, after, runs, history, script }: ShrunkRun): string[] {
  return [
    `${anomaly}: ${explanation}`,
    '',
    ...ROWS.map(([name, field]) => `  ${name.padEnd(12)}${before[field]} → ${after[field]}`),
    `  history     ${history.before} → ${history.after} operations (${percent(history)} fewer), ${runs} runs`,
    '',
    ...script.operations
      .map(({ thread, at, f, key, value }) => ({
        at,
        text: `client ${thread}: ${f} ${JSON.stringify(key ?? null)} ${JSON.stringify(value ?? null)}`,
      }))
      .concat(script.faults.map(({ at, f, fault }) => ({ at: at * 1e6, text: `nemesis: ${f} ${fault}` })))
      .sort((a, b) => a.at - b.at)
      .slice(0, 40)
      .map(({ at, text }) => `  ${(at / 1e9).toFixed(3)} s  ${text}`),
  ];
}

export function historyText(anomaly: string, shrunk: ShrunkHistory): string[] {
  const { explanation, before, after, checks } = shrunk;
  return [
    `${anomaly}: ${explanation}`,
    `  ${before} → ${after} operations (${percent({ before, after })} fewer), ${checks} checks`,
  ];
}

function percent({ before, after }: { readonly before: number; readonly after: number }): string {
  return `${(share(before, after) * 100).toFixed(1)} %`;
}
