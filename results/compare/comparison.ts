import { randomStream } from '../../harness/runtime/random.ts';
import { differencesOf, type Difference } from './differences.ts';
import { measuresOf, type Measures } from './measures.ts';
import { groupBy, type ComparedRun } from './run.ts';
import { TEXTBOOK, type TextbookRow } from './textbook.ts';

/** Configurations side by side: the document of `alibi compare --json`. */
export interface Comparison {
  readonly version: 1;
  readonly configurations: readonly Measures[];
  /** From the first configuration. */
  readonly differences: readonly Difference[];
  readonly textbook: readonly TextbookRow[];
  /** Runs whose files are not as the run left them, a sentence each. */
  readonly doubts: readonly string[];
}

/** Compares runs by configuration, in the order in which configurations first appear. */
export function compare(runs: readonly ComparedRun[]): Comparison {
  const configurations = groupBy(runs, (run) => run.configuration);
  // The bootstrap's draws are the same for the same runs, so that a comparison can be made again.
  const random = randomStream('compare', 'bootstrap');
  return {
    version: 1,
    configurations: [...configurations].map(([name, of]) => measuresOf(name, of, random)),
    differences: differencesOf(configurations),
    textbook: TEXTBOOK,
    doubts: runs.flatMap(({ doubts = [] }) => doubts),
  };
}
