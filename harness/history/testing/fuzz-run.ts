/** Fuzzes the reader from the command line: `npx tsx harness/history/testing/fuzz-run.ts [inputs] [seed]`. */
import { fuzzReader } from './fuzz.ts';

const [inputs = '10000', seed = '1'] = process.argv.slice(2);
console.log(JSON.stringify({ seed, ...fuzzReader(Number(inputs), Number(seed)) }));
