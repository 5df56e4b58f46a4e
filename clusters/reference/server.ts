// The reference store's server: `node server.js '<ServerConfig as JSON>'`.
import { realRuntime } from '../../harness/runtime/real.ts';
import { machineMicros } from '../../harness/runtime/machine.ts';
import type { ServerConfig } from './server/config.ts';
import { ServerNode } from './server/node.ts';

function fatal(error: Error): never {
  console.log(`fatal: ${error.message}`);
  process.exit(1);
}

process.on('SIGTERM', () => process.exit(0));
const config = JSON.parse(process.argv[2]) as ServerConfig;
const node = new ServerNode(config, realRuntime(`${config.name} ${machineMicros()}`), fatal);
await node.start().catch(fatal);
