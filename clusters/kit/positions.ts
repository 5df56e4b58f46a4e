/** Where each session stands in each log: on a new connection it goes on from there. */
export class Positions {
  readonly #sessions = new Map<number, Map<string, number>>();

  /** By log, the offset from which a session's next poll reads on. */
  of(session: number): Map<string, number> {
    const known = this.#sessions.get(session) ?? new Map<string, number>();
    this.#sessions.set(session, known);
    return known;
  }
}
