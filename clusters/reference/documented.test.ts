import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BUGS, WALKED } from './bugs.ts';
import { reference } from './definition.ts';
import { MARKS } from './marks.ts';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const pages = read('reference-store.md') + read('partitioning.md');
const record = read('evidence/swarm.md');

const namesOf = (named: Iterable<{ readonly name: string }>) => [...named].map(({ name }) => name);

describe('the documentation', () => {
  it.each([
    ['configuration', namesOf(reference.configurations)],
    ['setting', namesOf(reference.settings)],
    ['bug', [...BUGS.keys(), ...WALKED.keys()]],
  ])('names every %s', (_what, names) => {
    expect(names.filter((name) => !new RegExp(`[\`: ]${name}[\`=]`).test(pages))).toEqual([]);
  });
});

describe('the record of swarms', () => {
  const rows = record.split('\n').flatMap((line) => {
    const [, name, runs, violations, undecided, vacuous, , , , marks] = line
      .split('|')
      .map((cell) => cell.trim());
    return Number(runs) >= 1000 && vacuous?.endsWith('%')
      ? [{ name, violations, undecided, vacuous: parseFloat(vacuous), marks }]
      : [];
  });

  it('has runs of every configuration, none of which broke its claim, and few of which prove nothing', () => {
    const listed = new Set(rows.map(({ name }) => name));
    expect(namesOf(reference.configurations).filter((name) => !listed.has(name))).toEqual([]);
    for (const row of rows) {
      expect(row).toMatchObject({ violations: '0', undecided: '0' });
      expect(row.vacuous, row.name).toBeLessThanOrEqual(5);
    }
  });

  it('has reached every rare state', () => {
    const never = namesOf(MARKS.values()).filter(
      (mark) => !rows.some(({ marks }) => new RegExp(`${mark} [1-9]`).test(marks)),
    );
    expect(never).toEqual([]);
  });
});
