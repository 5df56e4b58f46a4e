import { failureOf } from '../../kit/error-table.ts';
import type { Session } from '../../sql/session.ts';

const VIEW =
  'SELECT s.VIEW_ID AS view, m.MEMBER_STATE AS state FROM performance_schema.replication_group_member_stats s ' +
  'JOIN performance_schema.replication_group_members m USING (MEMBER_ID) WHERE MEMBER_ID = @@server_uuid';

/**
 * Tells two meanings of one error apart. "Plugin instructed the server to rollback the current transaction" (3101) is
 * what a commit gets that lost against another member's, which all members roll back; but also what a member that leaves
 * its group, or is expelled, answers to commits that wait: these it had sent already, and the others may have decided to
 * keep them. If the group is still the one it was when the session began, the member never left.
 */
export class Certification {
  #view: string | null = null;

  async begin(session: Session, signal: AbortSignal | null): Promise<void> {
    this.#view = await this.#look(session, signal);
  }

  /** The error, with its explanation where there is one; what it was given for any other. */
  async explained(session: Session, error: unknown, signal: AbortSignal | null): Promise<unknown> {
    const { code, message } = failureOf(error);
    if (code !== 'ER_TRANSACTION_ROLLBACK_DURING_COMMIT') return error;
    const before = this.#view;
    this.#view = await this.#look(session, signal).catch(() => null);
    if (before === null || this.#view !== before) return error;
    return Object.assign(new Error(`${message} (the member was in its group throughout)`), { code });
  }

  /** The identity of the group's present view, null when the member is not a working part of one. */
  async #look(session: Session, signal: AbortSignal | null): Promise<string | null> {
    const { rows } = await session.run('connect', VIEW, [], signal);
    return rows[0]?.state === 'ONLINE' ? String(rows[0].view) : null;
  }
}
