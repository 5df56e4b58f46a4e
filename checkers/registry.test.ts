import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUARANTEES } from './guarantees.ts';
import { ANOMALIES, CHECKERS } from './registry.ts';
import { anomaliesPage } from '../scripts/anomalies.ts';

describe('the vocabulary', () => {
  it('is what docs/reference/anomalies.md lists: run scripts/anomalies.ts after a change', () => {
    const page = readFileSync(join(import.meta.dirname, '../docs/reference/anomalies.md'), 'utf8');
    expect(page).toBe(anomaliesPage());
  });
  it('defines every anomaly that a checker can report', () => {
    for (const { name, anomalies } of CHECKERS.values())
      for (const anomaly of anomalies) expect([...ANOMALIES.keys()], name).toContain(anomaly);
  });
  it('refutes only guarantees that exist, which imply only such', () => {
    for (const { name, violates } of ANOMALIES.values())
      for (const guarantee of violates) expect([...GUARANTEES.keys()], name).toContain(guarantee);
    for (const { name, implies } of GUARANTEES.values())
      for (const guarantee of implies) expect([...GUARANTEES.keys()], name).toContain(guarantee);
  });
  it('has every checker in docs/checkers.md', () => {
    const page = readFileSync(join(import.meta.dirname, '../docs/checkers.md'), 'utf8');
    for (const name of CHECKERS.keys()) expect(page, name).toContain(`\`${name}`);
  });
});
