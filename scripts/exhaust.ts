// Every register history within a bound, judged by every checker of registers and by brute force over each definition.
// tsx scripts/exhaust.ts [--operations 4] [--written | --unwritten] [--shard 0/1]: 181,978 histories of four operations take a minute or
// two, the 9,599,456 of five over an hour: share them out as --operations 5 --shard 0/10 and so on. --written leaves out
// reads of what nobody wrote, --unwritten the histories without one. --objects: of queues, sets, counters, ids and banks instead, on one object.
import { parseArgs } from 'node:util';
import { exhaustObjects } from '../checkers/testing/exhaust-objects.ts';
import { exhaustRegisters } from '../checkers/testing/exhaust.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '4' },
    objects: { type: 'boolean', default: false },
    written: { type: 'boolean', default: false },
    unwritten: { type: 'boolean', default: false },
    shard: { type: 'string', default: '0/1' },
  },
});
const operations = Number(values.operations);
const [part, of] = values.shard.split('/').map(Number);
const unwritten = values.unwritten ? 'some' : values.written ? 'never' : 'too';
const bound = { operations, sessions: 3, keys: 2, unwritten } as const;
const tally = values.objects ? exhaustObjects(operations) : exhaustRegisters(bound, { part, of });
console.log(JSON.stringify({ ...bound, shard: values.shard, ...tally }));
