#!/usr/bin/env -S node --max-semi-space-size=32
// Why the flag: harness/runtime/flags.ts.
import { main } from '../dist/cli/main.js';

// Everything was written and closed by now. A socket that will not close must not hold the verdict's exit code back.
process.exit(await main(process.argv.slice(2)));
