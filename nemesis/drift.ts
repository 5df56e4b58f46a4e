import { isRefusal } from '../harness/hosts/types.ts';
import { SECOND } from '../harness/runtime/types.ts';
import { nodesOf } from './targets.ts';
import { wrongTarget } from './spec.ts';
import { defineFault } from './types.ts';

const PERCENT = /^([+-])(\d{1,2}(?:\.\d)?)%$/;
const TARGETS = ['one', 'primary', 'all'];
/** Less is lost in the measurement; more is no clock. */
const [LEAST, MOST] = [1, 25];
const WATCHED_S = 1;

/** `+10%` → 10, `-2.5%` → -2.5; null if it is no drift. */
function parseDrift(text: string | null): number | null {
  const match = PERCENT.exec(text ?? '');
  return match ? Number(match[2]) * (match[1] === '-' ? -1 : 1) : null;
}

/** A bad oscillator: what a node takes for a second is more or less than one, for its clock and its timers alike. */
export const drift = defineFault({
  name: 'drift',
  title: 'Let the clock and the timers of nodes run too fast or too slow',
  forms: ['drift:one:+10%', 'drift:primary:-5%', 'drift:all:+1%', 'drift:<node>[+<node>…]:<±percent>%'],
  validate: (spec, nodes) => {
    const wrong = wrongTarget(spec.target, TARGETS, nodes);
    if (wrong !== null) return wrong;
    const percent = parseDrift(spec.option);
    if (percent === null) return 'it needs a rate such as +10% or -5%';
    return Math.abs(percent) < LEAST || Math.abs(percent) > MOST
      ? `a rate off by ${LEAST}% to ${MOST}% is what can be made and seen`
      : null;
  },
  inject: async (spec, { cluster, clock, random }) => {
    const { clocks } = cluster;
    if (isRefusal(clocks)) throw new Error(clocks.refused);
    if (clocks.setDrift === undefined) throw new Error('this cluster’s clocks can only be set');
    const set = clocks.setDrift.bind(clocks);
    const percent = parseDrift(spec.option) ?? 0;
    const targets = await nodesOf(spec, { cluster, clock, random });
    const measure = () => Promise.all(targets.map((node) => clocks.offset(node)));
    await Promise.all(targets.map((node) => set(node, percent)));
    const [before, began] = [await measure(), clock.now()];
    await clock.sleep(WATCHED_S * SECOND);
    const after = await measure();
    const expected = ((clock.now() - began) / 1e6) * (percent / 100);
    const gained = after.map((ms, i) => ms - before[i]);
    return {
      targets,
      reached: gained.every((ms) => Math.abs(ms - expected) <= Math.abs(expected) / 2),
      evidence: `gained within ${WATCHED_S} s: ${targets.map((node, i) => `${node} ${Math.round(gained[i])} ms`).join(', ')}`,
      heal: async () => {
        const last = await measure();
        await Promise.all(targets.map((node) => set(node, 0)));
        await Promise.all(targets.map((node) => clocks.setOffset(node, 0)));
        const off = last.map((ms, i) => Math.abs(ms - before[i]));
        return {
          bit: off.every((ms) => ms >= Math.abs(expected) / 2),
          evidence: `off at heal: ${targets.map((node, i) => `${node} ${Math.round(last[i])} ms`).join(', ')}`,
        };
      },
    };
  },
});
