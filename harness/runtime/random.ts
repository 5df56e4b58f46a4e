import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Random } from './types.ts';

const TWO_TO_32 = 4_294_967_296;
const TWO_TO_31 = 2_147_483_648;
/** Between seed and stream name, so that seed `1` with stream `2x` is not seed `12` with stream `x`. */
const SEPARATOR = '\u001f';

/**
 * The stream called `name` of a seed; seed 7 and seed '7' are the same one.
 * A stream is a hash of seed and name that seeds xoroshiro128+: it depends on nothing that other streams do.
 * Everything here is 32-bit integer arithmetic, which every engine computes alike.
 */
export function randomStream(seed: string | number, name: string): Random {
  return new Stream(null, `${seed}${SEPARATOR}${name}`);
}

class Stream implements Random {
  readonly #parent: Stream | null;
  readonly #name: string;
  #hash: Identity | undefined;
  #source: RandomGenerator | undefined;

  constructor(parent: Stream | null, name: string) {
    this.#parent = parent;
    this.#name = name;
  }

  /** Hashed at the first draw, as the source is made: most forks of a generator's stream are passed on, never drawn from. */
  get #identity(): Identity {
    return (this.#hash ??=
      this.#parent === null ? absorb(START, this.#name) : absorb(this.#parent.#identity, `/${this.#name}`));
  }

  get #draws(): RandomGenerator {
    return (this.#source ??= xoroshiro128plusFromState(avalanche(this.#identity)));
  }

  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_TO_31)
      throw new RangeError(`Random.below takes an integer from 1 to 2^31, not ${n}`);
    return uniformInt(this.#draws, 0, n - 1);
  }

  unit(): number {
    return (this.#draws.next() >>> 0) / TWO_TO_32;
  }

  chance(p: number): boolean {
    return this.unit() < p;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('Random.pick was given nothing to pick from');
    return items[this.below(items.length)];
  }

  /** Fisher & Yates, from the end. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
    }
    return shuffled;
  }

  fork(name: string): Random {
    return new Stream(this, name);
  }
}

/** Four lanes of FNV-1a with a start and a multiplier each: the hash of a path, extensible by further names. */
type Identity = readonly [number, number, number, number];
const START: Identity = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];

function absorb([a, b, c, d]: Identity, text: string): Identity {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x01000197);
    c = Math.imul(c ^ unit, 0x0100019b);
    d = Math.imul(d ^ unit, 0x010001a5);
  }
  return [a, b, c, d];
}

/** FNV leaves names that differ in the last letter close together: every lane is mixed into the next. */
function avalanche([a, b, c, d]: Identity): number[] {
  const w = finalise(a ^ finalise(d));
  const x = finalise(b ^ w);
  const y = finalise(c ^ x);
  const z = finalise(d ^ y);
  return w === 0 && x === 0 && y === 0 && z === 0 ? [1, 2, 3, 4] : [w, x, y, z];
}

/** MurmurHash3's 32-bit finaliser (Appleby, 2011). */
function finalise(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
