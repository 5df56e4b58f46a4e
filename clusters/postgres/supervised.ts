import type { PostgresNode } from './node.ts';

/** A server that cannot start ends within this time. */
const SOON_MS = 400;
const ATTEMPTS = 3;

/**
 * Starts it as a supervisor would: a server that ends at once (its predecessor's process, shared memory, or port, was
 * still there) is started again.
 */
export async function startSupervised(node: PostgresNode): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await node.start();
    const ended = await node
      .until('its end', SOON_MS, async () => !(await node.alive()))
      .then(
        () => true,
        () => false,
      );
    if (!ended) return;
  }
}
