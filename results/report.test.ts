import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyOf } from '../harness/history/builder.ts';
import { renderReport, writeReport, type ReportInput } from './report.ts';
import { inventedRun } from './testing/invented-run.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser && process.env['ALIBI_REQUIRE_BROWSER'] === '1')
  throw new Error(`ALIBI_REQUIRE_BROWSER=1, but there is no browser at ${executablePath}`);

const HOSTILE = '</script><img src=x onerror="document.title=\'pwned\'"><!--<script>‮';

const bare: ReportInput = {
  title: 'a file',
  outcome: 'unknown',
  reasons: ['no operation of this history completed'],
  claim: null,
  asked: ['linearizable'],
  anomalies: [],
  history: historyOf([]),
  faultWindows: [],
  phases: [],
  config: {},
  commands: [],
  logs: [],
};

/** Hostile text wherever a history, a cluster or a user can put some. */
function hostileRun(): ReportInput {
  const input = inventedRun({ operations: 600, dress: (v) => `${HOSTILE}${v}` });
  return {
    ...input,
    title: HOSTILE,
    reasons: [HOSTILE],
    anomalies: input.anomalies.map((a) => ({
      ...a,
      title: HOSTILE,
      explanation: `${HOSTILE} #3`,
      evidence: { [HOSTILE]: HOSTILE },
    })),
    config: { [HOSTILE]: { [HOSTILE]: HOSTILE } },
    logs: [{ node: HOSTILE, file: HOSTILE, text: HOSTILE }],
    twin: { configuration: HOSTILE, command: HOSTILE, rows: [[HOSTILE, HOSTILE, HOSTILE]] },
    commands: [{ title: HOSTILE, command: HOSTILE }],
  };
}

describe('the file', () => {
  it('holds hostile text only as data: no markup of it is in the document', async () => {
    const html = await renderReport(hostileRun());
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html.match(/<\/script/g)).toHaveLength(3);
  });

  it('needs nothing from anywhere: no address, and a policy that would forbid it', async () => {
    const html = await renderReport(bare);
    expect(html).toMatch(
      /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/,
    );
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('says its outcome and why without JavaScript', async () => {
    expect(await renderReport(bare)).toContain(
      '<noscript><h1>unknown</h1><p>no operation of this history completed</p>',
    );
  });

  it('of ten thousand operations is below 1 MB', async () => {
    expect((await renderReport(inventedRun({ operations: 10_000 }))).length).toBeLessThan(1_000_000);
  });
});

describe.skipIf(!hasBrowser)('the report in a browser', () => {
  let browser: Browser;
  let directory: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'alibi-report-'));
    browser = await chromium.launch({
      executablePath,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(directory, { recursive: true });
  });

  /** Opens a report from disk, and notes whatever it does that it should not. */
  async function open(input: ReportInput, options: BrowserContextOptions = {}): Promise<Page> {
    const path = join(directory, 'report.html');
    await writeReport(path, input);
    complaints.length = 0;
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(path).href) complaints.push(`request: ${request.url()}`);
    });
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    await page.goto(pathToFileURL(path).href);
    return page;
  }

  it('shows outcome, claim, faults and the gravest witness on the first screen', async () => {
    const input = inventedRun({ operations: 5000 });
    const page = await open(input);
    const verdict = page.getByRole('region', { name: 'Violation' });
    expect(await verdict.getByRole('heading', { level: 1 }).innerText()).toBe('Violation');
    const sentence = input.anomalies.find((a) => a.status === 'violation')?.explanation ?? '';
    expect(await verdict.locator('blockquote').innerText()).toContain(sentence);
    expect(await verdict.innerText()).toContain('durable, monotonic-writes');
    expect(await verdict.innerText()).toMatch(/cut-standbys n2, n3 for 3\.00 s, at 6\.0 s/);
    const box = await verdict.locator('.facts').boundingBox();
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(900);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('draws each witness with its processes, operations and faults, and lists it as a table', async () => {
    const input = inventedRun({ operations: 5000 });
    const page = await open(input);
    const finding = page.getByRole('article', { name: 'An acknowledged write was lost' });
    const drawing = finding.getByRole('img');
    await drawing.waitFor();
    const [write, , read] = input.anomalies.find((a) => a.name === 'lost-acknowledged-write')?.witness ?? [];
    expect(await drawing.locator('.operation.guilty title').textContent()).toMatch(
      new RegExp(`^#${read} read "k\\d" → `),
    );
    expect(await drawing.locator('.operation:not(.guilty) title').textContent()).toMatch(
      new RegExp(`^#${write} write "k\\d" `),
    );
    expect(await drawing.locator('.fault-band text').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining('cut-standbys')]),
    );
    await finding.getByText('The witness as a table').click();
    expect(await finding.getByRole('row').count()).toBe(3);
    await page.close();
  });

  it('draws the graph of a cycle beside its timeline, hostile labels as text', async () => {
    const input = inventedRun({ operations: 1000 });
    const [gravest] = input.anomalies;
    const [one, two] = gravest.witness;
    const label = HOSTILE.replaceAll('"', '\\"');
    const dot = `digraph anomaly {
      node [shape=box];
      "${one}" [label="#${one}\\n${label}"];
      "${two}" [label="#${two}\\nappend x 3"];
      "${one}" -> "${two}" [label="rw"];
      "${two}" -> "${one}" [label="realtime", style=dashed];
    }`;
    const page = await open({ ...input, anomalies: [{ ...gravest, evidence: { dot } }] });
    const finding = page.locator('#anomaly-0');
    await finding.getByRole('img').first().waitFor();
    const graph = finding.getByRole('img', { name: '2 transactions and 2 dependencies between them' });
    expect(await graph.locator('.transaction .who').allTextContents()).toEqual([`#${one}`, `#${two}`]);
    expect(await graph.locator('.transaction .what').first().textContent()).toContain('</script><img src=x');
    expect(await graph.locator('.dependency text').allTextContents()).toEqual(['rw', 'realtime']);
    expect(await finding.locator('figcaption').innerText()).toContain('missed what was written by');
    await page.getByRole('application').waitFor();
    await graph.locator('.transaction').first().click();
    const shown = page.getByRole('region', { name: /^History/ }).getByRole('status');
    expect(await shown.innerText()).toMatch(new RegExp(`^#${one} `));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says of each checker what its answer means for the claim', async () => {
    const page = await open(inventedRun({ operations: 1000 }));
    const answers = page.getByRole('region', { name: 'What was checked' }).getByRole('row');
    expect(
      (await answers.allInnerTexts()).slice(1).map((row) => row.split('\t').map((cell) => cell.trim())),
    ).toEqual([
      ['lost-writes', 'No acknowledged write is lost', 'does not hold'],
      [
        'read-your-writes',
        'Sessions see their own writes',
        'does not hold, and the claim does not forbid it',
      ],
      ['monotonic-reads', 'Sessions never go back in time', 'does not hold, under faults outside the claim'],
      ['linearizability', 'Each register is linearizable', expect.stringMatching(/^unknown: the budget/)],
      ['thin-air', 'Every value read was written', 'holds'],
    ]);
    await page.close();
  });

  it('sets a run beside its twin’s, and says nothing of twins where there is none', async () => {
    const input = inventedRun({ operations: 600 });
    const twin = {
      configuration: 'reference:async',
      command: 'alibi run reference:async',
      rows: [['outcome', 'violation', 'valid']] as const,
    };
    const page = await open({ ...input, twin });
    const rows = page.getByRole('region', { name: 'Beside its twin' }).locator('tbody tr');
    expect(await rows.allInnerTexts()).toEqual(['outcome\tviolation\tvalid']);
    expect(complaints).toEqual([]);
    await page.close();
    const alone = await open(input);
    expect(await alone.getByRole('region', { name: 'Beside its twin' }).count()).toBe(0);
    await alone.close();
  });

  it('goes from a sentence to the event in the history', async () => {
    const input = inventedRun({ operations: 5000 });
    const page = await open(input);
    const [write] = input.anomalies.find((a) => a.name === 'lost-acknowledged-write')?.witness ?? [];
    const history = page.getByRole('region', { name: /^History/ });
    await history.getByRole('application').waitFor();
    await page
      .locator('blockquote')
      .getByRole('button', { name: `#${write}` })
      .click();
    expect(await history.getByRole('status').innerText()).toMatch(new RegExp(`^#${write} write`));
    expect(await history.getByRole('status').getByRole('link').innerText()).toContain(
      'lost-acknowledged-write',
    );
    await page.close();
  });

  it('finds every operation that a search names, and counts them as the history has them', async () => {
    const input = inventedRun({ operations: 3000 });
    const { history: h } = input;
    const page = await open(input);
    const history = page.getByRole('region', { name: /^History/ });
    expect(await history.getByRole('heading').first().innerText()).toContain('3,000 operations');
    const node = h.nodes.idOf('n3');
    const read = h.functions.idOf('read');
    let expected = 0;
    for (let i = 0; i < h.length; i++)
      if (h.type[i] === 0 && h.f[i] === read && h.node[h.pair[i] < 0 ? i : h.pair[i]] === node) expected++;
    await history.getByRole('searchbox').fill('node:n3 f:read');
    await expect
      .poll(() => history.getByText(/ found$/).innerText())
      .toBe(`${expected.toLocaleString('en')} found`);
    await history.getByRole('searchbox').press('Enter');
    expect(await history.getByRole('status').last().innerText()).toMatch(/^#\d+ read/);
    await history.getByText('What was found, as a table').click();
    await expect.poll(() => history.getByRole('row').count()).toBe(26);
    await page.close();
  });

  it('is moved through by keyboard alone', async () => {
    const page = await open(inventedRun({ operations: 2000 }));
    await page.getByRole('application').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the findings');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('id')).toBe('anomaly-0');
    await page.getByRole('application').focus();
    await page.keyboard.press('n');
    expect(
      await page
        .getByRole('region', { name: /^History/ })
        .getByRole('status')
        .innerText(),
    ).toMatch(/witness of/);
    await page.close();
  });

  it('is readable in the dark', async () => {
    const page = await open(inventedRun({ operations: 1000 }), { colorScheme: 'dark' });
    const lightness = async (property: string): Promise<number> => {
      const color = await page.evaluate<string>(`getComputedStyle(document.body).${property}`);
      return (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, n) => sum + Number(n), 0);
    };
    const [ink, paper] = [await lightness('color'), await lightness('backgroundColor')];
    expect(ink).toBeGreaterThan(600);
    expect(paper).toBeLessThan(120);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows hostile text as text', async () => {
    const page = await open(hostileRun());
    await page.getByRole('application').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toContain('</script><img');
    expect(await page.locator('.explanation').first().innerText()).toContain('</script><img src=x');
    expect(await page.locator('.explanation').first().innerText()).toContain('\\u202e');
    await page.getByRole('application').focus();
    await page.keyboard.press('n');
    expect(
      await page
        .getByRole('region', { name: /^History/ })
        .getByRole('status')
        .innerText(),
    ).toContain('</script><img');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('serves a bare file, even one without operations', async () => {
    const page = await open(bare);
    await page.getByText('The history has no operation.').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Unknown');
    expect(await page.locator('.facts').innerText()).toContain('linearizable');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says so when the history in it cannot be read, and still shows the verdict', async () => {
    const path = join(directory, 'cut.html');
    const html = await renderReport(inventedRun({ operations: 1000 }));
    await writeFile(path, html.replace(/(id="alibi-history">)[^<]{200}/, '$1'));
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path).href);
    await page.getByText('The history in this file could not be read').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Violation');
    await page.close();
  });
});

it('a report replaces an older one whole', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'alibi-report-'));
  const path = join(directory, 'report.html');
  await writeReport(path, { ...bare, title: 'first' });
  await writeReport(path, { ...bare, title: 'second' });
  expect(await readFile(path, 'utf8')).toContain('<title>unknown · second · alibi</title>');
  await rm(directory, { recursive: true });
});
