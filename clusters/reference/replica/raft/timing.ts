// All in ticks of a node's own timer, which no fault of its clock can move.

/** ms. Every node wakes up so often. */
export const TICK_MS = 25;
/** A leader speaks to everyone at least so often. */
export const HEARTBEAT_TICKS = 2;
/**
 * A follower that hears no leader for so long, and up to as long again by lot, stands for election (Raft, §9.3); one
 * that has heard its leader more recently votes for nobody (thesis §4.2.3).
 */
export const ELECTION_TICKS = 8;
/**
 * How long a leader may answer reads after a majority has confirmed it (thesis §6.4.1), counted from the question.
 * Nobody else can be elected for {@link ELECTION_TICKS} − 1 ticks: clocks may go wrong by a factor of 7 : 4.
 */
export const LEASE_TICKS = 4;
export const LEASE_MICROS = LEASE_TICKS * TICK_MS * 1000;
