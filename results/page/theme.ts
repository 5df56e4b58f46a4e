import { useEffect, useState } from 'preact/hooks';

/** Colours of canvases: the style sheet's, read where canvases cannot see them. */
export interface Theme {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly paper: string;
  readonly ok: string;
  readonly write: string;
  readonly fail: string;
  readonly info: string;
  readonly guilty: string;
  readonly band: string;
  readonly lines: readonly string[];
}

function read(): Theme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of('ink'),
    quiet: of('quiet'),
    line: of('line'),
    paper: of('paper'),
    ok: of('ok'),
    write: of('write'),
    fail: of('fail'),
    info: of('info'),
    guilty: of('guilty'),
    band: of('band'),
    lines: ['line-1', 'line-2', 'line-3', 'line-4', 'line-5'].map(of),
  };
}

/** The theme in force; a change of the reader's preference, or printing, draws anew. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(read);
  useEffect(() => {
    const queries = ['(prefers-color-scheme: dark)', 'print'].map((q) => matchMedia(q));
    const change = (): void => setTheme(read());
    for (const q of queries) q.addEventListener('change', change);
    return () => {
      for (const q of queries) q.removeEventListener('change', change);
    };
  }, []);
  return theme;
}
