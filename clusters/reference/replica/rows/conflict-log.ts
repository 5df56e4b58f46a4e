import type { Json } from '../../../../harness/history/event.ts';
import { compareDots, type Dot } from '../../crdt/causal-context.ts';
import type { Entry } from '../../crdt/dot-kernel.ts';
import type { Fields, Reply, Request, Change } from '../types.ts';
import type { RowState } from './row-state.ts';

/** The conflicts of table `t` are read as the table of this name before it. */
export const CONFLICT_LOG = 'conflict-log:';

type Version = Entry<Fields | null>;

/** The write that replaced versions which had stood beside others, and those. */
interface Resolution {
  readonly by: Version | null;
  readonly replaced: readonly Version[];
}

interface Conflict {
  readonly versions: Map<string, Version>;
  readonly resolutions: Resolution[];
  open: boolean;
}

/** Every version that stood beside another on this node, and what became of it: for whoever resolves conflicts by hand. */
export class ConflictLog {
  readonly #conflicts = new Map<string, Map<string, Conflict>>();

  /** A row's state has changed. */
  note(table: string, key: string, before: RowState | null, after: RowState): void {
    if (after.kind !== 'versions') return;
    const had = before?.kind === 'versions' ? before.versions.entries : [];
    const has = after.versions.entries;
    const isOpen = has.length > 1;
    if (!isOpen && !this.#conflicts.get(table)?.has(key)) return;
    const conflict = this.#conflict(table, key);
    for (const version of has) conflict.versions.set(nameOf(version), version);
    const replaced = had.filter((version) => !has.some((other) => compareDots(version, other) === 0));
    const by = has.find((version) => !had.some((other) => compareDots(version, other) === 0)) ?? null;
    const settled = replaced.filter((version) => conflict.versions.has(nameOf(version)));
    if (settled.length > 0) conflict.resolutions.push({ by, replaced: settled });
    conflict.open = isOpen;
  }

  /** The keys in conflict, or one key's versions and resolutions. */
  answer(request: Exclude<Request, Change>): Reply {
    const conflicts = this.#conflicts.get(request.table.slice(CONFLICT_LOG.length));
    if (request.op === 'scan')
      return { ok: true, keys: [...(conflicts ?? [])].flatMap(([key, { open }]) => (open ? [key] : [])) };
    const conflict = conflicts?.get(request.key);
    if (!conflict) return { ok: true, fields: null };
    const versions = [...conflict.versions.values()] as unknown as Json;
    return {
      ok: true,
      fields: { open: conflict.open, versions, resolutions: conflict.resolutions as unknown as Json },
    };
  }

  #conflict(table: string, key: string): Conflict {
    let keys = this.#conflicts.get(table);
    if (!keys) this.#conflicts.set(table, (keys = new Map<string, Conflict>()));
    let conflict = keys.get(key);
    if (!conflict) keys.set(key, (conflict = { versions: new Map(), resolutions: [], open: false }));
    return conflict;
  }
}

function nameOf({ actor, count }: Dot): string {
  return `${actor}:${count}`;
}
