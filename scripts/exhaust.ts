// Every register history within a bound, judged by every checker of registers and by brute force over each definition.
// tsx scripts/exhaust.ts [--operations 4] [--written] [--shard 0/1]: 181,978 histories of four operations take a minute or
// two, the 9,599,456 of five over an hour: share them out as --operations 5 --shard 0/10 and so on. --written leaves out
// reads of what nobody wrote: 3,179,256 of five operations.
import { parseArgs } from 'node:util';
import { exhaustRegisters } from '../checkers/testing/exhaust.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '4' },
    written: { type: 'boolean', default: false },
    shard: { type: 'string', default: '0/1' },
  },
});
const [part, of] = values.shard.split('/').map(Number);
const bound = { operations: Number(values.operations), sessions: 3, keys: 2, thinAir: !values.written };
console.log(JSON.stringify({ ...bound, shard: values.shard, ...exhaustRegisters(bound, { part, of }) }));
