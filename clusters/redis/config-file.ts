import type { Setting } from '../types.ts';

/** Names of which every line adds one, and which may have all of them in one line. */
const ADDING: ReadonlySet<string> = new Set(['save', 'client-output-buffer-limit']);

/**
 * The settings of a `redis.conf` or `valkey.conf`: a name and its arguments a line, as the server reads them; the last
 * one of a name counts.
 * @throws Error with the line: `include` is refused, since what it names would be read by nobody here.
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/config/
 */
export function readRedisConf(text: string): Record<string, Setting> {
  const settings: Record<string, Setting> = {};
  text.split('\n').forEach((raw, i) => {
    const line = raw.trim();
    if (/^(#|$)/.test(line)) return;
    const match = /^([A-Za-z][\w-]*)\s+(.+)$/.exec(line);
    if (!match) throw new Error(`line ${i + 1}: "${line}" is not a setting`);
    const name = match[1].toLowerCase();
    if (name === 'include') throw new Error(`line ${i + 1}: include is not followed: put its settings here`);
    const before = settings[name];
    settings[name] = ADDING.has(name) && before !== undefined ? `${before} ${match[2]}` : match[2];
  });
  return settings;
}
