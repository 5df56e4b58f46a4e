// The pages that alibi serves besides the list, in a browser: a run and a game day as they happen, trends, a comparison;
// by day and by night, and for those who cannot see them.
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, hasBrowser, seriousFindings } from '../testing/browser.ts';
import { shelvedNight, shelvedRun } from '../testing/shelf.ts';
import { serveShelf } from './server.ts';
import { idOf } from './shelf.ts';

const TIMETABLE = 'cut-standbys@3..8,failover@5..7';
const ns = (seconds: number): number => Math.round(seconds * 1e9);

/** A history's lines: an answer every tenth of a second, from and to, in seconds. */
function answers(from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at += 0.1)
    text +=
      `{"time":${ns(at)},"process":0,"type":"invoke","f":"add"}\n` +
      `{"time":${ns(at + 0.01)},"process":0,"type":"ok","f":"add"}\n`;
  return text;
}

const noted = (at: number, f: string, value: object): string =>
  `${JSON.stringify({ time: ns(at), process: 'nemesis', type: 'info', f, value })}\n`;

/** Latency and availability as a comparison reads them, of an operation that takes about `ms`. */
function stats(ms: number): object {
  const share = { seconds: 5, attempts: 500, ok: 500, fail: 0, info: 0, availability: 1, okPerSecond: 100 };
  const figures = { p50: ms, p99: 3 * ms, p999: 5 * ms, max: 9 * ms, count: 500 };
  const curve = [0.6, 0.8, 1, 1.2, 1.5, 2, 3, 4, 5].map((factor) => factor * ms);
  return {
    performance: {
      ...{ total: share, duringFaults: share, withoutFaults: share },
      ...{ calmMedians: { read: ms }, faults: [], seconds: [] },
      latency: [{ f: 'read', type: 'ok', ...figures, curve }],
    },
  };
}

describe.skipIf(!hasBrowser)('the pages of a shelf', () => {
  let shelf: string;
  let url: string;
  let close: () => void;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    shelf = mkdtempSync(join(tmpdir(), 'alibi-pages-'));
    shelvedRun(shelf, 'async', { anomaly: 'stale-read', stats: stats(1) });
    shelvedRun(shelf, 'sync', { configuration: 'sync', stats: stats(3) });
    shelvedNight(shelf, 'night-1', { day: '2026-11-20', hits: 10, runs: 10 });
    shelvedNight(shelf, 'night-2', { day: '2026-11-21', hits: 6, runs: 10 });
    shelvedNight(shelf, 'night-3', { day: '2026-11-22', hits: 0, runs: 10 });
    const served = await serveShelf(shelf, 0);
    ({ url } = served);
    close = () => {
      served.server.closeAllConnections();
      served.server.close();
    };
    browser = await chromium.launch({
      executablePath,
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    });
    page = await (await browser.newContext({ bypassCSP: true })).newPage();
  });
  afterAll(async () => {
    await browser?.close();
    close?.();
  });

  /** Nothing serious against it in either scheme, and it really has two. */
  const fitForAll = async (): Promise<void> => {
    const papers: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      papers.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      expect(await seriousFindings(page), colorScheme).toEqual([]);
    }
    expect(new Set(papers).size).toBe(2);
    await page.emulateMedia({ colorScheme: 'light' });
  };

  it('a game day under way: counts as they come, the silence, the timetable, and its account in the end', async () => {
    const day = shelvedRun(shelf, 'day', { running: true, timetable: TIMETABLE });
    writeFileSync(join(day, 'gameday.yaml'), 'name: a day\n');
    const history = join(day, 'history.jsonl');
    writeFileSync(history, `{"alibi":"history","version":1}\n${noted(0.5, 'phase', { phase: 'main' })}`);
    appendFileSync(history, answers(0.6, 2.5));
    await page.goto(`${url}live/${idOf('day')}`);
    const card = (title: string) => page.locator('.card', { hasText: title });
    const states = () => page.locator('#steps .state').allInnerTexts();
    await card('so far').waitFor();
    expect(await card('faults in place').innerText()).toContain('none');
    expect(await page.locator('.card b.valid').innerText()).toBe('19');
    expect(await states()).toEqual(['to come', 'to come']);

    // The links are cut, and nobody is answered any more.
    appendFileSync(history, noted(3.5, 'fault', { id: 1, fault: 'cut-standbys' }));
    appendFileSync(history, `{"time":${ns(6.2)},"process":1,"type":"info","f":"add"}\n`);
    await expect.poll(states, { timeout: 10_000 }).toEqual(['under way', 'under way']);
    expect(await card('faults in place').innerText()).toContain('cut-standbys');
    expect(await card('since the last ok').innerText()).toContain('3.8 s');
    expect(await page.locator('#rate rect').count()).toBe(120);
    // What came to no good is not drawn as answered.
    const drawn = (fill: string) =>
      page.evaluate<number>(
        `[...document.querySelectorAll('#rate rect[fill="var(--${fill})"]')].filter((bar) => Number(bar.getAttribute('height')) > 0).length`,
      );
    expect(await drawn('c0')).toBe(3);
    expect(await drawn('violation')).toBe(1);
    await fitForAll();

    appendFileSync(history, noted(8.5, 'heal', { id: 1, fault: 'cut-standbys' }) + answers(8.6, 9));
    await expect.poll(states, { timeout: 10_000 }).toEqual(['over', 'over']);
    expect(await card('longest without an ok').innerText()).toContain('6.2 s');

    // The run has ended, and its account is written: the page goes there by itself.
    writeFileSync(join(day, 'gameday.html'), '<!doctype html><title>the account</title>');
    shelvedRun(shelf, 'day', { timetable: TIMETABLE });
    await page.waitForURL(/\/item\/[0-9a-f]+\/gameday\.html$/, { timeout: 10_000 });
    expect(await page.title()).toBe('the account');
  }, 60_000);

  it('trends: a campaign’s nights, each violation’s share, and what became of it', async () => {
    await page.goto(url);
    await page.getByRole('link', { name: 'trends over nights' }).click();
    await page.getByRole('heading', { name: 'nightly' }).waitFor();
    const row = page.getByRole('row', { name: /lost-acknowledged-write/ });
    expect(await row.getByRole('cell').last().innerText()).toBe('fixed');
    expect(await row.innerText()).toContain('0 of 10');
    const shares = row.getByRole('img', { name: 'lost-acknowledged-write, night by night' });
    expect(await shares.locator('title').allTextContents()).toEqual([
      '2026-11-20 01:00: 10 of 10 runs',
      '2026-11-21 01:00: 6 of 10 runs',
      '2026-11-22 01:00: 0 of 10 runs',
    ]);
    await fitForAll();
  }, 60_000);

  it('a comparison: verdicts, letters, charts and figures, the wide tables moved by keyboard', async () => {
    await page.goto(`${url}compare?id=${idOf('async')}&id=${idOf('sync')}`);
    await page.getByRole('heading', { name: 'reference:async · reference:sync' }).waitFor();
    const verdicts = page.getByRole('table').first();
    expect(await verdicts.ariaSnapshot()).toContain('- columnheader "strongest not refuted"');
    expect(await verdicts.getByRole('row', { name: /reference:async/ }).innerText()).toContain('stale-read');
    expect(await page.getByRole('cell', { name: 'P?/E?' }).count()).toBe(4);
    expect(await page.getByRole('img').count()).toBeGreaterThanOrEqual(3);
    // Beside the textbook's letters, since both stand in for something there; the keyboard closes it.
    const usual = page.getByRole('cell', { name: 'single-node PostgreSQL' });
    await usual.waitFor();
    await page.getByText('The usual table, for comparison').focus();
    await page.keyboard.press('Enter');
    await usual.waitFor({ state: 'hidden' });
    await page.setViewportSize({ width: 480, height: 800 });
    await page.locator('.scroll').first().focus();
    await page.keyboard.press('ArrowRight');
    const moved = () => page.evaluate<number>("document.querySelector('.scroll').scrollLeft");
    await expect.poll(moved).toBeGreaterThan(0);
    await page.setViewportSize({ width: 1280, height: 900 });
    await fitForAll();
  }, 60_000);
});
