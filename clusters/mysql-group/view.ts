// What members say of their group: performance_schema.replication_group_members, asked of each.

export type MemberState = 'ONLINE' | 'RECOVERING' | 'OFFLINE' | 'ERROR' | 'UNREACHABLE';

export interface Member {
  readonly node: string;
  readonly state: MemberState;
  readonly primary: boolean;
}

/** The group as one node sees it: itself, and whom it counts as members besides. */
export interface View {
  readonly node: string;
  readonly members: readonly Member[];
}

export function stateOf(view: View): MemberState {
  return view.members.find(({ node }) => node === view.node)?.state ?? 'OFFLINE';
}

/** Does the node work, and does it hear most of those whom it counts? Only then can it commit anything. */
export function hasQuorum(view: View): boolean {
  const heard = view.members.filter(({ state }) => state !== 'UNREACHABLE').length;
  return stateOf(view) === 'ONLINE' && 2 * heard > view.members.length;
}

/** Who works in the view, and is heard. */
export function online({ members }: View): readonly string[] {
  return members.filter(({ state }) => state === 'ONLINE').map(({ node }) => node);
}

/** The view that most of a group share, null when there is none. */
export function agreed(views: readonly View[]): View | null {
  const working = views.filter(hasQuorum);
  return working.reduce<View | null>(
    (best, view) => (best === null || online(view).length > online(best).length ? view : best),
    null,
  );
}

/** Two groups that both believe they can commit and share nobody: how they split, in words; null when none did. */
export function split(views: readonly View[]): string | null {
  const working = views.filter(hasQuorum);
  for (const [i, one] of working.entries())
    for (const other of working.slice(i + 1))
      if (!online(one).some((node) => online(other).includes(node)))
        return `the group is split: ${one.node} sees ${online(one).join(', ')}, ${other.node} sees ${online(other).join(', ')}`;
  return null;
}

/** Nodes that take writes: primaries by their own view, as long as they hear a majority. */
export function writable(views: readonly View[]): readonly string[] {
  return views
    .filter(
      (view) => hasQuorum(view) && view.members.some(({ node, primary }) => node === view.node && primary),
    )
    .map(({ node }) => node);
}

/** In words. */
export function told({ node, members }: View): string {
  const each = members.map((member) => `${member.node} ${member.state}${member.primary ? ' primary' : ''}`);
  return `${node} sees ${each.join(', ') || 'nobody'}`;
}
