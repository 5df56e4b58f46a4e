import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostNode } from '../types.ts';

/** Our own library, for programs that hang under libfaketime; images/shim-clock compiles it. */
const LIBRARY = '/usr/local/lib/alibi-clock.so';

function offsetFile(node: HostNode): string {
  return join(node.directory, 'clock-shift');
}

/** The environment of a service whose clock can be set with {@link shiftClock}, called once before it starts. */
export function shimClockEnvironment(node: HostNode): Readonly<Record<string, string>> {
  return { LD_PRELOAD: LIBRARY, ALIBI_CLOCK: offsetFile(node) };
}

/** Sets the node's clock to true time + `ms`. The file is mapped by whoever reads it: written in place, never renamed. */
export async function shiftClock(node: HostNode, ms: number): Promise<void> {
  const nanoseconds = Buffer.alloc(8);
  nanoseconds.writeBigInt64LE(BigInt(Math.round(ms * 1e6)));
  await writeFile(offsetFile(node), nanoseconds, { flag: 'wx' }).catch(
    async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      const file = await open(offsetFile(node), 'r+');
      try {
        await file.write(nanoseconds, 0, 8, 0);
      } finally {
        await file.close();
      }
    },
  );
}
