import { NEMESIS, type Json } from '../../harness/history/event.ts';
import { eventAt, type History } from '../../harness/history/history.ts';
import { partOf } from '../../harness/history/part.ts';

/** The operations on these keys (by their ids); what nemesis and harness noted stays. */
export function onKeys(history: History, keys: ReadonlySet<number>): History {
  return partOf(history, (i) => history.process[i] === NEMESIS || keys.has(history.key[i]));
}

/**
 * A set's history as that of the elements that a witness is about: those that it adds, else those that its reads
 * differ in. Each element is an object of its own, there or not there. Other histories come back as they are.
 */
export function onElements(history: History, witness: readonly number[]): History {
  const elements = elementsOf(history, witness);
  if (elements === null) return history;
  const isNamed = (value: Json): boolean => elements.has(JSON.stringify(value));
  return partOf(
    history,
    (i) => {
      if (history.process[i] === NEMESIS) return true;
      const { f, value } = eventAt(history, i);
      return f !== 'add' || isNamed(value);
    },
    (i) => {
      const { f, value } = eventAt(history, i);
      return f === 'read' && Array.isArray(value) ? (value as readonly Json[]).filter(isNamed) : value;
    },
  );
}

function elementsOf(history: History, witness: readonly number[]): ReadonlySet<string> | null {
  const added = new Set<string>();
  for (const index of witness) {
    const { f, value } = eventAt(history, index);
    if (f !== 'add' && f !== 'read') return null;
    if (f === 'add') added.add(JSON.stringify(value));
  }
  return added.size === 0 ? null : added;
}
