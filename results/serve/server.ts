import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { compare } from '../compare/comparison.ts';
import { loadRuns } from '../compare/load.ts';
import { comparisonPage } from '../compare/page.ts';
import { html, page } from '../pages/html.ts';
import { RunDirectoryError } from '../run-directory.ts';
import { readNight } from '../trends/nights.ts';
import { trendsPage } from '../trends/page.ts';
import { LiveRun, livePage } from './live.ts';
import { shelfPage } from './shelf-page.ts';
import { idOf, Shelf, type Item } from './shelf.ts';

/** Files of a run or campaign that may be asked for, and what they are. No other name reaches the disk. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['report.html', 'text/html; charset=utf-8'],
  ['index.html', 'text/html; charset=utf-8'],
  ['results.json', 'application/json'],
  ['run.json', 'application/json'],
  ['summary.md', 'text/plain; charset=utf-8'],
  ['junit.xml', 'application/xml'],
  ['gameday.html', 'text/html; charset=utf-8'],
  ['gameday.yaml', 'text/plain; charset=utf-8'],
  ['history.jsonl', 'text/plain; charset=utf-8'],
  ['history.jsonl.gz', 'application/gzip'],
]);

class NotFound extends Error {}
class Refused extends Error {}

/** Serves a directory's runs and campaigns on 127.0.0.1; resolves once it listens. `port` 0: any free one. */
export async function serveShelf(
  root: string,
  port: number,
): Promise<{ readonly server: Server; readonly url: string }> {
  const site = new Site(new Shelf(root));
  const server = createServer((request, response) => void site.answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** A page that follows one run. */
export interface Followed {
  readonly url: string;
  /** Has anybody looked? */
  watched(): boolean;
  close(): void;
}

/** Serves the shelf in `root` for as long as a run below it is under way; `url` is that run's live page. */
export async function followRun(root: string, directory: string): Promise<Followed> {
  const { server, url } = await serveShelf(root, 0);
  let looked = false;
  server.on('request', () => (looked = true));
  return {
    url: `${url}live/${idOf(relative(root, directory) || '.')}`,
    watched: () => looked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

class Site {
  readonly #shelf: Shelf;
  readonly #live = new Map<string, LiveRun>();

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'no-store');
    try {
      checkRequest(request);
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      await this.#route(url, response);
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      const status =
        error instanceof Refused
          ? 403
          : error instanceof NotFound
            ? 404
            : error instanceof RunDirectoryError
              ? 422
              : 500;
      const text = error instanceof Error ? error.message : String(error);
      send(
        response,
        page({
          title: 'alibi',
          body: html`<h1>${text}</h1>
            <p><a href="/">All runs</a></p>`,
        }),
        status,
      );
    }
  }

  async #route({ pathname, searchParams }: URL, response: ServerResponse): Promise<void> {
    const [, first = '', id = '', ...rest] = pathname.split('/');
    if (pathname === '/') return send(response, shelfPage(this.#shelf.root, await this.#shelf.items()));
    if (pathname === '/api/runs') return sendJson(response, await this.#shelf.items());
    if (pathname === '/compare') return this.#compare(searchParams.getAll('id'), response);
    if (pathname === '/trends') return this.#trends(response);
    if (first === 'api' && id === 'live') return this.#liveView(rest[0] ?? '', response);
    if (first === 'live') return this.#livePage(id, response);
    if (first === 'item') return this.#file(id, rest, response);
    throw new NotFound('There is no such page');
  }

  async #item(id: string): Promise<Item> {
    const item = (await this.#shelf.items()).find((one) => one.id === id);
    if (item === undefined) throw new NotFound('There is no such run');
    return item;
  }

  async #compare(ids: readonly string[], response: ServerResponse): Promise<void> {
    const items = await Promise.all(ids.map((id) => this.#item(id)));
    const runs = (await Promise.all(items.map(({ path }) => loadRuns(join(this.#shelf.root, path))))).flat();
    const comparison = compare(runs);
    if (comparison.configurations.length < 2)
      throw new RunDirectoryError('Choose runs of at least two configurations to compare');
    send(response, comparisonPage(comparison));
  }

  async #trends(response: ServerResponse): Promise<void> {
    const campaigns = (await this.#shelf.items()).filter(({ kind }) => kind === 'campaign').reverse();
    const nights = await Promise.all(campaigns.map(({ path }) => readNight(join(this.#shelf.root, path))));
    send(response, trendsPage(nights.filter((night) => night !== null)));
  }

  async #livePage(id: string, response: ServerResponse): Promise<void> {
    const { what, workload, timetable } = await this.#item(id);
    send(response, livePage(id, `${what} · ${workload}`, timetable));
  }

  async #liveView(id: string, response: ServerResponse): Promise<void> {
    const { path, outcome } = await this.#item(id);
    const day = (name: string): boolean => existsSync(join(this.#shelf.root, path, name));
    const written = !day('gameday.yaml') || day('gameday.html');
    if (outcome !== 'running' && written)
      return sendJson(response, { ended: true, page: day('gameday.html') ? 'gameday.html' : '' });
    const live = this.#live.get(id) ?? new LiveRun(join(this.#shelf.root, path));
    this.#live.set(id, live);
    sendJson(response, await live.look());
  }

  /** `/item/<id>/[name]`, and of a campaign also `/item/<id>/runs/<key>/[name]`. */
  async #file(id: string, rest: readonly string[], response: ServerResponse): Promise<void> {
    const { path, kind } = await this.#item(id);
    const inCampaign = kind === 'campaign' && rest[0] === 'runs' && /^[0-9a-f]{20}$/.test(rest[1] ?? '');
    const directory = join(this.#shelf.root, path, ...(inCampaign ? ['runs', rest[1]] : []));
    const name =
      (inCampaign ? rest[2] : rest[0]) || (kind === 'run' || inCampaign ? 'report.html' : 'index.html');
    const type = FILES.get(name);
    const file = join(directory, name);
    if (type === undefined || !existsSync(file)) throw new NotFound('There is no such file');
    response.setHeader('Content-Type', type);
    await pipeline(createReadStream(file), response);
  }
}

/** A page elsewhere must not read our runs by a name that it points at us (DNS rebinding), nor make us do anything. */
function checkRequest({ method, headers }: IncomingMessage): void {
  if (method !== 'GET' && method !== 'HEAD') throw new Refused('Only reading is possible here');
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? ''))
    throw new Refused('Ask by 127.0.0.1 or localhost');
}

function send(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(text);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}
