import { isAlive, self } from '../process/proc.ts';

/** Labels on every container and network: whose they are, found again after the harness was killed. */
export const RUN = 'alibi.run';
export const HARNESS = 'alibi.harness';
export const NODE = 'alibi.node';

/** `{alibi.run, alibi.harness: "<pid>:<start time>"}` of this process. */
export function ownerLabels(runId: string): Record<string, string> {
  const { pid, start } = self();
  return { [RUN]: runId, [HARNESS]: `${pid}:${start}` };
}

/** Does the harness that `label` names still live? A label that is not ours counts as alive: it is left alone. */
export function ownerLives(label: string | undefined): boolean {
  const match = /^(\d+):(\d+)$/.exec(label ?? '');
  if (match === null) return true;
  const [pid, start] = [Number(match[1]), Number(match[2])];
  return start > 0 ? isAlive({ pid, start }) : exists(pid);
}

/** Where there is no /proc the start time is 0 and the pid must do. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
