import { NODE_TARGETS, nodesOf } from './targets.ts';
import { wrongTarget } from './spec.ts';
import { defineFault, type FaultContext, type Injection } from './types.ts';

type State = 'running' | 'stopped' | 'gone';

async function states({ cluster }: FaultContext, nodes: readonly string[]): Promise<Map<string, State>> {
  const found = await Promise.all(nodes.map((node) => cluster.processes.state(node)));
  return new Map(nodes.map((node, i) => [node, found[i]]));
}

function told(found: ReadonlyMap<string, State>): string {
  return [...found].map(([node, state]) => `${node} ${state}`).join(', ');
}

function forms(family: string): string[] {
  return [...NODE_TARGETS.map((target) => `${family}:${target}`), `${family}:<node>[+<node>…]`];
}

/** A supervisor starts what was killed again at once. */
const SUPERVISED = 'restart';

function validator(family: string, option: string | null = null) {
  return (spec: { target: string; option: string | null }, nodes: readonly string[]): string | null =>
    spec.option !== null && spec.option !== option
      ? `${family} takes no option${option === null ? '' : ` but ${option}`}`
      : wrongTarget(spec.target, NODE_TARGETS, nodes);
}

/**
 * SIGKILL to the database's whole process group; heal starts it again on its own disk and address, unless a supervisor
 * did so at once.
 */
export const kill = defineFault({
  name: 'kill',
  title: 'Kill the database (SIGKILL to its whole process group), restart it at heal',
  forms: [...forms('kill'), `kill:<target>:${SUPERVISED}`],
  validate: validator('kill', SUPERVISED),
  inject: async (spec, context): Promise<Injection> => {
    const targets = await nodesOf(spec, context);
    const before = await states(context, targets);
    await Promise.all(targets.map((node) => context.cluster.processes.kill(node)));
    const after = await states(context, targets);
    const gone = targets.every((node) => after.get(node) === 'gone');
    const ran = targets.some((node) => before.get(node) !== 'gone');
    if (spec.option === SUPERVISED)
      await Promise.all(targets.map((node) => context.cluster.processes.restart(node)));
    return {
      targets,
      reached: gone && ran,
      evidence: ran ? told(after) : 'it was not running before',
      heal: async () => {
        if (spec.option !== SUPERVISED)
          await Promise.all(targets.map((node) => context.cluster.processes.restart(node)));
        return { bit: gone && ran, evidence: 'restarted' };
      },
    };
  },
});

/** SIGSTOP to the whole process group: connections stay open, nothing answers; heal continues it. */
export const pause = defineFault({
  name: 'pause',
  title: 'Pause the database (SIGSTOP to its whole process group), continue it at heal',
  forms: forms('pause'),
  validate: validator('pause'),
  inject: async (spec, context): Promise<Injection> => {
    const targets = await nodesOf(spec, context);
    await Promise.all(targets.map((node) => context.cluster.processes.pause(node)));
    const after = await states(context, targets);
    return {
      targets,
      reached: targets.every((node) => after.get(node) === 'stopped'),
      evidence: told(after),
      heal: async () => {
        // Still stopped at the end: nobody continued it behind our back.
        const last = await states(context, targets);
        await Promise.all(targets.map((node) => context.cluster.processes.resume(node)));
        const held = targets.every((node) => last.get(node) === 'stopped');
        return { bit: held, evidence: held ? 'stopped until heal' : `at heal: ${told(last)}` };
      },
    };
  },
});
