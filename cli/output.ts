/** Writes and waits until the pipe took it: a process that exits early must not cut its document short. */
export async function writeText(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => {
      // A reader that went away (`alibi list | head`) has all it wanted.
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}

/** One JSON document on stdout. */
export function writeJson(document: unknown): Promise<void> {
  return writeText(`${JSON.stringify(document, null, 2)}\n`);
}

export function writeLines(lines: readonly string[]): Promise<void> {
  return writeText(lines.map((line) => `${line}\n`).join(''));
}

/** What is going on: for people, never part of a document, so on stderr. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
