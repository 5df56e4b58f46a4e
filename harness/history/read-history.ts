import type { Position } from './bad-history.ts';
import type { Json } from './event.ts';
import type { CasFail } from './formats/cas-fail.ts';
import type { Format } from './formats/recognise.ts';
import type { History } from './history.ts';
import type { HistoryHeader } from './writer.ts';

export interface ReadOptions {
  /** What a `fail` cas says. Default `unknown`: nothing. */
  readonly casFail?: CasFail;
}

/**
 * A history read from a file.
 *
 * - `format` what the file was; `version` of our own format, null for others
 * - `torn` where the last line was cut short, which is left out then; null: it was not
 * - `header` the header line of our own format, null for others
 * - `initial` what every object holds before its first write, as the format has it: null, but `""` for key-value
 *   texts (get, put, append)
 * - `skipped` lines of a log that hold no operation (other log messages)
 */
export interface ReadHistory {
  readonly history: History;
  readonly format: Format;
  readonly version: number | null;
  readonly torn: Position | null;
  readonly header: HistoryHeader | null;
  readonly initial: Json;
  readonly skipped: number;
}
