import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { campaignAnnotations } from './annotations.ts';
import { campaignPage } from './index-page.ts';
import { campaignJunit } from './junit.ts';
import type { CampaignResults, CellResult } from './summary.ts';

const HOSTILE = '</script><img src=x onerror=alert(1)>"\'&\u0000\n::error::%';

function cell(more: Partial<CellResult>): CellResult {
  return {
    ...{ configuration: 'db', workload: 'set', faults: 'kill:one', notApplicable: null, expect: null },
    ...{ outcomes: {}, planned: 1, anomalies: {}, timeToViolation: { seconds: null, atLeast: 0 } },
    ...{ surprises: [], runs: [] },
    ...more,
  };
}

function run(key: string, outcome: CellResult['runs'][number]['outcome'], reason: string | null = null) {
  return { key, seed: key, outcome, reason, anomalies: [] };
}

const results = (...cells: CellResult[]): CampaignResults => ({
  ...{ version: 1, name: HOSTILE, totals: { valid: 1 }, exitCode: 1 },
  cells,
});

/** A campaign with a run of every kind. */
const every = results(
  cell({
    surprises: [{ key: 'b', seed: 'b', why: HOSTILE }],
    runs: [run('a', 'valid'), run('b', 'violation'), run('c', 'error', HOSTILE), run('d', 'unknown')],
  }),
  cell({ workload: 'lww', faults: 'failover', notApplicable: 'nobody leads', planned: 0 }),
);

/** Elements of well-formed XML without comments, in order: `<name …>` as they open. Throws where it is not. */
function elements(text: string): { name: string; attributes: Record<string, string> }[] {
  const open: string[] = [];
  const found: { name: string; attributes: Record<string, string> }[] = [];
  const rest = text
    .replace(/^<\?xml [^?]*\?>/, '')
    .replace(
      /<(\/?)([a-z]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>/g,
      (_, close: string, name: string, attributes: string, empty: string) => {
        if (close === '/') expect(open.pop()).toBe(name);
        else {
          const pairs = [...attributes.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]);
          found.push({ name, attributes: Object.fromEntries(pairs) as Record<string, string> });
          if (empty === '') open.push(name);
        }
        return '';
      },
    );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!#\d+;)/);
  return found;
}

const XSD = join(import.meta.dirname, 'testing/jenkins-junit.xsd');

interface Rule {
  /** Elements that it may hold, in this order. */
  readonly children: readonly string[];
  readonly attributes: ReadonlySet<string>;
  readonly required: readonly string[];
}

/** What Jenkins' own schema (by its licence, the file says) allows of each element. */
function schema(): ReadonlyMap<string, Rule> {
  const tops = readFileSync(XSD, 'utf8')
    .split(/^ {4}(?=<xs:element name=)/m)
    .slice(1);
  const names = (text: string, pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].map(([, name]) => name);
  return new Map(
    tops.map((top): [string, Rule] => [
      names(top, /^<xs:element name="([^"]+)"/g)[0],
      {
        children: names(top, /<xs:element ref="([^"]+)"/g),
        attributes: new Set(names(top, /<xs:attribute name="([^"]+)"/g)),
        required: names(top, /<xs:attribute name="([^"]+)"[^>]*use="required"/g),
      },
    ]),
  );
}

const xmllint = spawnSync('xmllint', ['--version']).error === undefined;

describe('junit.xml', () => {
  it('counts violations, broken runs, doubtful runs and what cannot be run apart', () => {
    const found = elements(campaignJunit(every, {}));
    const counts = found
      .filter(({ name }) => name.startsWith('testsuite'))
      .map(({ attributes: a }) => [a['tests'], a['failures'], a['errors'], a['skipped']]);
    expect(counts).toEqual([
      ['5', '1', '2', undefined],
      ['4', '1', '2', '0'],
      ['1', '0', '0', '1'],
    ]);
    const types = found
      .filter(({ name }) => ['failure', 'error', 'skipped'].includes(name))
      .map(({ name, attributes }) => [name, attributes['type']]);
    expect(types).toEqual([
      ['failure', 'violation'],
      ['error', 'infrastructure'],
      ['error', 'unknown'],
      ['skipped', undefined],
    ]);
  });

  it('keeps to the schema that CI servers validate by', () => {
    const rules = schema();
    expect([...rules.keys()]).toContain('testcase');
    const open: { name: string; at: number }[] = [];
    for (const tag of campaignJunit(every, {}).matchAll(/<(\/?)([a-z]+)((?:\s+[a-z]+="[^"]*")*)\s*(\/?)>/g)) {
      const [, close, name, text, empty] = tag;
      if (close === '/') {
        open.pop();
        continue;
      }
      const parent = open.at(-1);
      if (parent) {
        const at = rules.get(parent.name)!.children.indexOf(name);
        expect(at, `${name} in ${parent.name}`).toBeGreaterThanOrEqual(parent.at);
        parent.at = at;
      } else expect(name).toBe('testsuites');
      const { attributes, required } = rules.get(name)!;
      const given = [...text.matchAll(/([a-z]+)="/g)].map(([, key]) => key);
      expect(
        given.filter((key) => !attributes.has(key)),
        name,
      ).toEqual([]);
      expect(
        required.filter((key) => !given.includes(key)),
        name,
      ).toEqual([]);
      if (empty === '') open.push({ name, at: 0 });
    }
    expect(open).toEqual([]);
  });

  it.skipIf(!xmllint)('is valid by that schema for a validator of others', () => {
    const told = (input: string) => spawnSync('xmllint', ['--noout', '--schema', XSD, '-'], { input });
    expect(told(campaignJunit(every, {})).stderr.toString()).toBe('- validates\n');
    expect(told(campaignJunit(results(), {})).status).toBe(0);
    expect(told(campaignJunit(every, {}).replace('<skipped>', '<skipped message="">')).status).not.toBe(0);
  });

  it('has no character that XML does not know', () => {
    expect(campaignJunit(every, {})).not.toMatch(/[\u0000-\u0008]/);
  });
});

it('annotations keep to one line each, whatever the messages hold', () => {
  const lines = campaignAnnotations(every, null).trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toMatch(/^::(error|warning) title=[^:,]*::/);
  expect(lines[0]).toContain('%0A::error::%25');
});

it('the index shows hostile names as text', () => {
  const page = campaignPage(every, null, new Set());
  expect(page).not.toContain('<img');
  expect(page).toContain('&#60;img src=x');
});
