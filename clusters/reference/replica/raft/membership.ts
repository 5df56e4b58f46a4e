import type { Command } from '../types.ts';
import type { RaftLog } from './log.ts';
import type { Leadership } from './leadership.ts';

/**
 * One change of members at a time, and none before an entry of the leader's own term is committed (thesis §4.1, and
 * Ongaro's correction of 2015): any two majorities of neighbouring configurations have a node in common.
 */
function mayChange(leading: Leadership, log: RaftLog): boolean {
  return leading.established && log.membersAt <= leading.commit;
}

function change(leading: Leadership, log: RaftLog, members: readonly string[]): void {
  log.push({ term: leading.term, change: { op: 'members', members } });
  leading.shipNew();
}

/** Makes a member of the learner once it has caught up. */
export function admit(leading: Leadership, log: RaftLog): void {
  const { learner } = leading;
  if (learner === null || !leading.learned || !mayChange(leading, log)) return;
  leading.learner = null;
  change(leading, log, [...log.members, learner].sort());
}

/** What an operator asks of the leader; what cannot be done now is not done, and the status shows it. */
export function obey(command: Command, leading: Leadership, log: RaftLog, peers: readonly string[]): void {
  const { members } = log;
  switch (command.command) {
    case 'transfer': {
      const to = command.to ?? leading.successor();
      if (to !== null && peers.includes(to) && members.includes(to)) leading.handOverTo(to);
      return;
    }
    case 'add':
      if (!peers.includes(command.node) || members.includes(command.node)) return;
      leading.learner = command.node;
      return admit(leading, log);
    case 'remove': {
      const rest = members.filter((member) => member !== command.node);
      if (rest.length > 0 && rest.length < members.length && mayChange(leading, log))
        change(leading, log, rest);
      return;
    }
    case 'status':
    // An election needs no operator.
    case 'fence':
    case 'promote':
    case 'demote':
      return;
  }
}
