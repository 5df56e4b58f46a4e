/** What is asked of a node. */
interface Startable {
  start(): Promise<void>;
  alive(): Promise<boolean>;
  until(what: string, deadlineMs: number, probe: () => Promise<boolean>): Promise<void>;
}

/** A server that cannot start ends within this time. */
const SOON_MS = 400;
/** A killed process stands in the way until its parent has taken note of its death, on a busy machine for a second. */
const PAUSE_MS = 300;
const ATTEMPTS = 6;

/**
 * Starts it as a supervisor would: a server that ends at once (its predecessor's process, shared memory, or port, was
 * still there) is started again.
 */
export async function startSupervised(node: Startable): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await node.start();
    const ended = await node
      .until('its end', SOON_MS, async () => !(await node.alive()))
      .then(
        () => true,
        () => false,
      );
    if (!ended) return;
    if (attempt < ATTEMPTS)
      await node.until('a pause', PAUSE_MS, () => Promise.resolve(false)).catch(() => undefined);
  }
}
