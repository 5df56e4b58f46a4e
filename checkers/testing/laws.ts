import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput } from '../../harness/history/event.ts';
import { causal } from '../causal/causal.ts';
import { linearizability } from '../linearizability/linearizability.ts';
import { regular } from '../regular/regular.ts';
import { regularWriteOrder } from '../regular/write-order.ts';
import { sequential } from '../sequential/sequential.ts';
import { monotonicReads } from '../session/monotonic-reads.ts';
import { readYourWrites } from '../session/read-your-writes.ts';
import type { Checker, Verdict } from '../types.ts';

/** What a history of registers with unique values keeps, by name of the model. */
export interface Kept {
  readonly linearizable: boolean;
  readonly sequential: boolean;
  readonly ordered: boolean;
  readonly regular: boolean;
  readonly safe: boolean;
  readonly causalConvergent: boolean;
  readonly causal: boolean;
  readonly readYourWrites: boolean;
  readonly monotonicReads: boolean;
}

/** Whoever keeps the first keeps the second: Viotti & Vukolić, CSUR 2016. */
const LAWS: readonly (readonly [keyof Kept, keyof Kept])[] = [
  ['linearizable', 'sequential'],
  ['linearizable', 'ordered'],
  ['ordered', 'regular'],
  ['regular', 'safe'],
  ['sequential', 'causalConvergent'],
  ['causalConvergent', 'causal'],
  ['sequential', 'readYourWrites'],
  ['sequential', 'monotonicReads'],
  ['causalConvergent', 'readYourWrites'],
  ['causalConvergent', 'monotonicReads'],
];

/** What is not refuted counts as kept. */
export function kept(events: readonly EventInput[]): Kept {
  const history = historyOf(events);
  const found = (checker: Checker): Verdict['findings'] => (checker.check(history, {}) as Verdict).findings;
  const certain = (checker: Checker): boolean => found(checker).every((f) => !f.certain);
  const weak = found(regular);
  const cc = found(causal);
  return {
    linearizable: found(linearizability).length === 0,
    sequential: found(sequential).length === 0,
    ordered: weak.length === 0 && found(regularWriteOrder).length === 0,
    regular: weak.length === 0,
    safe: weak.every(({ name }) => name !== 'unsafe-read'),
    causalConvergent: cc.length === 0,
    causal: cc.every(({ name }) => name === 'cyclic-cf'),
    readYourWrites: certain(readYourWrites),
    monotonicReads: certain(monotonicReads),
  };
}

/** @throws when a history keeps a stronger model without the weaker one, or breaks one only because a read is gone */
export function assertLaws(events: readonly EventInput[], all: Kept): void {
  const told = (): string => events.map((e) => JSON.stringify(e)).join('\n');
  const impossible = hasImpossibleRead(events);
  for (const [strong, weak] of LAWS) {
    // A read from the future needs no order in which it is one: sequential consistency knows no time.
    if (impossible && strong === 'sequential') continue;
    if (all[strong] && !all[weak]) throw new Error(`${strong} but not ${weak}:\n${told()}`);
  }
}

/** @throws when taking out a read makes a violation of any model */
export function assertReadsOnlyAccuse(events: readonly EventInput[], all: Kept): void {
  for (let i = 0; i < events.length; i++) {
    const { f, type, process } = events[i];
    if (f !== 'read' || type !== 'invoke') continue;
    const end = events.findIndex((e, j) => j > i && e.process === process);
    const without = kept(events.filter((_, j) => j !== i && j !== end));
    for (const model of Object.keys(all) as (keyof Kept)[])
      if (all[model] && !without[model])
        throw new Error(
          `without read #${i} not ${model}:\n${events.map((e) => JSON.stringify(e)).join('\n')}`,
        );
  }
}

/** Does a read return what was written later, by a failed write, or never? */
export function hasImpossibleRead(events: readonly EventInput[]): boolean {
  return events.some(
    ({ f, type, value, key }, i) =>
      f === 'read' &&
      type === 'ok' &&
      value !== null &&
      !events.some(
        (w, j) =>
          j < i &&
          w.f === 'write' &&
          w.type === 'invoke' &&
          w.value === value &&
          w.key === key &&
          events.find((e, n) => n > j && e.process === w.process)?.type !== 'fail',
      ),
  );
}
