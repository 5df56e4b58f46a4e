import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, EventType, Json } from '../../harness/history/event.ts';
import type { Verdict } from '../types.ts';
import { LINEARIZABILITY_ANOMALIES } from './anomalies.ts';
import { linearizability, linearizabilityOf } from './linearizability.ts';
import type { Model } from './models/model.ts';
import { holds } from './validate.ts';

/** `[process, type, f, value]`; one key. */
type Line = readonly [process: number, type: EventType, f: string, value?: Json];

const eventsOf = (lines: readonly Line[]): EventInput[] =>
  lines.map(([process, type, f, value = null], time) => ({ process, type, f, value, key: 'x', time }));

/** An operation that nothing overlaps. */
const alone = (f: string, value: Json, result: Json = value): Line[] => [
  [0, 'invoke', f, f === 'read' ? null : value],
  [0, 'ok', f, result],
];

function judge(lines: readonly Line[], options = {}): Verdict {
  const history = historyOf(eventsOf(lines));
  const verdict = linearizability.check(history, options) as Verdict;
  for (const finding of verdict.findings) expect(holds(history, finding, options)).toBe(true);
  return verdict;
}

/** The smallest history of each anomaly: name, history, witness, explanation. */
const CASES: readonly [
  name: string,
  lines: readonly Line[],
  witness: readonly number[],
  explanation: string,
][] = [
  ['thin-air-read', alone('read', 7), [0, 1], 'read #0 returned 7, although nobody ever wrote 7'],
  [
    'failed-write-visible',
    [[0, 'invoke', 'write', 7], [0, 'fail', 'write', 7], ...alone('read', 7)],
    [0, 1, 2, 3],
    'read #2 returned 7, although write #0, the only one of 7, had failed',
  ],
  [
    'future-read',
    [...alone('read', 7), ...alone('write', 7)],
    [0, 1, 2, 3],
    'read #0 returned 7 before write #2, the first of 7, had begun',
  ],
  [
    'stale-read',
    [...alone('write', 7), ...alone('write', 9), ...alone('read', 7)],
    [0, 1, 2, 3, 4, 5],
    'read #4 returned 7, although write #2, which replaced 7, had completed before #4 began',
  ],
  [
    'stale-read',
    [...alone('write', 9), ...alone('read', null)],
    [0, 1, 2, 3],
    'read #2 returned null, although write #0, which replaced null, had completed before #2 began',
  ],
  [
    'new-old-inversion',
    [
      ...alone('write', 7),
      [1, 'invoke', 'write', 9],
      ...alone('read', 9),
      ...alone('read', 7),
      [1, 'ok', 'write', 9],
    ],
    [0, 1, 2, 3, 4, 5, 6, 7],
    'read #5 returned 7, although before it began read #3 returned 9, which is newer: write #0 had completed before read #3 began',
  ],
  [
    'double-cas',
    [...alone('write', 7), ...alone('cas', [7, 8], true), ...alone('cas', [7, 9], true)],
    [0, 1, 2, 3, 4, 5],
    '',
  ],
  [
    'cas-cycle',
    [
      [0, 'invoke', 'cas', [7, 8]],
      [1, 'invoke', 'cas', [8, 7]],
      [0, 'ok', 'cas', true],
      [1, 'ok', 'cas', true],
    ],
    [0, 1, 2, 3],
    '',
  ],
  [
    'refused-cas',
    [...alone('write', 7), ...alone('cas', [7, 8], false)],
    [0, 1, 2, 3],
    'cas #2 from 7 to 8 was refused, although write #0 had put it there before #2 began and nothing replaced it meanwhile',
  ],
];

describe('an injected anomaly is named exactly, with the fewest events that prove it', () => {
  it.each(CASES)('%s (%#)', (name, lines, witness, explanation) => {
    const { valid, findings } = judge(lines);
    expect(valid).toBe(false);
    const named = findings.find((f) => f.name === name);
    expect(findings.map((f) => f.name)).toContain(name);
    expect(named?.witness).toEqual(witness);
    if (explanation) expect(named?.explanation).toBe(explanation);
  });

  it('defines every name that it can report', () => {
    const defined = new Set(LINEARIZABILITY_ANOMALIES.map((a) => a.name));
    for (const [name] of CASES) expect(defined).toContain(name);
  });

  it('shrinks what only the search refutes to the operations that matter', () => {
    const noise = Array.from({ length: 40 }, (_, i) => [
      ...alone('write', i % 3),
      ...alone('read', i % 3),
    ]).flat();
    const inversion: Line[] = [
      ...alone('write', 1),
      [1, 'invoke', 'write', 2],
      ...alone('read', 2),
      ...alone('read', 1),
      [1, 'ok', 'write', 2],
    ];
    const [finding] = judge([...noise, ...inversion]).findings;
    expect(finding.name).toBe('non-linearizable');
    expect(finding.witness.length).toBeLessThanOrEqual(7);
  });
});

describe('what is indeterminate is given the benefit of the doubt', () => {
  it('a write that timed out may take effect long after', () => {
    const lines: Line[] = [
      [1, 'invoke', 'write', 7],
      [1, 'info', 'write', 7],
      ...alone('write', 9),
      ...alone('read', 7),
    ];
    expect(judge(lines).valid).toBe(true);
  });

  it('a compare-and-set whose driver failed observed nothing', () => {
    const lines: Line[] = [...alone('write', 7), [0, 'invoke', 'cas', [7, 8]], [0, 'fail', 'cas', [7, 8]]];
    expect(judge(lines).valid).toBe(true);
  });

  it('a history without a completed operation proves nothing', () => {
    expect(judge([[0, 'invoke', 'write', 1]]).valid).toBe('unknown');
  });

  it('a budget that is used up is unknown, never valid', () => {
    const open: Line[] = Array.from({ length: 9 }, (_, p) => [p, 'invoke', 'add', p + 1]);
    const verdict = judge([...open, [20, 'invoke', 'read'], [20, 'ok', 'read', 44]], {
      model: 'counter',
      budget: 10,
    });
    expect(verdict).toMatchObject({ valid: 'unknown', reason: 'the budget was used up on 1 of 1 keys' });
  });

  it('operations that no model knows are unknown, and say so', () => {
    expect(judge(alone('frobnicate', 1)).reason).toMatch(/^no model fits/);
    expect(judge(alone('add', 1), { model: 'register' }).reason).toBe(
      'operation #0 is a "add", not a read, write or cas',
    );
    expect(judge(alone('cas', 5)).reason).toBe('cas #0 has the value 5, not a pair [old, new]');
  });
});

describe('locks', () => {
  it('two holders at once are refuted', () => {
    const lines: Line[] = [
      [0, 'invoke', 'acquire'],
      [0, 'ok', 'acquire'],
      [1, 'invoke', 'acquire'],
      [1, 'ok', 'acquire'],
    ];
    expect(judge(lines, { model: 'mutex' }).valid).toBe(false);
  });

  it('fencing tokens must grow', () => {
    const lines = (first: number, second: number): Line[] => [
      ...alone('acquire', null, first),
      ...alone('release', null),
      ...alone('acquire', null, second),
    ];
    expect(judge(lines(1, 2), { model: 'mutex' }).valid).toBe(true);
    expect(judge(lines(2, 1), { model: 'mutex' }).valid).toBe(false);
  });
});

describe('a model of your own', () => {
  const stack: Model = {
    name: 'stack',
    title: 'Last in, first out',
    functions: ['push', 'pop'],
    init: () => [],
    step: (state, { f, value, result }) => {
      const held = state as readonly Json[];
      if (f === 'push') return [...held, value];
      return result === undefined || held.at(-1) === result ? held.slice(0, -1) : undefined;
    },
  };
  const check = (lines: readonly Line[]) =>
    linearizabilityOf([stack]).check(historyOf(eventsOf(lines)), { model: 'stack' }) as Verdict;

  it('is judged by the general search', () => {
    const pushes = [...alone('push', 1), ...alone('push', 2)];
    expect(check([...pushes, ...alone('pop', null, 2)]).valid).toBe(true);
    expect(check([...pushes, ...alone('pop', null, 1)]).valid).toBe(false);
  });
});
