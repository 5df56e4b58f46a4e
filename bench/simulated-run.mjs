// One simulated run and its check, by the built code, which is what users run (tsx makes functions name themselves, which
// costs a fifth): `node simulated-run.mjs REQUEST`, a JSON document. Figures on stdout.
import { judgeRun } from '../dist/cli/check/judge-run.js';
import { resolveRun } from '../dist/cli/run/config.js';
import { metaOf } from '../dist/cli/run/describe.js';
import { simulateRun } from '../dist/cli/run/simulate.js';
import { MemorySink } from '../dist/harness/history/writer.js';

const run = resolveRun(JSON.parse(process.argv[2]));
const sink = new MemorySink();
const before = process.cpuUsage();
const start = performance.now();
await simulateRun(run, sink);
const simulated = (performance.now() - start) / 1000;
const history = sink.history();
const { outcome } = await judgeRun(metaOf(run, 'bench'), history, null);
const checked = (performance.now() - start) / 1000 - simulated;
const { user, system } = process.cpuUsage(before);
let operations = 0;
for (let i = 0; i < history.length; i++) if (history.process[i] >= 0 && history.type[i] === 0) operations++;
const cpu = (user + system) / 1e6;
const megabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ operations, simulated, checked, cpu, megabytes, outcome }));
