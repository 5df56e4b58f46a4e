import { Failed } from '../../kit/error-table.ts';
import type { RedisSettings } from '../settings.ts';
import type { Answer } from './connection.ts';
import { TOO_FEW } from './errors.ts';
import type { Acknowledge } from './plan.ts';

/** What a write waits for after the primary's own answer. */
export function acknowledgement({ ack, ackMs }: Pick<RedisSettings, 'ack' | 'ackMs'>): Acknowledge {
  switch (ack) {
    case 'primary':
      return () => Promise.resolve();
    case 'wait-1':
      return asked(['WAIT', 1, ackMs], (answer) => Number(answer) >= 1);
    case 'waitaof':
      // The primary's own disk, and one replica's.
      return asked(['WAITAOF', 1, 1, ackMs], (answer) => {
        const [local, replicas] = answer as readonly Answer[];
        return Number(local) >= 1 && Number(replicas) >= 1;
      });
  }
}

/** The write has been made by now: whatever goes wrong here, nobody knows whether it lasts. */
function asked(command: readonly (string | number)[], enough: (answer: Answer) => boolean): Acknowledge {
  return async (connection, signal) => {
    let answer: Answer;
    try {
      answer = await connection.call('write', command, signal);
    } catch (error) {
      if (error instanceof Failed && error.answered)
        throw new Failed({ code: TOO_FEW, message: `${command[0]}: ${error.message}` }, 'write', true);
      throw error;
    }
    if (!enough(answer))
      throw new Failed(
        { code: TOO_FEW, message: `${command.join(' ')} answered ${JSON.stringify(answer)}` },
        'write',
        true,
      );
  };
}
