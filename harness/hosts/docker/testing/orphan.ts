// A harness to be killed: makes a node with a service, says so, and waits. Arguments: run id, directory.
import { realRuntime } from '../../../runtime/real.ts';
import { dockerHost } from '../host.ts';

const [runId, directory] = process.argv.slice(2);
const silent = (): void => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
const host = await dockerHost({ runId, directory, runtime: realRuntime(1), log });
const node = await host.addNode({ name: 'n1', image: 'node', ports: { client: 7000 } });
await node.start({ name: 'sleeper', command: ['sleep', 'infinity'] });
console.log('ready');
setInterval(silent, 1000);
