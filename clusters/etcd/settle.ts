import type { Settled } from '../../harness/cluster.ts';
import type { Clock } from '../../harness/runtime/types.ts';
import { timeLeft } from '../kit/time-left.ts';
import { base64 } from './gateway.ts';
import { keyValues } from './clients/plan.ts';
import type { Member } from './member.ts';

const MARKER = base64('alibi/marker');

/**
 * Proves that every member has applied the same log: a marker is written through one, and read from each one's own
 * store. Never rejects: what is missing at the deadline is told.
 */
export async function settle(members: readonly Member[], clock: Clock, deadlineMs: number): Promise<Settled> {
  const left = timeLeft(clock, deadlineMs);
  try {
    await Promise.all(
      members.map(async (member) => {
        await member.resume();
        if (!(await member.alive())) await member.start();
        await member.untilAnswering(left());
      }),
    );
    await proveEqual(members, clock, left());
  } catch (error) {
    const answers = await Promise.all(members.map((member) => member.answers()));
    return {
      settled: false,
      evidence: error instanceof Error ? error.message : String(error),
      unrecovered: members.filter((_, i) => !answers[i]).map((member) => member.name),
    };
  }
  const names = members.map((member) => member.name).join(', ');
  return {
    settled: true,
    evidence: `a marker written on ${members[0].name} was read on ${names}`,
    unrecovered: [],
  };
}

/** Writes a marker through the first member; resolves when each holds it. @throws Error naming who does not */
export async function proveEqual(
  members: readonly Member[],
  clock: Clock,
  deadlineMs: number,
): Promise<void> {
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
}
