import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../usage.ts';
import { parseYaml } from '../yaml.ts';

const names = z.array(z.string().min(1)).min(1);
const settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Options of a run, as on the command line of `alibi run`; durations in seconds. */
export const options = z.strictObject({
  world: z.enum(['process', 'docker', 'sim']).optional(),
  time: z.number().positive().optional(),
  rate: z.number().nonnegative().optional(),
  concurrency: z.int().positive().optional(),
  nodes: z.int().positive().optional(),
  keys: z.int().positive().optional(),
  transactionSize: z.int().positive().optional(),
  faultEvery: z.number().positive().optional(),
  faultFor: z.number().positive().optional(),
  operationTimeout: z.number().positive().optional(),
  consistency: z.array(z.string()).optional(),
  settings: settings.optional(),
});

const configuration = z.union([
  z.string().describe('cluster:configuration'),
  z.strictObject({
    name: z.string().describe('what this variant is called in tables'),
    base: z.string().describe('cluster:configuration'),
    ...options.shape,
  }),
]);

const seeds = z
  .union([
    z
      .string()
      .regex(/^\d+\.\.\d+$/, 'write FIRST..LAST, such as 1..10')
      .refine(
        (text) => /^(\d+)\.\.(\d+)$/.test(text) && ascends(text),
        'the last seed comes before the first',
      ),
    z.int().nonnegative(),
  ])
  .describe('one seed, or FIRST..LAST');

function ascends(seeds: string): boolean {
  const [first, last] = seeds.split('..').map(BigInt);
  return first <= last;
}

/** Which cells something is about; what is left out matches every one. */
const where = {
  configuration: z.string().optional(),
  workload: z.string().optional(),
  faults: z.string().optional(),
};

export const campaignSchema = z
  .strictObject({
    name: z.string().optional(),
    matrix: z
      .strictObject({
        configurations: z.array(configuration).min(1),
        workloads: names,
        faults: z
          .array(z.string())
          .min(1)
          .default(['none'])
          .describe('faults as for --nemesis; none = no fault'),
        seeds: seeds.default('1..3'),
      })
      .optional(),
    include: z
      .array(
        z.strictObject({
          configuration,
          workload: z.string(),
          faults: z.string().default('none'),
          seeds: seeds.default('1..3'),
          ...options.shape,
        }),
      )
      .default([])
      .describe('cells besides the matrix'),
    exclude: z.array(z.strictObject(where)).default([]).describe('cells of the matrix to leave out'),
    options: options.default({}).describe('for every run, unless a configuration says otherwise'),
    expect: z
      .array(
        z.strictObject({
          ...where,
          outcome: z.enum(['valid', 'violation', 'unknown', 'inconclusive', 'error']),
          anomalies: z.array(z.string()).default([]).describe('that must be proven in every run of the cell'),
        }),
      )
      .default([])
      .describe('what must come of cells; the last that matches counts'),
    budget: z
      .strictObject({ runs: z.int().positive().optional(), minutes: z.number().positive().optional() })
      .default({})
      .describe('stop beginning runs when it is spent'),
    retries: z
      .int()
      .nonnegative()
      .default(1)
      .describe('of runs that broke in themselves, never of violations'),
    retain: z
      .enum(['all', 'notable', 'none'])
      .default('notable')
      .describe(
        'whose histories and reports are kept: all, those of runs that were not as expected or not valid, or none',
      ),
    dockerJobs: z.int().positive().default(2).describe('runs in Docker at a time, whatever --jobs says'),
  })
  .refine((file) => file.matrix !== undefined || file.include.length > 0, {
    message: 'it has no cells: give a matrix, or include some',
  });

export type CampaignFile = z.infer<typeof campaignSchema>;
export type CampaignOptions = z.infer<typeof options>;
export type CampaignConfiguration = z.infer<typeof configuration>;

/**
 * Reads a campaign file.
 * @throws UsageError one sentence with file, line and column.
 */
export function readCampaign(path: string): CampaignFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `Cannot read the campaign file ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
    );
  }
  return parseYaml(path, text, campaignSchema);
}

/** The JSON Schema of campaign files, for the completion of editors. */
export function campaignJsonSchema(): object {
  return {
    ...z.toJSONSchema(campaignSchema, { io: 'input', unrepresentable: 'any' }),
    title: 'An Alibi campaign',
  };
}
