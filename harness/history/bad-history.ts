/** Where in a file something stands: `line` and `column` from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Why a file is not a history that can be judged. The message is one sentence that begins with the place:
 * `file:line:column: reason`. Without a position (`null`) it is about the file as a whole.
 */
export class BadHistory extends Error {
  override readonly name = 'BadHistory';
  readonly file: string;
  readonly position: Position | null;
  readonly reason: string;

  constructor(file: string, position: Position | null, reason: string) {
    const shown = printable(reason);
    super(`${position ? `${file}:${position.line}:${position.column}` : file}: ${shown}`);
    this.file = file;
    this.position = position;
    this.reason = shown;
  }

  get line(): number | null {
    return this.position?.line ?? null;
  }

  get column(): number | null {
    return this.position?.column ?? null;
  }
}

/** Reasons quote the file: what it holds must neither break the sentence nor steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What a parser throws that knows the place but not the file's name. The reader makes it a {@link BadHistory}. */
export class Fault extends Error {
  readonly position: Position;

  constructor(position: Position, reason: string) {
    super(reason);
    this.position = position;
  }
}
