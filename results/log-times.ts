// When a node wrote a line of its log: databases stamp lines each in their own way.

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const ISO = /(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?/;
/** Redis and Valkey: `4211:M 22 Nov 2026 01:03:07.114 * …`. */
const REDIS = /^\d+:[A-Z] (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{3})/;
/** The reference store in simulation: µs of the run. */
const VIRTUAL = /^(\d+) /;

/**
 * The line's time as ns of the run, or null for a line without a stamp, which belongs to the one before.
 * @param began the run's first moment, ms since 1970; null in simulation. Stamps without a zone are UTC: nodes run so.
 */
export function timeOfLine(line: string, began: number | null): number | null {
  if (began === null) {
    const virtual = VIRTUAL.exec(line);
    return virtual ? Number(virtual[1]) * 1e3 : null;
  }
  const ms = wallTime(line);
  return ms === null ? null : Math.round((ms - began) * 1e3) * 1e3;
}

function wallTime(line: string): number | null {
  const redis = REDIS.exec(line);
  if (redis) {
    const [, day, month, year, h, m, s, ms] = redis;
    return utc([year, String(MONTHS.indexOf(month) + 1), day, h, m, s], ms);
  }
  // A stamp stands at the line's beginning; a date that is told of later in it is none.
  const iso = ISO.exec(line.slice(0, 60));
  if (!iso) return null;
  const [, year, month, day, h, m, s, fraction = '0'] = iso;
  return utc([year, month, day, h, m, s], fraction);
}

function utc(parts: readonly string[], fraction: string): number {
  const [year, month, day, h, m, s] = parts.map(Number);
  return Date.UTC(year, month - 1, day, h, m, s) + Number(`0.${fraction}`) * 1e3;
}
