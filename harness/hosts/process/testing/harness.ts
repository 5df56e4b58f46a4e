// A harness to be killed with -9: starts one service with a child of its own, says its pids, and waits.
import { processHost } from '../host.ts';
import { contextFor } from './servers.ts';

const [directory, runId] = process.argv.slice(2);
const host = processHost(contextFor(directory, runId));
const node = await host.addNode({ name: 'n1', ports: { db: null } });
await node.start({ name: 'sleeper', command: ['sh', '-c', 'sleep 600 & exec sleep 601'] });
console.log('started');
setInterval(() => undefined, 1000);
