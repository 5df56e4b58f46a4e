import { Dictionary } from '../../harness/history/dictionary.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import type { HistorySink } from '../../harness/history/sink.ts';
import type { Generator } from '../../harness/generator/types.ts';

/** Passes a history on and remembers which keys its operations named: what final reads are to read. */
export class KeysUsed implements HistorySink {
  readonly #sink: HistorySink;
  readonly #keys = new Dictionary<Json>();

  constructor(sink: HistorySink) {
    this.#sink = sink;
  }

  append(event: EventInput): number {
    if (event.type === 'invoke' && event.key !== undefined && event.key !== null)
      this.#keys.intern(event.key);
    return this.#sink.append(event);
  }

  flush(): Promise<void> {
    return this.#sink.flush();
  }

  close(): Promise<void> {
    return this.#sink.close();
  }

  used(): readonly Json[] {
    return this.#keys.values();
  }
}

/** A generator that is made when it is first asked: by then, what it depends on is known. */
export function lazily(make: () => Generator): Generator {
  return {
    next: (context) => make().next(context),
    update: () => lazily(make),
  };
}
