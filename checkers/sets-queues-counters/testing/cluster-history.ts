import type { EventInput, Json } from '../../../harness/history/event.ts';

/** Writes histories event by event for tests: whole operations, marks of the nemesis, overlaps. */
export class Script {
  readonly events: EventInput[] = [];
  #time = 0;

  /** Invocation and completion of one operation; `type` of the completion, `open` for none. */
  op(
    process: number,
    f: string,
    value: Json,
    more: Partial<Omit<EventInput, 'type'>> & {
      readonly type?: EventInput['type'] | 'open';
      readonly saw?: Json;
    } = {},
  ): this {
    const { type = 'ok', saw, ...rest } = more;
    this.events.push({ process, f, value, ...rest, time: this.#time++, type: 'invoke' });
    if (type !== 'open')
      this.events.push({
        process,
        f,
        value: saw === undefined ? value : saw,
        ...rest,
        time: this.#time++,
        type,
      });
    return this;
  }

  mark(f: string, value: Json): this {
    this.events.push({ time: this.#time++, process: -1, type: 'info', f, value });
    return this;
  }

  phase(phase: string): this {
    return this.mark('phase', { phase });
  }

  settled(settled = true, unrecovered: string[] = []): this {
    return this.mark('settled', { settled, evidence: 'marker seen on all nodes', unrecovered });
  }
}
