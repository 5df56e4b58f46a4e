import type { Configurations } from './configurations.ts';

const ENTRIES = 0x400000;
const STATES = 0x1fffff;
const STRONGEST = 1023;

/**
 * Drops configurations that another of the same state can stand in for: it has done every observation that they have,
 * and agrees with them on every other open operation or has it free (see `search.ts`, rule 4).
 */
export class Dominance {
  #order = new Float64Array(64);
  #kept = new Int32Array(64);

  /** Copies to `into` what nothing else in `from` dominates. `pure`: mask of the open operations that only observe. */
  prune(from: Configurations, pure: Int32Array, into: Configurations): void {
    const { words, width, size } = from;
    into.clear();
    this.#sort(from, pure);
    const kept = this.#kept;
    let group = 0;
    let end = 0;
    for (let k = 0; k < size; k++) {
      const i = (this.#order[k] % ENTRIES) * width;
      if (k === 0 || words[i] !== words[kept[group]]) group = end;
      let standIn = group;
      while (standIn < end && !dominates(words, kept[standIn], i, pure)) standIn++;
      if (standIn < end) continue;
      kept[end++] = i;
      into.add(words, i);
    }
  }

  /** By state, the strongest first: a configuration is dominated only by stronger ones. */
  #sort({ words, width, size }: Configurations, pure: Int32Array): void {
    if (size > this.#order.length) {
      this.#order = new Float64Array(size * 2);
      this.#kept = new Int32Array(size * 2);
    }
    const W = pure.length;
    for (let i = 0; i < size; i++) {
      const base = i * width;
      let strength = 0;
      for (let w = 0; w < W; w++)
        strength += bits(words[base + 1 + w] & pure[w]) + bits(words[base + 1 + W + w]);
      const weakness = STRONGEST - Math.min(STRONGEST, strength);
      this.#order[i] = ((words[base] & STATES) * (STRONGEST + 1) + weakness) * ENTRIES + i;
    }
    if (size > 1) this.#order.subarray(0, size).sort();
  }
}

function dominates(words: Int32Array, a: number, b: number, pure: Int32Array): boolean {
  if (words[a] !== words[b]) return false;
  const W = pure.length;
  for (let w = 1; w <= W; w++) {
    const doneA = words[a + w];
    const doneB = words[b + w];
    const freeA = words[a + W + w];
    const differ = (doneA ^ doneB) | (freeA ^ words[b + W + w]);
    if ((differ & ~freeA & ~pure[w - 1]) | (doneB & ~doneA & pure[w - 1])) return false;
  }
  return true;
}

function bits(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
