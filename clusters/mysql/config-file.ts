import type { Setting } from '../types.ts';

/**
 * The settings of a `my.cnf`, section [mysqld] only: names with hyphens as underscores, the last one of a name counts.
 * @throws Error with the line: `!include` is refused, since what it names would be read by nobody here.
 * @see https://dev.mysql.com/doc/refman/9.5/en/option-files.html
 */
export function readMyCnf(text: string): Record<string, Setting> {
  const settings: Record<string, Setting> = {};
  let section = '';
  text.split('\n').forEach((raw, i) => {
    const line = raw.trim();
    if (/^([#;]|$)/.test(line)) return;
    if (line.startsWith('!'))
      throw new Error(`line ${i + 1}: ${line.split(' ')[0]} is not followed: put its settings here`);
    const heading = /^\[(.+)\]$/.exec(line);
    if (heading) {
      section = heading[1];
      return;
    }
    if (section !== 'mysqld') return;
    const match = /^([A-Za-z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#]*)))?(?:#.*)?$/.exec(line);
    if (!match) throw new Error(`line ${i + 1}: "${line}" is not a setting`);
    const [, name, double, single, bare] = match as (string | undefined)[];
    settings[name!.toLowerCase().replaceAll('-', '_')] = double ?? single ?? bare?.trim() ?? true;
  });
  return settings;
}
