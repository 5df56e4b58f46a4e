import { contextOf, mergeContexts, type CausalContext, type Dot } from './causal-context.ts';
import type { DotKernel } from './dot-kernel.ts';

/**
 * A register that keeps concurrent writes side by side: siblings. A write replaces what its writer had seen, and
 * nothing else (Dynamo, SOSP 2007, §4.4; dotted version vectors: Preguiça et al. 2010).
 */
export type MvRegister<T> = DotKernel<T>;

/** The write as a state to merge. `seen`: the context of the read or write that the writer goes by; `dot`: a new one. */
export function write<T>(seen: CausalContext, dot: Dot, value: T): MvRegister<T> {
  return { context: mergeContexts(seen, contextOf([dot])), entries: [{ ...dot, value }] };
}

/** In the order of their dots. */
export function siblings<T>(register: MvRegister<T>): readonly T[] {
  return register.entries.map((entry) => entry.value);
}
