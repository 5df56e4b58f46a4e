import { FAIL, INFO, OK, type Operations } from '../operations.ts';
import { visible } from '../visible.ts';

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function count(n: number): string {
  return NUMBER.format(n);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A length of time given in ns, three significant digits: `812 µs`, `4.21 s`. */
export function duration(ns: number): string {
  const magnitude = Math.abs(ns);
  const [value, unit] =
    magnitude < 1e3
      ? [ns, 'ns']
      : magnitude < 1e6
        ? [ns / 1e3, 'µs']
        : magnitude < 1e9
          ? [ns / 1e6, 'ms']
          : [ns / 1e9, 's'];
  const digits = Math.abs(value) >= 100 || unit === 'ns' ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

/** A moment of the run in seconds, precise to what `step` (ns) tells apart. */
export function moment(ns: number, step = 1e7): string {
  const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step / 1e9))));
  return `${(ns / 1e9).toFixed(digits)} s`;
}

export function percent(part: number | null): string {
  if (part === null) return '–';
  const p = part * 100;
  return `${p > 0 && p < 0.1 ? '< 0.1' : p < 100 && p > 99.9 ? '> 99.9' : p.toFixed(p === 0 || p === 100 ? 0 : 1)} %`;
}

export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

export function outcomeName(outcome: number): 'ok' | 'fail' | 'info' {
  return outcome === OK ? 'ok' : outcome === FAIL ? 'fail' : 'info';
}

export const text = (texts: readonly string[], id: number): string => (id < 0 ? 'nil' : visible(texts[id]));

/** What an operation did in a few words: `read k1 → 7`, `write k1 7`, `cas k1 [3,7]`. */
export function sentence(ops: Operations, o: number, withKey = true): string {
  const f = ops.functions[ops.f[o]];
  const key = withKey && ops.key[o] >= 0 ? ` ${text(ops.keys, ops.key[o])}` : '';
  return `${visible(f)}${key} ${outcomeValue(ops, o)}`.trimEnd();
}

/** The value that matters: what was written, or `→` what came back. */
export function outcomeValue(ops: Operations, o: number): string {
  const given = ops.given[o];
  const got = ops.got[o];
  if (ops.outcome[o] === INFO) return `${given < 0 ? '' : text(ops.values, given)} ?`.trim();
  if (ops.outcome[o] === FAIL) return `${given < 0 ? '' : text(ops.values, given)} failed`.trim();
  return got === given && given >= 0
    ? text(ops.values, given)
    : `${given < 0 ? '' : `${text(ops.values, given)} `}→ ${text(ops.values, got)}`;
}
