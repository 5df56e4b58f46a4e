import { fn } from '../harness/generator/operations.ts';
import { phases } from '../harness/generator/sequence.ts';
import { paced } from './parts.ts';
import { defineWorkload } from './types.ts';

/** The space of keys, for each key that is asked for; about half of them are there at any time. */
const PLACES_A_KEY = 16;
/** A scan covers at most one part in so many of the space, now and then all of it. */
const PARTS = 4;

/** A key whose order as text is that of its number. */
const keyAt = (place: number): string => `k${String(place).padStart(6, '0')}`;

/** Keys are added and removed while ranges are scanned, and partitions split and move: nothing skipped, nothing doubled. */
export const rangeScan = defineWorkload({
  name: 'range-scan',
  title: 'Add and remove keys and scan ranges of them: nothing skipped, nothing doubled',
  port: 'range',
  checkers: ['range-scan'],
  main: (context) => {
    const places = context.keys * PLACES_A_KEY;
    return paced(
      context,
      fn(({ n, random }) => {
        const draw = random.below(10);
        const place = random.below(places);
        if (draw < 4) return { f: 'write', key: keyAt(place), value: n + 1 };
        if (draw < 6) return { f: 'delete', key: keyAt(place) };
        if (draw < 7) return { f: 'scan', value: [null, null] };
        const width = 1 + random.below(Math.ceil(places / PARTS));
        return { f: 'scan', value: [keyAt(place), keyAt(place + width)] };
      }),
    );
  },
  final: () => phases(fn(({ n }) => (n < 3 ? { f: 'scan', value: [null, null] } : null))),
});
