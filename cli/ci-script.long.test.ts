import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { scratch } from './testing/alibi.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A night by the script that the workflows in docs/ci call. */
function night(cwd: string, bug: string) {
  writeFileSync(
    join(cwd, 'c.yaml'),
    `
matrix: { configurations: [{ name: store, base: 'reference:sync', settings: { bug: ${bug} } }], workloads: [set], faults: ['cut-standbys,failover'], seeds: 1..3 }
options: { world: sim, time: 12, rate: 100 }
`,
  );
  const { status, stderr } = spawnSync('bash', [join(root, 'docs/ci/nightly.sh')], {
    cwd,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...{
        CAMPAIGN: 'c.yaml',
        NIGHTS: 'nights',
        KEEP: '2',
        ALIBI: `${process.execPath} ${join(root, 'bin/alibi.js')}`,
      },
      GITHUB_STEP_SUMMARY: join(cwd, 'step.md'),
    },
  });
  return { status, stderr };
}

it('the script of the nightly workflows fails for what is new, and keeps as many nights as it is told', () => {
  const cwd = scratch();
  // A night long ago, which the last two are to push out.
  mkdirSync(join(cwd, 'nights/20200101T000000Z'), { recursive: true });
  expect(night(cwd, 'none')).toMatchObject({ status: 0 });
  expect(night(cwd, 'ack-before-quorum')).toMatchObject({ status: 1 });
  expect(night(cwd, 'ack-before-quorum')).toMatchObject({ status: 0 });
  const kept = readdirSync(join(cwd, 'nights')).sort();
  expect(kept).toHaveLength(2);
  expect(kept).not.toContain('20200101T000000Z');
  const summary = readFileSync(join(cwd, 'step.md'), 'utf8');
  expect(summary).toMatch(/\| new \| lost-acknowledged-write/);
  expect(summary).toMatch(/\| known \| lost-acknowledged-write/);
});
