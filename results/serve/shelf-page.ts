import { embedded, html, page } from '../pages/html.ts';
import type { Item } from './shelf.ts';

/** The table of runs and campaigns: searched, sorted and filtered in the page, which holds all of them. */
export function shelfPage(root: string, items: readonly Item[]): string {
  const outcomes = [...new Set(items.map(({ outcome }) => outcome))].sort();
  const body = html`<h1>Runs</h1>
    <p class="soft">
      ${items.length} in <code>${root}</code>${
        items.some(({ kind }) => kind === 'campaign')
          ? html` · <a href="/trends">trends over nights</a>`
          : null
      }
    </p>
    <form action="/compare" method="get">
      <div class="tools">
        <label
          >Search
          <input
            id="search"
            type="search"
            size="44"
            placeholder="configuration, workload, fault, anomaly, seed"
        /></label>
        <label
          >Outcome
          <select id="outcome">
            <option value="">any</option>
            ${outcomes.map((outcome) => html`<option>${outcome}</option>`)}
          </select></label
        >
        <button type="submit">Compare selected</button>
        <span id="shown" class="soft" role="status"></span>
      </div>
      <div class="scroll">
        <table>
          <caption>
            A row a run or campaign. Choose a column's name to sort by it.
          </caption>
          <thead>
            <tr>
              <th scope="col"><span class="soft">compare</span></th>
              ${COLUMNS.map(([key, title]) => html`<th scope="col"><button type="button" data-sort="${key}">${title}</button></th>`)}
              <th scope="col">download</th>
            </tr>
          </thead>
          <tbody id="rows"></tbody>
        </table>
      </div>
    </form>
    ${embedded('items', items)}`;
  return page({ title: 'Runs · alibi', body, script: SCRIPT, live: true });
}

const COLUMNS = [
  ['startedAt', 'started'],
  ['outcome', 'outcome'],
  ['what', 'what'],
  ['workload', 'workload'],
  ['faults', 'faults'],
  ['anomalies', 'found'],
  ['seed', 'seed'],
  ['world', 'world'],
] as const;

/** Values go into the page as text only. */
const SCRIPT = `
const items = JSON.parse(document.getElementById('items').textContent);
const rows = document.getElementById('rows');
const search = document.getElementById('search');
const outcome = document.getElementById('outcome');
const shown = document.getElementById('shown');
let sortBy = 'startedAt', ascending = false;
const chosen = new Set();
const textOf = (item) => [item.what, item.path, item.workload, item.faults, item.seed, item.world, item.outcome, item.note, ...item.anomalies].join(' ').toLowerCase();
const texts = new Map(items.map((item) => [item.id, textOf(item)]));
function cell(row, content, className) {
  const td = row.insertCell();
  if (className) td.className = className;
  if (content instanceof Node) td.append(content); else td.textContent = content;
}
function link(href, text) { const a = document.createElement('a'); a.href = href; a.textContent = text; return a; }
function draw() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const wanted = items.filter((item) => (outcome.value === '' || item.outcome === outcome.value) && words.every((word) => texts.get(item.id).includes(word)));
  const keyOf = (item) => sortBy === 'anomalies' ? item.anomalies.join(', ') : String(item[sortBy]);
  wanted.sort((a, b) => { const x = keyOf(a), y = keyOf(b); return (x < y ? -1 : x > y ? 1 : 0) * (ascending ? 1 : -1); });
  const fragment = document.createDocumentFragment();
  for (const item of wanted) {
    const row = document.createElement('tr');
    const box = document.createElement('input');
    Object.assign(box, { type: 'checkbox', name: 'id', value: item.id, checked: chosen.has(item.id), disabled: item.outcome === 'running' || item.outcome === 'broken' });
    box.setAttribute('aria-label', 'compare ' + item.what + ' seed ' + item.seed);
    box.addEventListener('change', () => box.checked ? chosen.add(item.id) : chosen.delete(item.id));
    cell(row, box);
    cell(row, item.startedAt.replace('T', ' ').replace(/\\..*$/, ''), 'mono nowrap');
    const word = document.createElement('span');
    word.className = 'outcome ' + item.outcome.replace(/ /g, '-');
    word.textContent = item.outcome;
    cell(row, item.outcome === 'running' && item.kind === 'run' ? link('/live/' + item.id, 'running') : word);
    cell(row, item.hasReport ? link('/item/' + item.id + '/', item.what) : item.what);
    if (item.note) { const note = document.createElement('div'); note.className = 'soft'; note.textContent = item.note; row.lastChild.append(note); }
    cell(row, item.workload); cell(row, item.faults); cell(row, item.anomalies.join(', ')); cell(row, item.seed, 'mono'); cell(row, item.world);
    const files = document.createElement('span');
    for (const name of item.files) { const a = link('/item/' + item.id + '/' + name, name.split('.')[0]); a.download = name; files.append(a, ' '); }
    cell(row, files);
    fragment.append(row);
  }
  rows.replaceChildren(fragment);
  shown.textContent = wanted.length + ' of ' + items.length + ' shown';
  for (const button of document.querySelectorAll('[data-sort]'))
    button.parentElement.setAttribute('aria-sort', button.dataset.sort === sortBy ? (ascending ? 'ascending' : 'descending') : 'none');
}
search.addEventListener('input', draw);
search.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
outcome.addEventListener('change', draw);
for (const button of document.querySelectorAll('[data-sort]'))
  button.addEventListener('click', () => { ascending = sortBy === button.dataset.sort ? !ascending : true; sortBy = button.dataset.sort; draw(); });
draw();
`;
