import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { historyIn } from '../run-directory.ts';
import { parseRunMeta, type RunMeta } from '../run-meta.ts';
import { tampering } from '../seal.ts';

/** A run or a campaign on the shelf: what the table shows. */
export interface Item {
  /** Stands for the path in addresses: nothing that a request says ever reaches the disk as a path. */
  readonly id: string;
  readonly kind: 'run' | 'campaign';
  /** Relative to the shelf. */
  readonly path: string;
  readonly startedAt: string;
  /** `running` while run.json has no end; `broken` when its files cannot be read. */
  readonly outcome: string;
  readonly what: string;
  readonly workload: string;
  readonly faults: string;
  readonly seed: string;
  readonly world: string;
  /** Certain anomalies, violations first. */
  readonly anomalies: readonly string[];
  readonly hasReport: boolean;
  /** When which fault was to begin and end, of a run that has a timetable; else empty. */
  readonly timetable: string;
  /** What is wrong with its files, in words; else empty. */
  readonly note: string;
  /** Its files that may be downloaded, by name. */
  readonly files: readonly string[];
}

/** What stands for a path (relative to the shelf) in addresses. */
export function idOf(place: string): string {
  return createHash('sha256').update(place).digest('hex').slice(0, 16);
}

const results = z.looseObject({
  version: z.literal(1),
  outcome: z.string(),
  anomalies: z.array(z.looseObject({ name: z.string(), status: z.string(), certain: z.boolean() })),
});
const campaign = z.looseObject({ name: z.string(), startedAt: z.string() });
const campaignResults = z.looseObject({
  totals: z.record(z.string(), z.number()),
  exitCode: z.number(),
});

/** Directories below this depth are not looked into: a shelf is a folder of results, not a file system. */
const DEPTH = 4;
/** Files open at a time. */
const AT_ONCE = 64;

/** The runs and campaigns under a directory. Each is read once and again only when its files have changed. */
export class Shelf {
  readonly root: string;
  readonly #known = new Map<string, { readonly stamp: string; readonly item: Item }>();

  constructor(root: string) {
    this.root = root;
  }

  /** Everything on the shelf now, the latest first. */
  async items(): Promise<Item[]> {
    const found: { path: string; kind: Item['kind'] }[] = [];
    await this.#look(this.root, 0, found);
    const items = await inBatches(found, AT_ONCE, ({ path, kind }) => this.#item(path, kind));
    return items.sort((a, b) =>
      a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : a.path < b.path ? -1 : 1,
    );
  }

  async #look(
    directory: string,
    depth: number,
    found: { path: string; kind: Item['kind'] }[],
  ): Promise<void> {
    const entries: Dirent[] = await readdir(directory, { withFileTypes: true }).catch(() => []);
    const names = new Set(entries.map((entry) => entry.name));
    // Runs of a campaign are reached through its own page.
    if (names.has('campaign.json')) return void found.push({ path: directory, kind: 'campaign' });
    if (names.has('run.json')) return void found.push({ path: directory, kind: 'run' });
    if (depth === DEPTH) return;
    for (const entry of entries)
      // Links are not followed: `latest` would list a run twice, others could lead anywhere.
      if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
        await this.#look(join(directory, entry.name), depth + 1, found);
  }

  async #item(path: string, kind: Item['kind']): Promise<Item> {
    const head = kind === 'run' ? 'run.json' : 'campaign.json';
    // What a run is does not change any more once it has been judged, unless somebody changes its history.
    const judged = await stampOf(join(path, 'results.json'));
    const history = kind === 'run' ? await stampOf(join(path, 'history.jsonl')) : '';
    const stamp = judged === '' ? await stampOf(join(path, head)) : `judged ${judged} ${history}`;
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.item;
    const item = await this.#read(path, kind);
    this.#known.set(path, { stamp, item });
    return item;
  }

  async #read(path: string, kind: Item['kind']): Promise<Item> {
    const place = relative(this.root, path) || '.';
    const base = {
      id: idOf(place),
      ...{ kind, path: place, startedAt: '', outcome: 'broken', what: place },
      ...{
        workload: '',
        faults: '',
        seed: '',
        world: '',
        anomalies: [],
        hasReport: false,
        timetable: '',
        note: '',
        files: [],
      },
    };
    try {
      const more = kind === 'run' ? await readRun(path) : await readCampaign(path);
      return { ...base, ...more };
    } catch (error) {
      return { ...base, note: error instanceof Error ? error.message : String(error) };
    }
  }
}

async function readRun(path: string): Promise<Partial<Item>> {
  const meta: RunMeta = parseRunMeta(JSON.parse(await readFile(join(path, 'run.json'), 'utf8')));
  const judged = results.safeParse(
    JSON.parse(await readFile(join(path, 'results.json'), 'utf8').catch(() => 'null')),
  );
  const certain = judged.success ? judged.data.anomalies.filter((a) => a.certain) : [];
  const [doubt = ''] = await changedSince(path, meta);
  const outcome = judged.success
    ? judged.data.outcome
    : meta.endedAt === undefined
      ? 'running'
      : 'not judged';
  return {
    startedAt: meta.startedAt,
    outcome: doubt !== '' && outcome === 'valid' ? 'inconclusive' : outcome,
    note: doubt,
    files: await filesOf(path, ['history.jsonl', 'history.jsonl.gz', 'results.json']),
    what: `${meta.cluster}:${meta.configuration}`,
    workload: meta.workload,
    faults: meta.nemesis.join(', '),
    seed: meta.seed,
    world: meta.world,
    timetable: String(meta.options['timetable'] ?? ''),
    anomalies: [...new Set(certain.sort((a, b) => rank(a.status) - rank(b.status)).map((a) => a.name))],
    hasReport: (await stampOf(join(path, 'report.html'))) !== '',
  };
}

async function filesOf(path: string, names: readonly string[]): Promise<string[]> {
  const stamps = await Promise.all(names.map((name) => stampOf(join(path, name))));
  return names.filter((_, i) => stamps[i] !== '');
}

/** Only a history that is younger than its verdict is hashed: a shelf may hold thousands. */
async function changedSince(path: string, meta: RunMeta): Promise<string[]> {
  const historyPath = await historyIn(path);
  if (historyPath === null) return [];
  const [history, verdict] = await Promise.all(
    [historyPath, join(path, 'results.json')].map((file) => stat(file).catch(() => null)),
  );
  if (history === null || verdict === null || history.mtimeMs <= verdict.mtimeMs) return [];
  return tampering({ meta, historyPath });
}

async function readCampaign(path: string): Promise<Partial<Item>> {
  const { name, startedAt } = campaign.parse(JSON.parse(await readFile(join(path, 'campaign.json'), 'utf8')));
  const done = campaignResults.safeParse(
    JSON.parse(await readFile(join(path, 'results.json'), 'utf8').catch(() => 'null')),
  );
  const totals = done.success ? Object.entries(done.data.totals).filter(([, count]) => count > 0) : [];
  return {
    startedAt,
    what: `campaign ${name}`,
    outcome: done.success ? (done.data.exitCode === 0 ? 'as expected' : 'not as expected') : 'running',
    anomalies: totals.map(([outcome, count]) => `${count} ${outcome}`),
    hasReport: (await stampOf(join(path, 'index.html'))) !== '',
    files: await filesOf(path, ['results.json', 'junit.xml', 'summary.md']),
  };
}

function rank(status: string): number {
  return status === 'violation' ? 0 : 1;
}

/** Changes whenever the file does; empty when there is none. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found === null ? '' : `${found.mtimeMs}:${found.size}`;
}

async function inBatches<A, B>(
  values: readonly A[],
  size: number,
  make: (value: A) => Promise<B>,
): Promise<B[]> {
  const made: B[] = [];
  for (let i = 0; i < values.length; i += size)
    made.push(...(await Promise.all(values.slice(i, i + size).map(make))));
  return made;
}
