import type { Clock } from '../../harness/runtime/types.ts';
import { base64 } from './gateway.ts';
import { keyValues } from './clients/plan.ts';
import type { Member } from './member.ts';

const MARKER = base64('alibi/marker');

/**
 * Proves that every member has applied the same log: a marker is written through the first, and read from each one's
 * own store. @throws Error naming who does not
 */
export async function proveEqual(
  members: readonly Member[],
  clock: Clock,
  deadlineMs: number,
): Promise<string> {
  const marker = String(clock.now());
  const [writer] = members;
  await writer.until('a write', deadlineMs, () =>
    writer.ask('/v3/kv/put', { key: MARKER, value: base64(marker) }).then(
      () => true,
      () => false,
    ),
  );
  const shows = async (member: Member) => {
    const reply = await member.ask('/v3/kv/range', { key: MARKER, serializable: true }).catch(() => null);
    return keyValues(reply)[0]?.value === marker;
  };
  await Promise.all(members.map((member) => member.until('the marker', deadlineMs, () => shows(member))));
  return `a marker written on ${writer.name} was read on ${members.map(({ name }) => name).join(', ')}`;
}
