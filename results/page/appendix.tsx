import { visible } from '../visible.ts';
import { useState } from 'preact/hooks';
import type { Json } from '../../harness/history/event.ts';
import type { PageData } from '../page-data.ts';

export function Configuration({ config }: { readonly config: PageData['config'] }) {
  const sections = Object.entries(config).filter(([, entries]) => Object.keys(entries).length > 0);
  if (sections.length === 0) return null;
  return (
    <section id="configuration" aria-labelledby="configuration-title">
      <h2 id="configuration-title">Configuration</h2>
      <div class="columns">
        {sections.map(([name, entries]) => (
          <div>
            <h3>{visible(name)}</h3>
            <dl class="pairs">
              {Object.entries(entries).map(([key, value]) => (
                <>
                  <dt>{visible(key)}</dt>
                  <dd>{visible(worded(value))}</dd>
                </>
              ))}
            </dl>
          </div>
        ))}
      </div>
    </section>
  );
}

/** Scalars as they are, lists of them by comma, anything else as JSON. */
function worded(value: Json): string {
  if (typeof value === 'string') return value;
  const list = Array.isArray(value) ? (value as readonly Json[]) : null;
  if (list?.every((v) => typeof v !== 'object')) return list.join(', ') || 'none';
  return JSON.stringify(value);
}

export function Commands({ commands }: { readonly commands: PageData['commands'] }) {
  if (commands.length === 0) return null;
  return (
    <section id="commands" aria-labelledby="commands-title">
      <h2 id="commands-title">Again</h2>
      {commands.map((c) => (
        <div class="command">
          <h3>{visible(c.title)}</h3>
          <Copyable command={visible(c.command)} />
        </div>
      ))}
    </section>
  );
}

function Copyable({ command }: { readonly command: string }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(command).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <p class="copyable">
      <code>{command}</code>
      <button type="button" onClick={copy} aria-label="Copy the command">
        {copied ? 'copied' : 'copy'}
      </button>
    </p>
  );
}
