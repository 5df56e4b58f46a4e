/** What kind of order, besides that of the data, a cycle needs: none, that of sessions, that of real time. */
export const LEVELS = ['', '-process', '-realtime'] as const;

/** What definitions say of it. */
export const NEEDS = [
  '',
  ' The order of operations within a session is part of the cycle.',
  ' The order of real time (one completed before the other began) is part of the cycle.',
] as const;
