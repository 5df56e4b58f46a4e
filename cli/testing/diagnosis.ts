// Blind diagnosis: what a newcomer learns from report.html alone about a defect whose name has been taken out of it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { Bug } from '../../clusters/reference/bugs/types.ts';
import { RunPaths } from '../../results/run-directory.ts';
import { judgeAndReport } from '../check/finish.ts';
import { resolveRun } from '../run/config.ts';
import { executeRun } from '../run/execute.ts';
import { pairOf } from '../zoo/specimen.ts';

/** What the page said; empty where it did not. */
export interface Diagnosis {
  readonly seed: string;
  /** Names of the violations, the gravest first. */
  readonly anomalies: readonly string[];
  /** The sentence of the finding with the expected name. */
  readonly sentence: string;
  /** Operations of its timeline, as their tooltips tell them. */
  readonly witness: readonly string[];
  /** The operation that it marks. */
  readonly accused: string;
  /** Faults that the first screen names. */
  readonly faults: readonly string[];
  /**
   * The write of the witness that the sentence names by its number, or the one that the page says what was read came
   * from; where keys moved and nobody wrote, the change of the map that moved them.
   */
  readonly write: string;
  /** Does the page hold the defect's name anywhere? */
  readonly named: boolean;
}

/** The four things that a report must tell of a bug, and whether the page did. */
export interface Checklist {
  readonly anomaly: boolean;
  readonly witness: boolean;
  readonly fault: boolean;
  readonly write: boolean;
}

export function checklistOf(bug: Bug, said: Diagnosis): Checklist {
  const dealt = bug.profile.nemesis.split(',').filter(Boolean);
  return {
    anomaly: said.anomalies.includes(bug.expected),
    witness: said.witness.length > 0 && said.accused !== '',
    fault: dealt.every((fault) => said.faults.includes(fault)),
    write: said.write !== '',
  };
}

/** Makes a run with the bug, takes its name out, and reads the report. Null when no seed shows the bug. */
export async function diagnose(
  bug: Bug,
  seeds: readonly string[],
  browser: Browser,
): Promise<Diagnosis | null> {
  for (const seed of seeds) {
    const directory = join(mkdtempSync(join(tmpdir(), 'alibi-blind-')), 'run');
    try {
      const { document } = await executeRun(resolveRun(pairOf(bug, seed).ill), {
        ...{ directory, id: 'blind', latest: false, keepCluster: false, logLevel: 'error' },
        ...{ interrupt: new AbortController().signal, progress: () => undefined, report: 'never' },
      });
      if (!document.anomalies.some(({ name, status }) => name === bug.expected && status === 'violation'))
        continue;
      const { meta } = new RunPaths(directory);
      writeFileSync(meta, withoutBug(readFileSync(meta, 'utf8')));
      await judgeAndReport(directory, { shownAs: 'blind' });
      const path = new RunPaths(directory).report;
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      await page.goto(pathToFileURL(path).href);
      await page.locator('.witness svg, .graph svg').first().waitFor();
      const said = await read(page, bug.expected);
      await page.close();
      return { ...said, seed, named: readFileSync(path, 'utf8').includes(bug.name) };
    } finally {
      rmSync(join(directory, '..'), { recursive: true, force: true });
    }
  }
  return null;
}

function withoutBug(text: string): string {
  const meta = JSON.parse(text) as { settings: Record<string, unknown>; command: string };
  delete meta.settings['bug'];
  return JSON.stringify({ ...meta, command: meta.command.replace(/ --set bug=\S+/, '') });
}

const WRITES = /^#\d+ (write|cas|add|remove|delete|increment|txn|append|acquire|enqueue|send|put|transfer)\b/;

async function read(page: Page, expected: string): Promise<Omit<Diagnosis, 'seed' | 'named'>> {
  const violations = page.locator('article.finding.violation');
  const anomalies = await violations.locator('.tags code').allInnerTexts();
  const finding = violations
    .filter({ has: page.locator('.tags code', { hasText: new RegExp(`^${expected}$`) }) })
    .first();
  const there = (await finding.count()) > 0;
  const sentence = there ? await finding.locator('.explanation').innerText() : '';
  const witness = there ? await finding.locator('.witness .operation title').allTextContents() : [];
  const accused = there ? await finding.locator('.witness .operation.guilty title').allTextContents() : [];
  const origins = there ? await finding.locator('.origins').allInnerTexts() : [];
  const faults = await page.locator('.facts').getByRole('listitem').locator('code').allInnerTexts();
  const all = (await page.locator('#faults tbody').first().locator('code').allInnerTexts()).concat(faults);
  const named = (title: string): boolean =>
    new RegExp(`${/^#\d+/.exec(title)?.[0] ?? 'none'}\\b`).test(sentence);
  return {
    anomalies,
    sentence,
    witness,
    accused: accused.at(0) ?? '',
    faults: [...new Set(all)],
    write:
      witness.find((title) => WRITES.test(title) && named(title)) ??
      origins.at(0) ??
      (/nobody ever wrote/.test(sentence)
        ? 'nobody’s'
        : (/The change of the map to generation \d+/.exec(sentence)?.[0] ?? '')),
  };
}
