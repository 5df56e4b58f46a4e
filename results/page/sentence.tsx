import { visible } from '../visible.ts';
import type { Show } from './app.tsx';

/** A sentence whose `#41` are ways to the event in the history. */
export function Sentence({ text, show }: { readonly text: string; readonly show: Show }) {
  const parts = visible(text).split(/(#\d+)/);
  return (
    <>
      {parts.map((part, i) =>
        i % 2 === 0 ? (
          part
        ) : (
          <button type="button" class="event" onClick={() => show(Number(part.slice(1)))}>
            {part}
          </button>
        ),
      )}
    </>
  );
}
