import { contextOf, type Dot } from './causal-context.ts';
import type { DotKernel } from './dot-kernel.ts';

/**
 * The observed-remove set: every add is an event of its own, and a remove takes away the adds that its replica had
 * seen. Of a concurrent add and remove of an element the add wins (Shapiro et al. 2011, specification 15).
 * Elements are strings.
 */
export type OrSet = DotKernel<string>;

/** The add as a state to merge: it also replaces the adds of the element that were seen. `dot`: a new one. */
export function addElement(set: OrSet, dot: Dot, element: string): OrSet {
  return { context: contextOf([...addsOf(set, element), dot]), entries: [{ ...dot, value: element }] };
}

/** The remove as a state to merge. */
export function removeElement(set: OrSet, element: string): OrSet {
  return { context: contextOf(addsOf(set, element)), entries: [] };
}

/** Sorted, each once. */
export function elements(set: OrSet): string[] {
  return [...new Set(set.entries.map((entry) => entry.value))].sort();
}

function addsOf(set: OrSet, element: string): readonly Dot[] {
  return set.entries.filter((entry) => entry.value === element);
}
