import fc from 'fast-check';
import type { EventInput, EventType, Json } from '../../../harness/history/event.ts';

/** A small random register history as fast-check shrinks it: one entry an operation, in order of invocation. */
export interface Step {
  readonly session: number;
  readonly key: number;
  readonly f: 'read' | 'write' | 'cas';
  readonly type: Exclude<EventType, 'invoke'> | 'open';
  /** Operations of other sessions invoked before this one completes. */
  readonly span: number;
  /** Which of the candidate values a read returns, newest first. */
  readonly pick: number;
}

export interface Shape {
  readonly operations: number;
  readonly sessions: number;
  readonly keys: number;
  readonly cas: boolean;
}

export function stepsArbitrary({ operations, sessions, keys, cas }: Shape): fc.Arbitrary<Step[]> {
  // Short ones are mostly valid; and of every history about as many should be as not.
  const f = fc.constantFrom<Step['f'][]>('read', 'read', 'write', ...(cas ? (['cas'] as const) : []));
  const type = fc.constantFrom<Step['type'][]>('ok', 'ok', 'ok', 'ok', 'ok', 'fail', 'info', 'open');
  return fc.array(
    fc.record({
      session: fc.nat(sessions - 1),
      key: fc.nat(keys - 1),
      f,
      type,
      span: fc.nat(2),
      pick: fc.nat(5),
    }),
    { minLength: operations >> 1, maxLength: operations },
  );
}

/**
 * The history of `steps`. Values are unique; a read returns the initial value null or one whose write was invoked
 * before the read completes (so there are no reads from the future). With `tokens` a session survives an
 * indeterminate operation on a new process.
 */
export function historyOfSteps(steps: readonly Step[], tokens: boolean): EventInput[] {
  const events: EventInput[] = [];
  const candidates: Json[][] = [];
  const open: { step: Step; process: number; value: Json; left: number }[] = [];
  const incarnation = new Map<number, number>();
  const processOf = (session: number): number => session + 10 * (incarnation.get(session) ?? 0);
  let time = 0;
  const retire = (session: number): void =>
    void incarnation.set(session, (incarnation.get(session) ?? 0) + 1);

  const complete = (entry: (typeof open)[number]): void => {
    open.splice(open.indexOf(entry), 1);
    const { step, process, value } = entry;
    if (step.type === 'open' || step.type === 'info') retire(step.session);
    if (step.type === 'open') return;
    const known = candidates[step.key] ?? [];
    const seen = [null, ...known].reverse();
    const result = step.f === 'read' && step.type === 'ok' ? seen[step.pick % seen.length] : value;
    const session = tokens ? `s${step.session}` : null;
    events.push({
      time: time++,
      process,
      type: step.type,
      f: step.f,
      key: `k${step.key}`,
      value: result,
      session,
    });
  };

  steps.forEach((step, i) => {
    for (const entry of [...open])
      if (entry.step.session === step.session || entry.left-- <= 0) complete(entry);
    const process = processOf(step.session);
    const known = (candidates[step.key] ??= []);
    const old = [null, ...known].reverse()[step.pick % (known.length + 1)];
    const value: Json = step.f === 'read' ? null : step.f === 'write' ? i + 1 : [old, i + 1];
    if (step.f !== 'read' && step.type !== 'fail') known.push(i + 1);
    const session = tokens ? `s${step.session}` : null;
    events.push({ time: time++, process, type: 'invoke', f: step.f, key: `k${step.key}`, value, session });
    open.push({ step, process, value, left: step.span });
  });
  for (const entry of [...open]) complete(entry);
  return events;
}
