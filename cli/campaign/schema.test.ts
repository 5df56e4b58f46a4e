import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratch } from '../testing/alibi.ts';
import { UsageError } from '../usage.ts';
import { campaignJsonSchema, readCampaign } from './schema.ts';

/** What is said of a file with this text, without the file's directory. */
function saidOf(text: string): string {
  const path = join(scratch(), 'c.yaml');
  writeFileSync(path, text);
  try {
    readCampaign(path);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.message).not.toContain('\n');
    return error.message.slice(error.message.indexOf('c.yaml'));
  }
  return 'nothing';
}

describe('a campaign file that is wrong is told of in one sentence with line and column:', () => {
  it.each([
    ['a bracket that is never closed', 'matrix: [1,\n', /^c\.yaml:2:1: Flow sequence/],
    ['a key twice', 'name: a\nname: b\n', /^c\.yaml:2:1: Map keys must be unique/],
    ['an alias to nothing', 'name: *nobody\n', /^c\.yaml:1:\d+: Unresolved alias/],
    ['an unknown key', 'name: a\nmatrx:\n  seeds: 1\n', /^c\.yaml:2:1: matrx: there is no such key/],
    [
      'an unknown key in a variant',
      'matrix:\n  workloads: [set]\n  configurations:\n    - name: a\n      base: reference:sync\n      tme: 3\n',
      /^c\.yaml:6:7: matrix\.configurations\.0\.tme: there is no such key/,
    ],
    [
      'a wrong type inside a union',
      'matrix:\n  workloads: [set]\n  configurations:\n    - { name: a, base: reference:sync, time: soon }\n',
      /^c\.yaml:4:46: matrix\.configurations\.0\.time: Invalid input: expected number/,
    ],
    [
      'a value of no alternative',
      'matrix:\n  workloads: [set]\n  configurations: [3]\n',
      /^c\.yaml:3:20: matrix\.configurations\.0: expected string or object/,
    ],
    [
      'seeds in a form of their own',
      'matrix:\n  workloads: [set]\n  configurations: [reference]\n  seeds: 1-3\n',
      /^c\.yaml:4:10: matrix\.seeds: write FIRST\.\.LAST/,
    ],
    [
      'seeds that run backwards',
      'matrix:\n  workloads: [set]\n  configurations: [reference]\n  seeds: 3..1\n',
      /^c\.yaml:4:10: matrix\.seeds: the last seed comes before the first/,
    ],
    ['an empty file', '', /^c\.yaml:1:1: the file: /],
    ['no cells at all', 'name: nothing\n', /^c\.yaml:1:1: the file: it has no cells/],
  ])('%s', (_, text, said) => {
    expect(saidOf(text)).toMatch(said);
  });

  it('a file that is not there', () => {
    expect(() => readCampaign('/nowhere/c.yaml')).toThrow(
      new UsageError('Cannot read the campaign file /nowhere/c.yaml: ENOENT'),
    );
  });
});

describe('the JSON Schema of campaign files', () => {
  it('as published is what the command prints', () => {
    const published = fileURLToPath(new URL('../../docs/reference/campaign.schema.json', import.meta.url));
    // After a change: alibi campaign --schema > docs/reference/campaign.schema.json
    expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(campaignJsonSchema())),
    );
  });
});
