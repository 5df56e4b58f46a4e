// Every register history within a bound, judged by every checker of registers and by brute force over each definition.
// tsx scripts/exhaust.ts [--operations 4] [--shard 0/1]: 182,000 histories of four operations take some minutes, the
// eleven million of five some hours: share them out as --operations 5 --shard 0/100 and so on.
import { parseArgs } from 'node:util';
import { exhaustRegisters } from '../checkers/testing/exhaust.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '4' },
    shard: { type: 'string', default: '0/1' },
  },
});
const [part, of] = values.shard.split('/').map(Number);
const bound = { operations: Number(values.operations), sessions: 3, keys: 2 };
console.log(JSON.stringify({ ...bound, shard: values.shard, ...exhaustRegisters(bound, { part, of }) }));
