import { createHash } from 'node:crypto';
import { existsSync, lstatSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { events, type History } from '../../harness/history/history.ts';
import { readHistory } from '../../harness/history/reader.ts';
import { eventLine, headerLine } from '../../harness/history/writer.ts';
import { scrub, type Local } from '../../results/bundle/scrub.ts';
import { safeName, tarball, type Entry } from '../../results/bundle/tar.ts';
import { readRunDirectory, type StoredRun } from '../../results/run-directory.ts';
import type { JudgedAnomaly } from '../../checkers/judge.ts';
import { judgeAndReport, type FinishedRun } from '../check/finish.ts';
import { judgeRun } from '../check/judge-run.ts';
import { shrinkHistory } from '../shrink/saved.ts';
import { readmeOf } from './readme.ts';

/** How often the history may be judged on the way to a small witness. */
const CHECKS = 400;
const LOGS = 'logs';
/** Files of a run that go into a bundle as they are, apart from secrets. Others are made anew, or are nobody's business. */
const TEXTS = ['run.json', 'scenario.json', 'harness.log', 'gameday.yaml', 'gameday.md'];

export interface Bundle {
  readonly archive: Buffer;
  readonly name: string;
  readonly files: readonly string[];
  /** Files in which something was removed. */
  readonly scrubbed: readonly string[];
  readonly finished: FinishedRun;
}

/** One archive of a run for a bug report. Nothing in the run's own directory is changed. */
export async function bundle(path: string): Promise<Bundle> {
  const stored = await readRunDirectory(path);
  const work = await mkdtemp(join(tmpdir(), 'alibi-bundle-'));
  try {
    const name = `alibi-${safeName(stored.meta.id)}`;
    const copy = join(work, name);
    const scrubbed = await copyClean(stored, copy, {
      home: homedir(),
      host: hostname(),
      user: userInfo().username,
    });
    // Judged and reported anew, so that results and page hold nothing but what the clean copy does.
    const finished = await judgeAndReport(copy, { shownAs: name });
    const witness = await smallestWitness(copy, finished.document.anomalies);
    if (witness !== null) await writeFile(join(copy, 'witness.jsonl'), linesOf(witness));
    const entries = await entriesOf(copy);
    const readme = readmeOf({
      name,
      stored,
      finished,
      scrubbed,
      witness: witness === null ? null : witness.length,
    });
    const all = [{ name: 'README.md', content: Buffer.from(readme) }, ...entries];
    const sums = all.map(({ name: file, content }) => `${sha256(content)}  ${file}\n`).join('');
    all.push({ name: 'SHA256SUMS', content: Buffer.from(sums) });
    const seconds = Math.floor(Date.parse(stored.meta.startedAt) / 1000);
    const archive = tarball(
      all.map((entry) => ({ ...entry, name: `${name}/${entry.name}` })),
      Number.isFinite(seconds) && seconds > 0 ? seconds : 0,
    );
    return { archive, name, files: all.map((entry) => entry.name), scrubbed, finished };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Copies what a bundle is made of, secrets removed; gives the files in which there were some. */
async function copyClean(stored: StoredRun, copy: string, local: Local): Promise<string[]> {
  const scrubbed: string[] = [];
  const clean = async (from: string, to: string): Promise<void> => {
    const raw = await readFile(from);
    const text = (raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw).toString('utf8');
    const without = scrub(text, local);
    if (without !== text) scrubbed.push(to);
    await writeFile(join(copy, to), without);
  };
  await mkdir(join(copy, LOGS), { recursive: true });
  for (const file of TEXTS) {
    const from = join(stored.paths.path, file);
    // A link could lead anywhere on this machine.
    if (existsSync(from) && lstatSync(from).isFile()) await clean(from, file);
  }
  await clean(stored.historyPath, 'history.jsonl');
  for (const [node, files] of stored.logs) {
    const folder = join(LOGS, safeName(node));
    await mkdir(join(copy, folder), { recursive: true });
    for (const file of files) await clean(file, join(folder, safeName(basename(file))));
  }
  return scrubbed;
}

/** The smallest part of the history that still shows the gravest violation; null when there is none. */
async function smallestWitness(copy: string, anomalies: readonly JudgedAnomaly[]): Promise<History | null> {
  const gravest = anomalies.find(({ status }) => status === 'violation');
  if (gravest === undefined) return null;
  const stored = await readRunDirectory(copy);
  const { history } = await readHistory(stored.historyPath);
  const look = async (part: History) =>
    (await judgeRun(stored.meta, part, null)).anomalies.find(
      ({ name, status }) => name === gravest.name && status === 'violation',
    ) ?? null;
  return (await shrinkHistory(history, look, CHECKS))?.history ?? null;
}

const linesOf = (history: History): string => headerLine({}) + [...events(history)].map(eventLine).join('');

/** Every file of the copy, in order of name: what stands in it was written by us under names of ours. */
async function entriesOf(copy: string): Promise<Entry[]> {
  const found = await readdir(copy, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(copy.length + 1))
    .sort();
  return Promise.all(names.map(async (name) => ({ name, content: await readFile(join(copy, name)) })));
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
