import type Docker from 'dockerode';

/** A line of the engine's progress: what a build step printed, or how a layer's download stands. */
interface Progress {
  readonly stream?: string;
  readonly error?: string;
}

/** Why a build or download ended early, with the step it was at and the last lines that step printed. */
export class ProgressError extends Error {
  readonly step: string;
  readonly tail: readonly string[];

  constructor(message: string, step: string, tail: readonly string[]) {
    super(message);
    this.step = step;
    this.tail = tail;
  }
}

/** Resolves when the engine says that the work behind `stream` is done; rejects with {@link ProgressError}. */
export async function follow(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  let step = '';
  const lines: string[] = [];
  const note = ({ stream: text }: Progress): void => {
    if (text === undefined) return;
    const started = /^Step \d+\/\d+ : (.*)/.exec(text)?.[1];
    if (started !== undefined) step = started;
    lines.push(...text.split('\n').filter((line) => line.trim() !== ''));
    lines.splice(0, lines.length - 15);
  };
  await new Promise<void>((resolve, reject) => {
    const finished = (error: Error | null, output: Progress[] | null): void => {
      const failure = error?.message ?? output?.find((line) => line.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else reject(new ProgressError(failure, step, lines));
    };
    docker.modem.followProgress(stream, finished, note);
  });
}
