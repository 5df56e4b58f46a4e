import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Json } from '../../harness/history/event.ts';
import type { Scripted } from '../../harness/generator/scripted.ts';
import { MILLISECOND } from '../../harness/runtime/types.ts';
import type { Planned } from '../../nemesis/schedule.ts';
import { resolveRun, runConfigSchema, type ResolvedRun, type RunConfig } from '../run/config.ts';
import { UsageError } from '../usage.ts';
import { version } from '../version.ts';
import { parseYaml } from '../yaml.ts';

/** The format of scenarios that this release writes, and the only one it runs. */
export const SCENARIO_VERSION = 1;

const time = z.number().nonnegative();
const json = z.json() as unknown as z.ZodType<Json>;

/** A run by name: every operation and every fault with its moment, ns after the clients began. */
export const scenarioSchema = z.strictObject({
  alibi: z.literal('scenario'),
  version: z.literal(SCENARIO_VERSION),
  /** The release that wrote it: another one may not show the same. */
  madeBy: z.string(),
  /** The anomaly that it shows, if it was made to show one. */
  shows: z.string().nullable(),
  /** Everything else that decides the run; its `nemesis` names the faults that the schedule uses. */
  config: runConfigSchema,
  /** Client operations; `process` is one of `config.concurrency` clients, from 0. */
  operations: z.array(
    z.strictObject({
      process: z.int().nonnegative(),
      time,
      f: z.string(),
      key: json.optional(),
      value: json.optional(),
      node: z.string().optional(),
    }),
  ),
  faults: z.array(z.strictObject({ time, f: z.enum(['fault', 'heal']), fault: z.string() })),
});

export type Scenario = z.infer<typeof scenarioSchema>;

/** What a run does instead of what its workload and its schedule would generate. */
export interface Script {
  readonly operations: readonly Scripted[];
  readonly faults: readonly Planned[];
}

/** @throws UsageError one sentence with file, line and column, or naming the version that it is of. */
export function readScenario(path: string): Scenario {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`There is no scenario ${path} that can be read`);
  }
  const content = parsed(text);
  if (content !== null && content.alibi === 'scenario' && content.version !== SCENARIO_VERSION)
    throw new UsageError(
      `${path} is a scenario of format version ${String(content.version)}, and this release runs version ` +
        `${SCENARIO_VERSION}: use the release that wrote it (${String(content.madeBy)})`,
    );
  const found = scenarioSchema.safeParse(content);
  const scenario = found.success ? found.data : parseYaml(path, text, scenarioSchema);
  checkParts(path, scenario);
  return scenario;
}

function parsed(text: string): { readonly [name: string]: unknown } | null {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' ? (content as { readonly [name: string]: unknown } | null) : null;
  } catch {
    return null;
  }
}

function checkParts(path: string, { config, operations, faults }: Scenario): void {
  const stranger = operations.findIndex(({ process }) => process >= config.concurrency);
  if (stranger >= 0)
    throw new UsageError(
      `${path}: operation ${stranger} is of process ${operations[stranger].process}, ` +
        `and there are ${config.concurrency} (config.concurrency), from 0`,
    );
  const known = config.nemesis.split(',');
  const unknown = faults.find(({ fault }) => !known.includes(fault));
  if (unknown)
    throw new UsageError(
      `${path}: the schedule names the fault ${unknown.fault}, which config.nemesis lacks`,
    );
}

/** The run of a scenario. @throws UsageError for a configuration that cannot be run. */
export function runOf({ config, operations, faults }: Scenario): ResolvedRun {
  return scriptedRun(config, {
    operations: operations.map(({ process: thread, time: at, f, key, value, node }) =>
      scriptedOperation(thread, at, { f, key, value, node }),
    ),
    faults: faults.map(({ time: at, f, fault }) => ({ at: at / MILLISECOND, f, fault })),
  });
}

interface Parts {
  readonly f: string;
  readonly key?: Json | undefined;
  readonly value?: Json | undefined;
  readonly node?: string | null | undefined;
}

/** An operation with the parts that it has. */
export function scriptedOperation(thread: number, at: number, { f, key, value, node }: Parts): Scripted {
  return {
    f,
    thread,
    at,
    ...(key === undefined || key === null ? {} : { key }),
    ...(value === undefined || value === null ? {} : { value }),
    ...(node === undefined || node === null ? {} : { node }),
  };
}

/** A run that does what the script says. @throws UsageError for a configuration that cannot be run. */
export function scriptedRun(config: RunConfig, script: Script): ResolvedRun {
  return { ...resolveRun(config), script };
}

export function scenarioOf(config: RunConfig, script: Script, shows: string | null): Scenario {
  return {
    alibi: 'scenario',
    version: SCENARIO_VERSION,
    madeBy: version(),
    shows,
    config,
    operations: script.operations.map(({ thread, at, f, key, value, node }) => ({
      process: thread,
      time: at,
      f,
      ...(key === undefined || key === null ? {} : { key }),
      ...(value === undefined || value === null ? {} : { value }),
      ...(node === undefined ? {} : { node }),
    })),
    faults: script.faults.map(({ at, f, fault }) => ({ time: Math.round(at * MILLISECOND), f, fault })),
  };
}

/** A line an operation: such files are read and compared. */
export function scenarioText({ operations, faults, ...rest }: Scenario): string {
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  const list = (items: readonly object[]): string =>
    items.length === 0 ? '[]' : `[\n    ${items.map((item) => JSON.stringify(item)).join(',\n    ')}\n  ]`;
  return `${head},\n  "operations": ${list(operations)},\n  "faults": ${list(faults)}\n}\n`;
}
