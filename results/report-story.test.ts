import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from './report.ts';
import { executablePath, hasBrowser, seriousFindings } from './testing/browser.ts';
import { inventedRun } from './testing/invented-run.ts';

const run = inventedRun({ operations: 2000 });
const [gravest] = run.anomalies.filter((a) => a.status === 'violation');
const at = run.history.time[gravest.witness[0]];
/** The run with what a cluster of ours adds to it. */
const input = {
  ...run,
  nodes: ['n1', 'n2', 'n3'],
  faultWindows: run.faultWindows.map((f) =>
    f.family === 'cut-standbys' ? { ...f, links: ['n1→n2', 'n2→n1', 'n1→n3', 'n3→n1'] } : f,
  ),
  logs: run.logs.map((log) => ({
    ...log,
    around: [{ time: at + 1e6, text: `said by ${log.node} <b>meanwhile</b>` }],
  })),
};

describe.skipIf(!hasBrowser)('what surrounds a witness, in a browser', () => {
  let browser: Browser;
  let directory: string;
  let page: Page;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'alibi-report-'));
    await writeReport(join(directory, 'report.html'), input);
    browser = await chromium.launch({
      executablePath,
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
    page = await context.newPage();
    await page.goto(pathToFileURL(join(directory, 'report.html')).href);
    await page.getByRole('application').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(directory, { recursive: true });
  });

  it('tells the story of the key that the gravest witness is about', async () => {
    const section = page.getByRole('region', { name: 'The story of one key' });
    expect(await section.getByRole('combobox').inputValue()).toBe(gravest.key);
    expect(await section.getByRole('img', { name: `Versions of ${gravest.key as string}` }).count()).toBe(1);
    await section.getByText('Who saw which version when').click();
    const value = JSON.stringify(run.history.values[gravest.witness[0]]);
    const row = section
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: value, exact: true }) });
    expect(await row.getByRole('button').first().innerText()).toBe(`#${gravest.witness[0]}`);
  });

  it('shows which links were cut when, with a table beside the picture', async () => {
    await page.getByText('The cluster as a table').click();
    const cells = page.getByRole('row').filter({ hasText: 'n3→n1' }).getByRole('cell');
    expect(await cells.allInnerTexts()).toEqual(['cut', 'cut-standbys', '6.00 s', '9.00 s']);
  });

  it('puts the nodes’ own words and the witness’ operations into one order', async () => {
    const rows = page.locator('.logs tbody tr');
    const texts = await rows.allInnerTexts();
    const began = texts.findIndex((text) => text.includes(`#${gravest.witness[0]}`));
    const said = texts.findIndex((text) => text.includes('said by n1 <b>meanwhile</b>'));
    expect(began).toBeGreaterThanOrEqual(0);
    expect(said).toBeGreaterThan(began);
  });

  it('has nothing that axe-core finds serious', async () => {
    expect(await seriousFindings(page)).toEqual([]);
  });
});
