// Runs swarms of the sources beside it, which a mutation may have changed, and says what became of them:
// `node --import tsx probe.ts '{"configurations":["sync"],"seeds":8}'`. The first line on stdout is the answer.
import { makeTrial } from '../lab/trial.ts';
import { drawRun } from '../swarm/draw.ts';
import type { Probed, Probing } from './mutate.ts';

async function probe({ configurations, seeds }: Probing): Promise<Probed> {
  let vacuous = 0;
  let runs = 0;
  for (let seed = 1; seed <= seeds; seed++)
    for (const configuration of configurations) {
      const { config } = drawRun({ cluster: 'reference', configuration }, String(seed));
      const { outcome, reason } = await makeTrial({ config });
      runs += 1;
      if (outcome === 'violation' || outcome === 'error' || outcome === 'unknown')
        return { caught: `${outcome}: ${reason ?? ''}`, runs };
      if (outcome === 'inconclusive') vacuous += 1;
    }
  // A sound store serves in nearly every run: one that does not has been found out as well.
  return { caught: vacuous * 4 > runs ? `${vacuous} of ${runs} runs prove nothing` : null, runs };
}

const [, , probing] = process.argv;
if (probing !== undefined)
  void probe(JSON.parse(probing) as Probing).then(
    (probed) => process.stdout.write(`${JSON.stringify(probed)}\n`),
    (error: unknown) =>
      process.stdout.write(`${JSON.stringify({ caught: `broke: ${String(error)}`, runs: 0 })}\n`),
  );
