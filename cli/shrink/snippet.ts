/** A vitest file that asserts what a scenario shows, for a regression suite. `path`: of the scenario, from that file. */
export function snippet(path: string, anomaly: string, explanation: string): string {
  const text = (value: string): string => JSON.stringify(value);
  return `import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

// ${explanation.replace(/\s+/g, ' ')}
it(${text(`shows ${anomaly}`)}, () => {
  const scenario = join(import.meta.dirname, ${text(path)});
  const out = mkdtempSync(join(tmpdir(), 'alibi-'));
  const alibi = process.env.ALIBI ?? 'alibi';
  const { stdout } = spawnSync(alibi, ['run', '--scenario', scenario, '--out', out, '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const { anomalies } = JSON.parse(stdout) as { anomalies: { name: string; status: string }[] };
  expect(anomalies).toContainEqual(expect.objectContaining({ name: ${text(anomaly)}, status: 'violation' }));
});
`;
}
