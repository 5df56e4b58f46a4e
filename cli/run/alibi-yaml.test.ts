import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../testing/alibi.ts';
import { applyOwnConfiguration } from './alibi-yaml.ts';
import { resolveRun } from './config.ts';

function directory(yaml: string, files: Record<string, string> = {}): string {
  const path = scratch();
  for (const [name, text] of Object.entries({ 'alibi.yaml': yaml, ...files }))
    writeFileSync(join(path, name), text);
  return path;
}

const OWN = `configurations:
  mine:
    base: postgres:sync-first-1
    settings: { reads: any }
    files: { postgresql.conf: my.conf }
    claim: { guarantee: [durable], tolerates: { faults: [kill], howMany: 1 }, source: our runbook }
`;

describe('a configuration of one’s own', () => {
  it('is its base with settings, files and a claim', () => {
    const at = directory(OWN, { 'my.conf': "work_mem = '8MB'\nreads = 'never'\n" });
    const run = resolveRun(applyOwnConfiguration({ cluster: 'mine' }, at));
    expect(run.config).toMatchObject({ cluster: 'postgres', configuration: 'sync-first-1' });
    expect(run.settings).toMatchObject({ reads: 'any', work_mem: '8MB' });
    expect(run.claim).toMatchObject({ guarantee: ['durable'], source: 'our runbook' });
  });

  it.each([
    ['configurations:\n  mine:\n    bse: postgres\n', /alibi\.yaml:\d:\d+: configurations\.mine/],
    ['configurations:\n  - mine\n', /alibi\.yaml:2:3: configurations/],
    ['configurations: {mine: {base: [}}', /alibi\.yaml:1:\d+: /],
    [OWN, /postgresql\.conf \(my\.conf\): .*no such file/],
    [OWN.replace('postgresql.conf:', 'my.cnf:'), /Unknown configuration file of postgres "my\.cnf"/],
  ])('that is wrong is refused with file, line and column: %j', (yaml, message) => {
    expect(() => applyOwnConfiguration({ cluster: 'mine' }, directory(yaml))).toThrow(message);
  });

  it('that nobody wrote is an unknown cluster', () => {
    expect(() => applyOwnConfiguration({ cluster: 'mein' }, directory(OWN))).toThrow(
      /Unknown cluster "mein".*did you mean mine/,
    );
  });
});
