import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { options } from '../campaign/schema.ts';
import type { RunRequest } from '../run/config.ts';
import { stepText } from '../../nemesis/timetable.ts';
import { UsageError } from '../usage.ts';
import { parseYaml } from '../yaml.ts';

/** How long an operator's command is given, s: what it did is looked at by then. */
const COMMAND = 2;
/** Load after the last step, so that recovery can be seen, s. */
const AFTERWARDS = 10;

const seconds = z.number().nonnegative();

const limits = z.strictObject({
  outage: seconds.optional().describe('no kind of operation may go without an ok answer for longer, s'),
  recovered: seconds.optional().describe('after a step is lifted every kind is answered ok again within, s'),
  lost: z.int().nonnegative().optional().describe('acknowledged writes that may be gone at the end'),
  stale: z.number().nonnegative().optional().describe('no read may be older, ms'),
});

export type Limits = z.infer<typeof limits>;

const step = z
  .strictObject({
    at: seconds.describe('seconds after the clients began'),
    fault: z.string().optional().describe('as for --nemesis'),
    do: z.string().optional().describe('a command of the operator: failover, switchover, rolling-restart, …'),
    for: z.number().positive().optional().describe('seconds until it is lifted'),
    note: z.string().optional().describe('what is expected, for the account'),
  })
  .refine(({ fault, do: command }) => (fault === undefined) !== (command === undefined), {
    message: 'it has either a fault or a command to do',
  })
  .refine(({ fault, for: held }) => fault === undefined || held !== undefined, {
    message: 'a fault is held for some seconds: say for how many (for)',
  });

export const gamedaySchema = z.strictObject({
  name: z.string(),
  cluster: z.string().describe('cluster:configuration'),
  workload: z.string().optional(),
  seed: z.union([z.string(), z.int().nonnegative()]).optional(),
  options: options.omit({ faultEvery: true, faultFor: true }).default({}),
  timetable: z.array(step).min(1),
  limits: limits.default({}),
});

export type GamedayFile = z.infer<typeof gamedaySchema>;

/** @throws UsageError one sentence with file, line and column. */
export function readGameday(path: string): { readonly file: GamedayFile; readonly text: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `Cannot read the game day ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
    );
  }
  return { file: parseYaml(path, text, gamedaySchema), text };
}

/** The run that a game day is: its timetable instead of rounds of faults. */
export function requestOfGameday(path: string, file: GamedayFile): RunRequest {
  const [cluster, configuration, ...more] = file.cluster.split(':');
  if (more.length > 0) throw new UsageError(`${path}: cluster: write cluster:configuration`);
  const steps = file.timetable.map(({ at, fault, do: command, for: held = COMMAND }) => ({
    fault: fault ?? command ?? '',
    from: at,
    to: at + held,
  }));
  const comma = steps.find(({ fault }) => /[,@]/.test(fault));
  if (comma)
    throw new UsageError(
      `${path}: timetable: "${comma.fault}" is not one fault; give each a step of its own`,
    );
  const given = {
    configuration,
    workload: file.workload,
    seed: file.seed === undefined ? undefined : String(file.seed),
    ...file.options,
    time: file.options.time ?? Math.max(...steps.map(({ to }) => to)) + AFTERWARDS,
    timetable: steps.map(stepText).join(','),
  };
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { cluster, ...Object.fromEntries(present) };
}
