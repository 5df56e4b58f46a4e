import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueHeap, type Due } from './heap.ts';

it('gives entries by time, ties in order of arrival, and none that was removed', () => {
  const entry = fc.record({
    at: fc.integer({ min: 0, max: 20 }),
    removed: fc.boolean(),
    popAfter: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 200 }), (entries) => {
      const heap = new DueHeap();
      const model: Due[] = [];
      const expectNext = () => {
        model.sort((a, b) => a.at - b.at || a.order - b.order);
        expect(heap.pop()).toBe(model.shift());
      };
      entries.forEach(({ at, removed, popAfter }, order) => {
        const due: Due = { at, order, fire: () => {}, quiet: false, slot: -1 };
        heap.push(due);
        if (removed) {
          heap.remove(due);
          heap.remove(due);
        } else model.push(due);
        if (order % 3 === 2 && model.length > 1) heap.remove(model.splice(order % model.length, 1)[0]);
        if (popAfter) expectNext();
        expect(heap.size).toBe(model.length);
      });
      while (model.length > 0) expectNext();
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
