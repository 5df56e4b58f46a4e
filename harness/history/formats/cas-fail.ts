import type { EventDraft } from './jsonl-scan.ts';

/**
 * What a `fail` of a compare-and-set says in a foreign history. Jepsen's clients write `fail` both when the value
 * did not match and when the request was refused or never sent. Only the first is an observation ("not the old
 * value"), so by default (`unknown`) neither is; `mismatch` reads those without an error as observations.
 */
export type CasFail = 'unknown' | 'mismatch';

/** Makes a mismatch `ok` with value false, as our own clients record it. */
export function applyCasFail(event: EventDraft, casFail: CasFail): void {
  if (casFail === 'unknown' || event.type !== 'fail' || event.f !== 'cas' || event.error) return;
  event.type = 'ok';
  event.value = false;
}
