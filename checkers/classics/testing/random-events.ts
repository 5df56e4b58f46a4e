import type { EventInput, Json } from '../../../harness/history/event.ts';

/** One operation as fast-check draws it: who, which function, how it ends, and what it shall see. */
export interface Drawn {
  readonly process: number;
  readonly f: number;
  readonly type: 'ok' | 'fail' | 'info' | 'open';
  /** Operations invoked before this one completes. */
  readonly span: number;
  readonly pick: number;
  readonly other: number;
}

export interface Asked {
  readonly f: string;
  /** Default: 'k'. */
  readonly key?: Json;
  readonly value: Json;
}

/** Small overlapping histories; `answer` gives the value of an `ok`, knowing all invocations so far. */
export function randomEvents(
  steps: readonly Drawn[],
  ask: (step: Drawn, serial: number) => Asked,
  answer: (step: Drawn, begun: readonly EventInput[], own: EventInput) => Json,
): EventInput[] {
  const events: EventInput[] = [];
  const open: {
    readonly step: Drawn;
    readonly event: EventInput & { readonly value: Json };
    left: number;
  }[] = [];
  const retired = [0, 0, 0];
  const complete = (entry: (typeof open)[number]): void => {
    open.splice(open.indexOf(entry), 1);
    const { step, event } = entry;
    if (step.type === 'info' || step.type === 'open') retired[step.process]++;
    if (step.type === 'open') return;
    const begun = events.filter((e) => e.type === 'invoke');
    const value = step.type === 'ok' ? answer(step, begun, event) : (event.value ?? null);
    events.push({ ...event, time: events.length, type: step.type, value });
  };
  steps.forEach((step, serial) => {
    for (const entry of [...open])
      if (entry.step.process === step.process || entry.left-- <= 0) complete(entry);
    const process = step.process + 10 * retired[step.process];
    const event = { time: events.length, process, type: 'invoke' as const, key: 'k', ...ask(step, serial) };
    events.push(event);
    open.push({ step, event, left: step.span });
  });
  for (const entry of [...open]) complete(entry);
  return events;
}
