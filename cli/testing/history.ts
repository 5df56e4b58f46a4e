import { existsSync, readFileSync } from 'node:fs';

/** Waits until a growing history has so many lines. */
export async function untilHistory(path: string, lines: number): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (existsSync(path) && readFileSync(path, 'utf8').split('\n').length > lines) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${path} did not grow to ${lines} lines`);
}
