import type { Setting } from '../types.ts';

const LINE = /^\s*([A-Za-z_][\w.]*)\s*(?:=\s*|\s+)(?:'((?:[^'\\]|\\.|'')*)'|([^\s#']+))\s*(?:#.*)?$/;

/**
 * The settings of a `postgresql.conf`: names and values as PostgreSQL reads them, the last one of a name counts.
 * @throws Error with the line: `include` is refused, since what it names would be read by nobody here.
 * @see https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-CONFIGURATION-FILE
 */
export function readPostgresqlConf(text: string): Record<string, Setting> {
  const settings: Record<string, Setting> = {};
  text.split('\n').forEach((line, i) => {
    if (/^\s*(#|$)/.test(line)) return;
    const match = LINE.exec(line);
    if (!match) throw new Error(`line ${i + 1}: "${line.trim()}" is not a setting`);
    const [, name, quoted, bare] = match;
    if (/^include/i.test(name))
      throw new Error(`line ${i + 1}: ${name} is not followed: put its settings here`);
    settings[name.toLowerCase()] =
      bare ?? quoted.replace(/''|\\(.)/g, (found, escaped?: string) => escaped ?? found[0]);
  });
  return settings;
}
