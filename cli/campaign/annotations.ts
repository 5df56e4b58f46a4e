import { isRegression, type Regressions } from './regressions.ts';
import { placeOf, type CampaignResults } from './summary.ts';

/** GitHub shows ten of a kind at most in a step; more would push the gravest out. */
const MOST = 10;

/**
 * Lines that GitHub's runner turns into annotations (`cat annotations.txt` in a step): what came otherwise than
 * expected as errors, new findings first; what broke or proved nothing as warnings.
 */
export function campaignAnnotations(results: CampaignResults, regressions: Regressions | null): string {
  const fresh = (regressions?.findings ?? [])
    .filter(isRegression)
    .map((one) =>
      line(
        'error',
        `${one.change}: ${one.anomaly}`,
        `${one.configuration} · ${one.workload}, ${one.now.hits} of ${one.now.runs} runs`,
      ),
    );
  const surprises = results.cells.flatMap((cell) =>
    cell.surprises.map(({ seed, why }) => line('error', placeOf(cell), `seed ${seed}: ${why}`)),
  );
  const doubtful = results.cells.flatMap((cell) =>
    cell.runs
      .filter(({ outcome }) => outcome === 'error' || outcome === 'unknown' || outcome === 'inconclusive')
      .map(({ seed, outcome, reason }) =>
        line('warning', placeOf(cell), `seed ${seed}: ${outcome}: ${reason ?? ''}`),
      ),
  );
  return [...[...fresh, ...surprises].slice(0, MOST), ...doubtful.slice(0, MOST)]
    .map((text) => `${text}\n`)
    .join('');
}

/** A workflow command: the message ends at the line's end, and a property at a comma or a colon. */
function line(level: 'error' | 'warning', title: string, message: string): string {
  const data = (text: string) => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  const property = (text: string) => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
  return `::${level} title=${property(title)}::${data(message)}`;
}
