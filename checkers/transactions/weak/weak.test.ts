import { describe, expect, it } from 'vitest';
import type { History } from '../../../harness/history/history.ts';
import type { Verdict } from '../../types.ts';
import { concurrent, sequential } from '../testing/histories.ts';
import { transactions } from '../transactions.ts';

const WEAK = /^(G-monotonic(?!-indirect)|fractured-read|causality-violation)/;

const judged = (history: History, model: string): Verdict =>
  transactions.check(history, { consistency: [model] }) as Verdict;
const weak = (history: History): string[] =>
  judged(history, 'strict-serializable')
    .findings.map(({ name }) => name)
    .filter((name) => WEAK.test(name));

describe.each([
  ['lists', (text: string) => text],
  ['registers', (text: string) => text.replace(/a (\w)/g, 'w $1').replace(/\[.*?(\d+)\]/g, '$1')],
])('over %s', (_kind, of) => {
  const all = (...texts: string[]): History => concurrent(...texts.map(of));

  it('who reads one key of a transaction and then misses the other breaks monotonic atomic view', () => {
    const history = all('a x 1, a y 1', 'r x [1], r y', 'r y [1]');
    expect(weak(history)).toEqual(['G-monotonic']);
    expect(judged(history, 'monotonic-atomic-view').valid).toBe(false);
    expect(judged(history, 'read-committed').valid).toBe(true);
  });

  it('who misses one key and then reads the other breaks read atomic, but no monotonic view', () => {
    const history = all('a x 1, a y 1', 'r y, r x [1]', 'r y [1]');
    expect(weak(history)).toEqual(['fractured-read']);
    expect(judged(history, 'read-atomic').valid).toBe(false);
    expect(judged(history, 'monotonic-atomic-view').valid).toBe(true);
  });

  it('who misses one key, reads the other and misses the first again breaks monotonic atomic view', () => {
    const history = all('a x 1, a y 1', 'r y, r x [1], r y', 'r y [1]');
    expect(judged(history, 'monotonic-atomic-view').valid).toBe(false);
  });

  it('who misses a cause of what it read breaks causality, but is read atomic', () => {
    const history = all('a x 1', 'r x [1], a y 1', 'r y [1], r x');
    expect(weak(history)).toEqual(['causality-violation']);
    expect(judged(history, 'causal-cerone').valid).toBe(false);
    expect(judged(history, 'read-atomic').valid).toBe(true);
  });

  it('a long fork is causal', () => {
    const history = all('a x 1', 'a y 1', 'r x [1], r y', 'r x, r y [1]');
    expect(weak(history)).toEqual([]);
    expect(judged(history, 'causal-cerone').valid).toBe(true);
  });

  it('a session that misses its own write breaks only models of sessions', () => {
    const history = sequential(...['0: a x 1', '0: r x', '1: r x [1]'].map(of));
    expect(weak(history)).toEqual(['fractured-read-process']);
    expect(judged(history, 'strong-session-read-atomic').valid).toBe(false);
    expect(judged(history, 'causal-cerone').valid).toBe(true);
  });
});

it('registers: two readers who saw two writes in different orders contradict each other', () => {
  const writes = ['w x 1, w y 1', 'w x 2, w y 2'];
  const history = concurrent(...writes, 'r y 1, r x 2', 'r y 2, r x 1');
  expect(weak(history)).toEqual(['G-monotonic']);
  const [found] = judged(history, 'read-atomic').findings;
  expect(found).toMatchObject({ witness: [4, 5, 6, 7], certain: true });
  expect(found.explanation).toContain('#7 read x = 1 of #4, although #5 wrote x too: #5 must come before #4');
});

it('says what was seen of a transaction and what was missed', () => {
  const [found] = judged(concurrent('w x 1, w y 1', 'r x 1, r y'), 'read-atomic').findings.filter(
    ({ name }) => WEAK.test(name),
  );
  expect(found.explanation).toBe('#3 read x = 1 of #2, and #3 read y = nothing, although #2 wrote y too.');
});

it('a writer that the session of the overwritten one follows is missed no less', () => {
  const history = sequential('0: a x 2, a y 1', '0?: a x 3', '1: r y [1], r x [3]');
  expect(weak(history)).toContain('G-monotonic');
  expect(judged(history, 'monotonic-atomic-view').valid).toBe(false);
});
