import { fn } from '../harness/generator/operations.ts';
import { paced } from './parts.ts';
import { defineWorkload } from './types.ts';

/** Asks for ids, as fast as it may: is one handed out twice? */
export const uniqueIds = defineWorkload({
  name: 'unique-ids',
  title: 'Ask for unique ids: is one handed out twice?',
  port: 'ids',
  checkers: ['unique-ids'],
  main: (context) =>
    paced(
      context,
      fn(() => ({ f: 'generate' })),
    ),
});
