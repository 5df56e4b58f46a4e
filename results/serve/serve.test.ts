import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, hasBrowser, seriousFindings } from '../testing/browser.ts';
import { raw, shelvedRun } from '../testing/shelf.ts';
import { serveShelf } from './server.ts';
import type { Item } from './shelf.ts';

const HOSTILE = '</script><img src=x onerror="document.title=\'pwned\'">';

let shelf: string;
let url: string;
let close: () => void;

beforeAll(async () => {
  const outside = mkdtempSync(join(tmpdir(), 'alibi-outside-'));
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  shelf = mkdtempSync(join(tmpdir(), 'alibi-shelf-'));
  shelvedRun(shelf, 'runs/one');
  shelvedRun(shelf, 'runs/other', { configuration: 'sync' });
  shelvedRun(shelf, 'runs/broken-promise', { anomaly: 'stale-read' });
  shelvedRun(shelf, 'runs/hostile', { configuration: HOSTILE, anomaly: HOSTILE });
  const live = shelvedRun(shelf, 'runs/going-on', { running: true });
  const events = [
    '{"alibi":"history","version":1}',
    '{"time":1,"process":"nemesis","type":"info","f":"phase","value":{"phase":"main"}}',
    '{"time":2,"process":0,"type":"invoke","f":"read"}',
    '{"time":3000000,"process":0,"type":"ok","f":"read"}',
    '{"time":4000000,"process":"nemesis","type":"info","f":"fault","value":{"id":1,"fault":"kill:one"}}',
    '{"time":5000000,"process":1,"type":"inv',
  ];
  writeFileSync(join(live, 'history.jsonl'), events.join('\n'));
  mkdirSync(join(shelf, 'runs/torn'));
  writeFileSync(join(shelf, 'runs/torn/run.json'), '{"version": 1, "id"');
  symlinkSync(outside, join(shelf, 'runs/one/secret'));
  const served = await serveShelf(shelf, 0);
  ({ url } = served);
  close = () => void served.server.close();
});
afterAll(() => close());

const items = async () => JSON.parse((await raw(url, '/api/runs')).body) as Item[];
const idOf = async (path: string) => (await items()).find((item) => item.path === path)?.id ?? 'none';

describe('the shelf', () => {
  it('lists every run once, also one that is under way and one whose files are torn', async () => {
    const found = (await items()).map(({ path, outcome }) => `${path} ${outcome}`).sort();
    expect(found).toEqual([
      'runs/broken-promise violation',
      'runs/going-on running',
      'runs/hostile violation',
      'runs/one valid',
      'runs/other valid',
      'runs/torn broken',
    ]);
  });

  it('sees a run that has come since, and a verdict that has changed', async () => {
    const directory = shelvedRun(shelf, 'runs/new', { running: true });
    expect((await items()).find(({ path }) => path === 'runs/new')?.outcome).toBe('running');
    shelvedRun(shelf, 'runs/new', { anomaly: 'split-brain' });
    expect((await items()).find(({ path }) => path === 'runs/new')).toMatchObject({
      outcome: 'violation',
      anomalies: ['split-brain'],
    });
    expect(directory).toContain(shelf);
  });

  it('gives the files of a run by name, and no other', async () => {
    const id = await idOf('runs/one');
    expect((await raw(url, `/item/${id}/`)).body).toContain('the report');
    expect((await raw(url, `/item/${id}/run.json`)).status).toBe(200);
    for (const path of [
      'secret/secret.txt',
      '../other/run.json',
      '..%2fother%2frun.json',
      '%2e%2e/other/run.json',
      'secret',
      'run.json%00.html',
    ])
      expect((await raw(url, `/item/${id}/${path}`)).status, path).toBe(404);
    for (const path of ['/../../etc/passwd', '/item/../run.json', '/item/none/run.json', '//etc/passwd'])
      expect((await raw(url, path)).status, path).toBe(404);
  });

  it('answers nobody who asks by another name, and changes nothing for anybody', async () => {
    expect((await raw(url, '/', { host: 'evil.example' })).status).toBe(403);
    expect((await raw(url, '/', { method: 'POST' })).status).toBe(403);
  });

  it('compares what is chosen, and says why where it cannot', async () => {
    const [one, other] = [await idOf('runs/one'), await idOf('runs/other')];
    expect((await raw(url, `/compare?id=${one}&id=${other}`)).body).toContain('reference:sync');
    const alone = await raw(url, `/compare?id=${one}`);
    expect([alone.status, alone.body]).toEqual([422, expect.stringContaining('at least two configurations')]);
  });

  it('follows a run that is under way, up to its last whole line', async () => {
    const view = JSON.parse((await raw(url, `/api/live/${await idOf('runs/going-on')}`)).body) as unknown;
    expect(view).toMatchObject({ ok: 1, fail: 0, info: 0, phase: 'main', faults: ['kill:one'] });
  });
});

describe.skipIf(!hasBrowser)('its page', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage({ bypassCSP: true });
    await page.goto(url);
  });
  afterAll(() => browser.close());
  const shown = () => page.locator('tbody tr').count();

  it('is searched, filtered and sorted', async () => {
    const all = await shown();
    await page.getByLabel('Search').fill('stale-read');
    expect(await shown()).toBe(1);
    await page.getByLabel('Search').fill('');
    await page.getByLabel('Outcome').selectOption('valid');
    expect(await shown()).toBe(2);
    await page.getByLabel('Outcome').selectOption('');
    await page.getByRole('button', { name: 'what' }).click();
    expect(await shown()).toBe(all);
    expect(await page.getByRole('columnheader', { name: 'what' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
  });

  it('shows hostile names as text', async () => {
    expect(await page.title()).toBe('Runs · alibi');
    const download = page.getByRole('link', { name: 'history', exact: true });
    expect(await download.getAttribute('download')).toBe('history.jsonl');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.getByText('onerror').count()).toBeGreaterThan(0);
  });

  it('compares what is ticked, and has nothing serious against it for those who cannot see it', async () => {
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('compare reference:async seed 1').first().check();
    await page.getByLabel('compare reference:sync seed 1').check();
    await page.getByRole('button', { name: 'Compare selected' }).click();
    await page.getByRole('heading', { name: 'PACELC, as measured' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });
});
