import type { Progress } from '../../harness/runner/types.ts';

/** One line that is rewritten on a terminal; elsewhere a plain line when the phase or the faults change. */
export function progressPrinter(): {
  readonly show: (progress: Progress) => void;
  readonly done: () => void;
} {
  const terminal = process.stderr.isTTY;
  let last = '';
  return {
    show: (progress) => {
      if (terminal) {
        process.stderr.write(`\r\x1b[2K${lineOf(progress).slice(0, (process.stderr.columns || 80) - 1)}`);
        return;
      }
      const state = `${progress.phase} ${progress.faults.join(',')}`;
      if (state !== last) process.stderr.write(`${lineOf(progress)}\n`);
      last = state;
    },
    done: () => {
      if (terminal) process.stderr.write('\r\x1b[2K');
    },
  };
}

function lineOf({ phase, ok, fail, info, rate, faults }: Progress): string {
  const broken = faults.length > 0 ? `  broken: ${faults.join(', ')}` : '';
  return `${phase.padEnd(8)} ok ${ok}  fail ${fail}  info ${info}  ${Math.round(rate)}/s${broken}`;
}
