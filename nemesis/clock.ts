import { isRefusal } from '../harness/hosts/types.ts';
import { nodesOf } from './targets.ts';
import { wrongTarget } from './spec.ts';
import { defineFault } from './types.ts';

const OFFSET = /^([+-])(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `+5s` → 5000, `-250ms` → -250; null if it is not an offset. */
export function parseOffset(text: string): number | null {
  const match = OFFSET.exec(text);
  if (!match) return null;
  const ms = Number(match[2]) * UNITS[match[3]];
  return match[1] === '-' ? -ms : ms;
}

/** How far from what was asked a measured offset may be: half of it, and never more than 250 ms. */
function close(measured: number, asked: number): boolean {
  return Math.abs(measured - asked) <= Math.min(250, Math.abs(asked) / 2);
}

/** Sets node clocks off true time; proven by measuring the offset through the database itself. */
export const clock = defineFault({
  name: 'clock',
  title: 'Set the clock of nodes off true time',
  forms: ['clock:one:+5s', 'clock:primary:-250ms', 'clock:all:+1m', 'clock:<node>[+<node>…]:<±offset>'],
  validate: (spec, nodes) => {
    const wrong = wrongTarget(spec.target, ['one', 'primary', 'all'], nodes);
    if (wrong !== null) return wrong;
    const offset = spec.option === null ? null : parseOffset(spec.option);
    if (offset === null) return 'it needs an offset such as +5s or -250ms';
    return offset === 0 ? 'an offset of nothing is no fault' : null;
  },
  inject: async (spec, context) => {
    const clocks = context.cluster.clocks;
    if (isRefusal(clocks)) throw new Error(clocks.refused);
    const offset = parseOffset(spec.option ?? '') ?? 0;
    const targets = await nodesOf(spec, context);
    const measure = async () =>
      Promise.all(targets.map(async (node) => Math.round(await clocks.offset(node))));
    const before = await measure();
    await Promise.all(targets.map((node) => clocks.setOffset(node, offset)));
    const during = await measure();
    const named = (ms: readonly number[]) => Object.fromEntries(targets.map((node, i) => [node, ms[i]]));
    const told = (ms: readonly number[]) => targets.map((node, i) => `${node} ${ms[i]} ms`).join(', ');
    return {
      targets,
      reached: during.every((ms, i) => close(ms - before[i], offset - before[i])),
      evidence: `measured offset before: ${told(before)}; after: ${told(during)}`,
      offsets: { before: named(before), after: named(during) },
      heal: async () => {
        const last = await measure();
        await Promise.all(targets.map((node) => clocks.setOffset(node, 0)));
        return {
          bit: last.every((ms) => close(ms, offset)),
          evidence: `measured offset at heal: ${told(last)}`,
          offsets: named(last),
        };
      },
    };
  },
});
