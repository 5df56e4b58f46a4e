import type { Json } from '../../../harness/history/event.ts';
import { jsonText, parsed, read, unknownOperation, write, type Acknowledge, type Planner } from './plan.ts';

/** `queue`: a list; what is pushed at its right comes out at its left. */
export function queue(acknowledge: Acknowledge): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `queue:${jsonText(key)}`;
      switch (f) {
        case 'enqueue':
          return write(['RPUSH', k, jsonText(value)], acknowledge);
        case 'dequeue':
          return write(['LPOP', k], acknowledge, parsed);
        default:
          throw unknownOperation('queue', f);
      }
    },
  };
}

/** `log`: a list from which nothing is taken; an offset is a place in it. Each session polls on from where it is. */
export function log(acknowledge: Acknowledge, offsets: Map<string, number>): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `log:${jsonText(key)}`;
      switch (f) {
        case 'send':
          return write(['RPUSH', k, jsonText(value)], acknowledge, (length) => [
            Number(length) - 1,
            value ?? null,
          ]);
        case 'poll': {
          const from = offsets.get(k) ?? 0;
          return read(['LRANGE', k, from, -1], (messages) => {
            const found = messages as readonly string[];
            offsets.set(k, from + found.length);
            return found.map((message, i): Json => [from + i, parsed(message)]);
          });
        }
        case 'seek':
          offsets.set(k, Number(value));
          return read(['EXISTS', k], () => value ?? null);
        default:
          throw unknownOperation('log', f);
      }
    },
  };
}

/** `ids`: a number that grows. */
export function ids(acknowledge: Acknowledge): Planner {
  return {
    plan: ({ f, key }) => {
      if (f !== 'generate') throw unknownOperation('ids', f);
      return write(['INCR', `ids:${jsonText(key)}`], acknowledge, Number);
    },
  };
}
