import { isRefusal } from '../harness/hosts/types.ts';
import { MILLISECOND } from '../harness/runtime/types.ts';
import { parseOffset } from './clock.ts';
import { nodesOf } from './targets.ts';
import { wrongTarget } from './spec.ts';
import { defineFault, type FaultContext } from './types.ts';

const TARGETS = ['one', 'primary', 'all'];
/** A clock stands right for so long, and then wrong for as long. */
const HALF_PERIOD = 100 * MILLISECOND;
const LOOKS = 12;
/** No divisor of the period, so that looks meet both halves. */
const BETWEEN_LOOKS = 37 * MILLISECOND;

/** Clocks that jump forth and back, several times a second (Jepsen's clock strobe). */
export const strobe = defineFault({
  name: 'strobe',
  title: 'Let the clock of nodes jump forth and back, five times a second',
  forms: ['strobe:one:200ms', 'strobe:primary:1s', 'strobe:all:50ms', 'strobe:<node>[+<node>…]:<duration>'],
  reachesAs: 'clock',
  validate: (spec, nodes) => {
    const wrong = wrongTarget(spec.target, TARGETS, nodes);
    if (wrong !== null) return wrong;
    const ms = parseOffset(`+${spec.option ?? ''}`);
    return ms === null || ms === 0 ? 'it needs a duration to jump by, such as 200ms' : null;
  },
  inject: async (spec, context) => {
    const { clocks } = context.cluster;
    if (isRefusal(clocks)) throw new Error(clocks.refused);
    const ms = parseOffset(`+${spec.option ?? ''}`) ?? 0;
    const targets = await nodesOf(spec, context);
    let [going, jumps] = [true, 0];
    const set = (offset: number) =>
      Promise.all(targets.map((node) => clocks.setOffset(node, offset).catch(() => undefined)));
    const jump = async (): Promise<void> => {
      if (!going) return;
      await set(jumps++ % 2 === 0 ? ms : 0);
      context.clock.after(HALF_PERIOD, () => void jump());
    };
    void jump();
    const seen = await look(targets, ms, context, (node) => clocks.offset(node));
    const all = targets.every((node) => seen.get(node)?.size === 2);
    return {
      targets,
      reached: all,
      evidence: targets.map((node) => `${node} was seen ${told(seen.get(node))}`).join(', '),
      heal: async () => {
        going = false;
        await context.clock.sleep(HALF_PERIOD);
        await Promise.all(targets.map((node) => clocks.setOffset(node, 0)));
        return { bit: all && jumps > 1, evidence: `${jumps} jumps by ${ms} ms` };
      },
    };
  },
});

/** As which of the two each node's clock was seen, measured through the database. */
async function look(
  targets: readonly string[],
  ms: number,
  { clock }: FaultContext,
  offset: (node: string) => Promise<number>,
): Promise<ReadonlyMap<string, ReadonlySet<'right' | 'wrong'>>> {
  const seen = new Map(targets.map((node) => [node, new Set<'right' | 'wrong'>()]));
  for (let i = 0; i < LOOKS; i++) {
    for (const node of targets) {
      const measured = await offset(node).catch(() => null);
      if (measured !== null) seen.get(node)?.add(Math.abs(measured) < ms / 2 ? 'right' : 'wrong');
    }
    await clock.sleep(BETWEEN_LOOKS);
  }
  return seen;
}

function told(seen: ReadonlySet<string> | undefined): string {
  return [...(seen ?? [])].sort().join(' and ') || 'not at all';
}
