import type { EventInput, EventType, Json } from '../../harness/history/event.ts';

/** What an operation can be: its function, its argument, how it ends, and the value of its completion. */
export type Choice = readonly [f: string, value: Json, type: EventType, result: Json];

/**
 * Every history of exactly `operations` operations on one object, each by a process of its own and each one of
 * `choices`, in every order of invocations and completions (up to the names of processes).
 */
export function* everyObjectHistory(choices: readonly Choice[], operations: number): Generator<EventInput[]> {
  for (const order of orders(operations))
    for (let code = 0; code < choices.length ** operations; code++) {
      const chosen = Array.from(
        { length: operations },
        (_, i) => choices[Math.floor(code / choices.length ** i) % choices.length],
      );
      const invoked = new Set<number>();
      yield order.map((process, time): EventInput => {
        const [f, value, type, result] = chosen[process];
        if (invoked.has(process)) return { process, time, type, f, value: result };
        invoked.add(process);
        return { process, time, type: 'invoke', f, value };
      });
    }
}

/** Every way to interleave the two events of each process, process n invoking before process n + 1. */
function orders(processes: number): number[][] {
  if (processes === 0) return [[]];
  return orders(processes - 1).flatMap((order) => {
    const after = processes === 1 ? 0 : order.indexOf(processes - 2) + 1;
    const both: number[][] = [];
    for (let i = after; i <= order.length; i++)
      for (let j = i; j <= order.length; j++)
        both.push(order.toSpliced(j, 0, processes - 1).toSpliced(i, 0, processes - 1));
    return both;
  });
}
