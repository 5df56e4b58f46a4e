import { render } from 'preact';
import type { PageData } from '../page-data.ts';
import { App } from './app.tsx';
import './style.css';

const summary = document.getElementById('alibi-summary');
const place = document.getElementById('report');
if (summary && place) {
  place.replaceChildren();
  render(<App data={JSON.parse(summary.textContent) as PageData} />, place);
}
