import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Operations } from '../operations.ts';
import type { PageData } from '../page-data.ts';
import { Checks } from './checks.tsx';
import { Commands, Configuration } from './appendix.tsx';
import { Faults } from './faults.tsx';
import { Findings } from './findings.tsx';
import { FirstScreen } from './first-screen.tsx';
import { Logs } from './logs.tsx';
import { loadHistory } from './history-data.ts';
import { Performance } from './performance.tsx';
import { KeyStories } from './key-story.tsx';
import { TwinRun } from './twin.tsx';
import { HistoryBrowser } from './timeline/history-browser.tsx';

/** Shows an event (its index) in the history browser. */
export type Show = (event: number) => void;

export function App({ data }: { readonly data: PageData }) {
  const [ops, setOps] = useState<Operations | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [shown, setShown] = useState<{ readonly event: number } | null>(null);
  const browser = useRef<HTMLElement>(null);
  useEffect(() => {
    // The first screen is painted before the history is unpacked.
    requestAnimationFrame(() => {
      loadHistory().then(setOps, (error: unknown) => setProblem(String(error)));
    });
  }, []);
  useEffect(openDetailsForPrint, []);
  const show = useCallback((event: number) => {
    setShown({ event });
    browser.current?.scrollIntoView({ behavior: 'smooth', block: 'start' });
  }, []);
  return (
    <>
      <Header data={data} />
      <main>
        <FirstScreen data={data} ops={ops} show={show} />
        {problem && <p class="problem">The history in this file could not be read: {problem}</p>}
        <Findings data={data} ops={ops} show={show} />
        <KeyStories data={data} ops={ops} show={show} />
        <Checks data={data} />
        <TwinRun data={data} />
        <Faults data={data} ops={ops} />
        <Performance data={data} ops={ops} />
        <HistoryBrowser data={data} ops={ops} shown={shown} place={browser} />
        <Configuration config={data.config} />
        <Logs data={data} ops={ops} show={show} />
        <Commands commands={data.commands} />
      </main>
    </>
  );
}

function Header({ data }: { readonly data: PageData }) {
  const links = [
    ['findings', 'Findings', true],
    ['key', 'Keys', data.counts.operations > 0],
    ['twin', 'Twin', data.twin !== null],
    ['faults', 'Faults', data.faults.length > 0],
    ['performance', 'Performance', true],
    ['history', 'History', true],
    ['configuration', 'Configuration', Object.keys(data.config).length > 0],
    ['logs', 'Logs', data.logs.length > 0],
    ['commands', 'Again', data.commands.length > 0],
  ] as const;
  return (
    <header class="top">
      <a class="skip" href="#findings">
        Skip to the findings
      </a>
      <span class="mark">alibi</span>
      <nav aria-label="Sections">
        {links.map(([id, name, there]) => there && <a href={`#${id}`}>{name}</a>)}
      </nav>
    </header>
  );
}

/** What is folded away on the screen is printed. */
function openDetailsForPrint() {
  const open = () => {
    for (const d of document.querySelectorAll('details')) d.open = true;
  };
  addEventListener('beforeprint', open);
  return () => removeEventListener('beforeprint', open);
}
