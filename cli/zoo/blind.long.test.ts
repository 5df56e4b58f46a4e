import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUGS } from '../../clusters/reference/bugs.ts';
import { executablePath, hasBrowser } from '../../results/testing/browser.ts';
import { checklistOf, diagnose } from '../testing/diagnosis.ts';

// All of them: scripts/diagnosis.ts.
describe.skipIf(!hasBrowser)('the report alone, without the defect’s name', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    });
  });
  afterAll(() => browser?.close());

  it.each(['ack-before-quorum', 'no-read-confirmation'])(
    'names the anomaly, the witness, the fault and the responsible write of %s',
    { timeout: 120_000 },
    async (name) => {
      const bug = BUGS.get(name)!;
      const said = await diagnose(bug, ['1', '2', '3'], browser);
      expect(said?.named).toBe(false);
      expect(checklistOf(bug, said!)).toEqual({ anomaly: true, witness: true, fault: true, write: true });
      // The list can miss: a page says nothing of a fault that was not dealt.
      const other = { ...bug, profile: { ...bug.profile, nemesis: 'clock:one:+5s' }, expected: 'divergence' };
      expect(checklistOf(other, said!)).toMatchObject({ anomaly: false, fault: false });
    },
  );
});
