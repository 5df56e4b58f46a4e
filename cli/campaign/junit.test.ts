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

const ANY = /^[^<]*$/s;
const COUNT = /^\d+$/;
const TIME = /^\d+(\.\d{1,3})?$/;

/** The rules of junit-10.xsd of Jenkins' xUnit plugin, which GitLab's and GitHub's readers follow: what we use of it. */
const SCHEMA: Readonly<
  Record<string, { children: string[]; required: string[]; attributes: Readonly<Record<string, RegExp>> }>
> = {
  document: { children: ['testsuites', 'testsuite'], required: [], attributes: {} },
  testsuites: {
    children: ['testsuite'],
    required: [],
    attributes: { name: ANY, time: TIME, tests: COUNT, failures: COUNT, disabled: COUNT, errors: COUNT },
  },
  testsuite: {
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
    required: ['name', 'tests'],
    attributes: {
      name: ANY,
      tests: COUNT,
      failures: COUNT,
      errors: COUNT,
      skipped: COUNT,
      time: TIME,
      timestamp: ANY,
    },
  },
  testcase: {
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    required: ['name'],
    attributes: { name: ANY, classname: ANY, time: TIME },
  },
  failure: { children: [], required: [], attributes: { type: ANY, message: ANY } },
  error: { children: [], required: [], attributes: { type: ANY, message: ANY } },
  skipped: { children: [], required: [], attributes: { type: ANY, message: ANY } },
};

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
    const open: string[] = ['document'];
    for (const tag of campaignJunit(every, {}).matchAll(/<(\/?)([a-z]+)((?:\s+[a-z]+="[^"]*")*)\s*(\/?)>/g)) {
      const [, close, name, text, empty] = tag;
      if (close === '/') {
        open.pop();
        continue;
      }
      expect(SCHEMA[open[open.length - 1]].children).toContain(name);
      const given = new Map([...text.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
      for (const [key, value] of given)
        expect(value).toMatch(SCHEMA[name].attributes[key] ?? /no such attribute/);
      for (const key of SCHEMA[name].required) expect(given.has(key)).toBe(true);
      if (empty === '') open.push(name);
    }
    expect(open).toEqual(['document']);
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
