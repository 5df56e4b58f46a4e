import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { html, page, type Markup } from '../pages/html.ts';

/** How a run stands, from what it has written so far. */
export interface LiveView {
  /** Seconds of the run so far, by its last event. */
  readonly seconds: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  readonly phase: string;
  /** Seconds since the load began that a timetable counts from; null before it. */
  readonly loadSeconds: number | null;
  /** Seconds since the last ok answer, and the longest such time of the load so far. */
  readonly silence: number;
  readonly longestSilence: number;
  /** Faults that are in place now. */
  readonly faults: readonly string[];
  /** In each of the last seconds, oldest first: answers that were ok, and completions in all. */
  readonly okRate: readonly number[];
  readonly rate: readonly number[];
}

const CHUNK = 1 << 20;
const SECONDS = 60;

/** Follows a run's history as it grows; each look reads only what is new. */
export class LiveRun {
  readonly #path: string;
  #offset = 0;
  #rest = '';
  #last = 0;
  #phase = '';
  #loadFrom: number | null = null;
  #lastOk = 0;
  #longestSilence = 0;
  readonly #counts = { ok: 0, fail: 0, info: 0 };
  readonly #faults = new Map<number, string>();
  readonly #perSecond = new Map<number, number>();
  readonly #okPerSecond = new Map<number, number>();

  constructor(directory: string) {
    this.#path = join(directory, 'history.jsonl');
  }

  async look(): Promise<LiveView> {
    await this.#readOn();
    const second = Math.floor(this.#last / 1e9);
    const lastOf = (counts: ReadonlyMap<number, number>): number[] =>
      Array.from({ length: SECONDS }, (_, i) => counts.get(second - SECONDS + 1 + i) ?? 0);
    return {
      seconds: this.#last / 1e9,
      ...this.#counts,
      phase: this.#phase,
      loadSeconds: this.#loadFrom === null ? null : (this.#last - this.#loadFrom) / 1e9,
      silence: (this.#last - this.#lastOk) / 1e9,
      longestSilence: this.#longestSilence / 1e9,
      faults: [...this.#faults.values()],
      okRate: lastOf(this.#okPerSecond),
      rate: lastOf(this.#perSecond),
    };
  }

  async #readOn(): Promise<void> {
    const file = await open(this.#path).catch(() => null);
    if (file === null) return;
    try {
      for (;;) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        // Latin-1 keeps a character that is cut in two; names of faults and phases are ASCII.
        const lines = (this.#rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
        this.#rest = lines.pop() ?? '';
        for (const line of lines) this.#take(line);
      }
    } finally {
      await file.close();
    }
  }

  #take(line: string): void {
    let event: { time?: number; process?: unknown; type?: string; f?: string; value?: unknown };
    try {
      event = JSON.parse(line) as typeof event;
    } catch {
      return;
    }
    if (typeof event.time !== 'number') return;
    this.#last = Math.max(this.#last, event.time);
    if (event.process === 'nemesis') return this.#takeFault(event.f, event.value);
    if (event.type !== 'ok' && event.type !== 'fail' && event.type !== 'info') return;
    this.#counts[event.type]++;
    const second = Math.floor(event.time / 1e9);
    this.#perSecond.set(second, (this.#perSecond.get(second) ?? 0) + 1);
    if (event.type === 'ok') {
      this.#okPerSecond.set(second, (this.#okPerSecond.get(second) ?? 0) + 1);
      const load = this.#phase === 'main' || this.#phase === 'heal';
      if (load) this.#longestSilence = Math.max(this.#longestSilence, event.time - this.#lastOk);
      this.#lastOk = event.time;
    }
  }

  #takeFault(f: string | undefined, value: unknown): void {
    const told = (value ?? {}) as { id?: number; fault?: string; phase?: string };
    if (f === 'phase' && told.phase !== undefined) {
      this.#phase = told.phase;
      if (told.phase === 'main') this.#loadFrom = this.#last;
    }
    if (f === 'fault' && told.id !== undefined) this.#faults.set(told.id, told.fault ?? 'fault');
    if (f === 'heal' && told.id !== undefined) this.#faults.delete(told.id);
  }
}

/** The page of a run that is under way; it asks again every second. */
export function livePage(id: string, title: string, timetable = ''): string {
  const body = html`<p><a href="/">All runs</a></p>
    <h1>${title}</h1>
    <div class="cards" id="cards" role="status" data-id="${id}"></div>
    <h2>Completions a second, the last minute</h2>
    <svg id="rate" viewBox="0 0 720 160" width="720" role="img" aria-label="Completions a second"></svg>
    <p class="soft">At most <span id="most">0</span> a second: blue ok, red fail or unknown.</p>
    ${timetable === '' ? null : steps(timetable)}`;
  return page({ title: `${title} · alibi`, body, script: SCRIPT, live: true });
}

/** The timetable, `fault@FROM..TO` by comma; the script marks what is over and what is under way. */
function steps(timetable: string): Markup {
  const rows = timetable.split(',').map((step) => {
    const [, fault = step, from = '', to = ''] = /^(.+)@([\d.]+)\.\.([\d.]+)$/.exec(step) ?? [];
    return html`<tr data-from="${from}" data-to="${to}">
      <td class="number">${from} s</td>
      <td class="number">${to} s</td>
      <td><b>${fault}</b></td>
      <td class="state outcome">to come</td>
    </tr>`;
  });
  return html`<h2>Timetable</h2>
    <table class="narrow">
      <thead>
        <tr>
          <th scope="col" class="number">from</th>
          <th scope="col" class="number">to</th>
          <th scope="col">what</th>
          <th scope="col">state</th>
        </tr>
      </thead>
      <tbody id="steps">
        ${rows}
      </tbody>
    </table>`;
}

const SCRIPT = `
const cards = document.getElementById('cards');
const rate = document.getElementById('rate');
function bar(i, from, to, most, fill) {
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const parts = { x: i * 12, y: 155 - 150 * to / most, width: 10, height: 150 * (to - from) / most, fill };
  for (const [name, value] of Object.entries(parts)) shape.setAttribute(name, value);
  return shape;
}
function card(value, title, className) {
  const box = document.createElement('div');
  box.className = 'card';
  const strong = document.createElement('b');
  strong.textContent = value;
  if (className) strong.className = className;
  box.append(strong, title);
  return box;
}
async function look() {
  try {
    const answer = await fetch('/api/live/' + cards.dataset.id);
    const view = await answer.json();
    if (view.ended) { location.href = '/item/' + cards.dataset.id + '/' + (view.page || ''); return; }
    cards.replaceChildren(
      card(view.phase || 'starting', 'phase'), card(view.seconds.toFixed(1) + ' s', 'so far'),
      card(view.ok, 'ok', 'valid'), card(view.fail, 'fail'), card(view.info, 'info', 'unknown'),
      card(view.silence.toFixed(1) + ' s', 'since the last ok', view.silence > 1 ? 'violation' : ''),
      card(view.longestSilence.toFixed(1) + ' s', 'longest without an ok'),
      card(view.faults.join(', ') || 'none', 'faults in place', view.faults.length ? 'violation' : ''),
    );
    for (const row of document.querySelectorAll('#steps tr')) {
      const now = view.loadSeconds ?? -1, from = Number(row.dataset.from), to = Number(row.dataset.to);
      const state = row.querySelector('.state');
      state.textContent = now < from ? 'to come' : now < to ? 'under way' : 'over';
      state.className = 'state outcome ' + (now < from ? '' : now < to ? 'violation' : 'valid');
    }
    const most = Math.max(1, ...view.rate);
    document.getElementById('most').textContent = Math.max(0, ...view.rate);
    rate.replaceChildren(...view.rate.flatMap((count, i) => [
      bar(i, 0, view.okRate[i], most, 'var(--c0)'), bar(i, view.okRate[i], count, most, 'var(--violation)'),
    ]));
  } catch { /* The server has ended: what is shown stays. */ }
  setTimeout(look, 1000);
}
look();
`;
