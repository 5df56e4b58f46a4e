import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { serveShelf } from '../../results/serve/server.ts';
import { defineCommand } from '../command.ts';
import { tell } from '../output.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { UsageError } from '../usage.ts';

export const serveCommand = defineCommand({
  usage: 'serve [directory]',
  title: 'Browse runs and campaigns in a web page on 127.0.0.1',
  options: (yargs) =>
    yargs
      .positional('directory', { type: 'string', default: '.', describe: 'where runs and campaigns lie' })
      .option('port', { type: 'number', default: 7357, describe: '0: any that is free' }),
  run: async ({ directory, port }) => {
    const root = resolve(directory);
    if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
      throw new UsageError(`There is no directory ${root}`);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new UsageError('--port takes a number from 0 to 65535');
    const { server, url } = await serveShelf(root, port).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        throw new UsageError(`Port ${port} of 127.0.0.1 is taken: name another with --port`);
      throw error;
    });
    tell(`${url} (Ctrl-C ends it)`);
    const interrupt = onInterrupt('ending the page');
    await new Promise((ended) => interrupt.signal.addEventListener('abort', ended, { once: true }));
    server.closeAllConnections();
    server.close();
    interrupt.release();
    return 0;
  },
});
