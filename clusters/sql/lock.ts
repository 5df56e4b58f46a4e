import { HELD, SESSION_ENDED, type ClientPhase, type Failed } from './outcome.ts';
import { jsonText, unknownOperation, type Planner, type Reached } from './plan.ts';
import type { Session } from './session.ts';

/** The statements of the port in one database's SQL, over locks that belong to a session and end with it. */
export interface LockDialect {
  readonly cluster: string;
  /** Parameters: name. Column `done`: 1 if the lock is the session's now, 0 if it is another's. Waits for nobody. */
  readonly acquire: string;
  /** Parameters: name. */
  readonly release: string;
  readonly failed: (thrown: unknown, phase: ClientPhase) => Failed;
}

/**
 * `lock`: acquire (ok with null: there is no fencing token) and release, one lock a key, in the memory of the primary
 * that the process' own connection leads to. One planner a process.
 *
 * When that connection breaks, or its server dies, the lock is free, and its holder hears of it when it next says
 * something: with the release, which goes to the connection that took the lock and to no other. A release that finds it
 * broken is `info`: the lock is free some time from now, when the server notices. (`ok` would say that it is free now;
 * `fail` that it is held still.)
 */
export function lock<C extends Session>({ cluster, acquire, release, failed }: LockDialect): Planner<C> {
  /** Where each lock that this process believes to hold was taken. */
  const held = new Map<string, Reached<C>>();
  const refused = (code: string, message: string, phase: ClientPhase) =>
    failed(Object.assign(new Error(message), { code }), phase);

  return ({ f, key }) => {
    const name = `lock/${jsonText(key)}`;
    switch (f) {
      case 'acquire':
        return {
          reads: false,
          run: async (connection, signal, node) => {
            // The session would get it a second time, and have to give it back twice.
            if (held.has(name)) throw refused(HELD, 'this process holds the lock already', 'connect');
            const { rows } = await connection.run('commit', acquire, [name], signal);
            const [{ done }] = rows;
            if (done === null)
              throw refused('no-answer', 'the server does not say who has the lock', 'commit');
            if (Number(done) === 0) throw refused(HELD, 'somebody holds the lock', 'commit');
            held.set(name, { node, connection });
            return null;
          },
        };
      case 'release': {
        const mine = held.get(name);
        return {
          reads: false,
          on: mine,
          run: async (connection, signal) => {
            if (mine === undefined)
              throw refused('not-held', 'this process does not hold the lock', 'connect');
            await connection.run('commit', release, [name], signal).catch((error: unknown) => {
              // Whatever the server said of the statement: the lock went with the connection.
              if (connection.usable) throw error;
              throw refused(
                SESSION_ENDED,
                `the connection that held the lock is gone: ${String(error)}`,
                'commit',
              );
            });
            // Whether or not it still was this session's: its holder does not believe so any more.
            held.delete(name);
            return undefined;
          },
        };
      }
      default:
        throw unknownOperation('lock', cluster, f);
    }
  };
}
