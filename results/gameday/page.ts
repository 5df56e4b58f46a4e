import { html, page, type Markup } from '../pages/html.ts';
import { table, word } from '../pages/table.ts';
import { holdsText, secondsAt, verdictOf, worstText, type GamedayAccount } from './account.ts';
import type { LimitResult } from './limits.ts';

/** The account of a game day as one page. */
export function gamedayPage(account: GamedayAccount): string {
  const { name, outcome, subject, startedAt, reasons, anomalies, command } = account;
  const body = html`<p class="soft">${subject} · ${startedAt}</p>
    <h1>${name}: <span class="${outcome}">${verdictOf(account)}</span></h1>
    <div class="cards">${account.limits.map(limitCard)}</div>
    ${loadChart(account)}
    <h2>What happened</h2>
    ${steps(account)}
    ${
      anomalies.length === 0
        ? html`<p>Nothing was found that contradicts a promise.</p>`
        : html`<h2>What was found</h2>
            <ul>
              ${anomalies.map((one) => html`<li><b>${one.name}</b>, ${one.count} times: ${one.explanation}</li>`)}
            </ul>`
    }
    ${
      reasons.length === 0
        ? null
        : html`<h2>Why</h2>
            <ul>
              ${reasons.map((reason) => html`<li>${reason}</li>`)}
            </ul>`
    }
    <p><a href="report.html">The whole run, operation by operation</a></p>
    <h2>Again</h2>
    <pre>${command}</pre>`;
  return page({ title: `${name} · alibi`, body });
}

function limitCard({ limit, allowed, measured, holds }: LimitResult): Markup {
  const tone = holds === null ? 'unknown' : holds ? 'valid' : 'violation';
  return html`<div class="card">
    <b class="${tone}">${measured.replace(/ \(.*/, '')}</b>${limit} ${allowed}: ${holdsText(holds)}
    <div class="soft">${/\((.*)\)/.exec(measured)?.[1] ?? ''}</div>
  </div>`;
}

function steps(account: GamedayAccount): Markup {
  return table({
    columns: [
      { head: 'at', number: true },
      'what',
      'on',
      'bit',
      { head: 'longest without an answer', number: true },
      { head: 'answered again after', number: true },
      'evidence',
    ],
    rows: account.steps.map(({ window, outage, recovered }, i) => [
      `${secondsAt(account, window.start)} s`,
      [html`<b>${i + 1}. ${window.fault}</b>`, note(account, window.fault)],
      window.targets.join(', '),
      window.bit ? word('yes', 'valid') : word('no', 'unknown'),
      worstText(outage),
      worstText(recovered),
      html`<span class="soft">${window.evidence}</span>`,
    ]),
  });
}

function note({ planned }: GamedayAccount, fault: string): Markup | null {
  const told = planned.find(({ what, note: words }) => what === fault && words !== null)?.note;
  return told ? html`<div class="soft">${told}</div>` : null;
}

const WIDTH = 1180;
const HEIGHT = 150;
const TOP = 40;

/** Answers a second over the load; bands are the steps. */
function loadChart(account: GamedayAccount): Markup | null {
  const { load } = account;
  if (load.time.length === 0) return null;
  const from = load.time[0] - load.width / 2;
  const to = load.time[load.time.length - 1] + load.width / 2;
  const most = Math.max(1, ...load.ok.map((ok, i) => ok + load.fail[i] + load.info[i]));
  const x = (time: number): number => Math.min(WIDTH, Math.max(0, ((time - from) / (to - from)) * WIDTH));
  const y = (rate: number): number => TOP + (1 - rate / most) * HEIGHT;
  const wide = WIDTH / load.time.length;
  const bars = load.time.map((_, i) => {
    const good = load.ok[i];
    const all = good + load.fail[i] + load.info[i];
    return html`<rect
        x="${px(i * wide)}"
        width="${px(wide + 0.3)}"
        y="${px(y(good))}"
        height="${px(TOP + HEIGHT - y(good))}"
        fill="var(--c0)"
        fill-opacity="0.45"
      ></rect
      ><rect
        x="${px(i * wide)}"
        width="${px(wide + 0.3)}"
        y="${px(y(all))}"
        height="${px(y(good) - y(all))}"
        fill="var(--violation)"
        fill-opacity="0.6"
      ></rect>`;
  });
  const bands = account.steps.map(
    ({ window }, i) =>
      html`<rect
          x="${px(x(window.start))}"
          width="${px(Math.max(2, x(window.end ?? to) - x(window.start)))}"
          y="${TOP}"
          height="${HEIGHT}"
          fill="var(--error)"
          fill-opacity="0.13"
        ></rect
        ><text x="${px(Math.min(x(window.start), WIDTH - 150))}" y="${i % 2 === 0 ? 14 : 30}"
          >${i + 1}. ${window.fault}</text
        >`,
  );
  return html`<svg
      viewBox="0 0 ${WIDTH} ${TOP + HEIGHT + 22}"
      width="${WIDTH}"
      role="img"
      aria-label="Answers a second over the load, at most ${Math.round(most)}; the same steps stand in the table below"
    >
      ${bands} ${bars}
      <line class="axis" x1="0" x2="${WIDTH}" y1="${TOP + HEIGHT}" y2="${TOP + HEIGHT}"></line>
      ${[0, 0.25, 0.5, 0.75, 1].map((part) => {
        const time = from + part * (to - from);
        const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle';
        return html`<text
          class="label"
          x="${px(part * WIDTH)}"
          y="${TOP + HEIGHT + 16}"
          text-anchor="${anchor}"
          >${secondsAt(account, time)} s</text
        >`;
      })}
    </svg>
    <p class="soft">
      Answers a second, at most ${Math.round(most)}: blue ok, red fail or unknown; bands are the steps.
    </p>`;
}

const px = (value: number): string => value.toFixed(1);
