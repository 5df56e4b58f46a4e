// What becomes of a transaction whose commands were refused, failed or never answered: answers as a server gives them.
import { describe, expect, it } from 'vitest';
import type { Completion } from '../../../harness/cluster.ts';
import { completionOf, Failed, type Phase } from '../../kit/error-table.ts';
import type { Answer } from './connection.ts';
import { ERRORS } from './errors.ts';
import type { Caller } from './plan.ts';
import { transaction } from './transaction.ts';

const never = new AbortController().signal;
type Scripted = Answer | Error | Failed | readonly (Answer | Error)[];

/** Answers commands by their names, and notes which were sent, and whether after all before them were answered. */
class Server implements Caller {
  readonly usable = true;
  readonly sent: string[] = [];
  readonly #answers: Readonly<Record<string, Scripted>>;
  #pending = 0;

  constructor(answers: Readonly<Record<string, Scripted>>) {
    this.#answers = { MULTI: 'OK', WAIT: 1, ...answers };
  }

  async call(_phase: Phase, [name]: readonly (string | number)[]): Promise<Answer> {
    this.sent.push(this.#pending === 0 ? `${name}` : `+${name}`);
    this.#pending++;
    await Promise.resolve();
    this.#pending--;
    const answer = this.#answers[name] ?? 'QUEUED';
    if (answer instanceof Failed) throw answer;
    return answer as Answer;
  }
}

const refusal = (code: string, phase: Phase = 'write') =>
  new Failed({ code, message: `${code} no` }, phase, true);
const broken = (phase: Phase = 'write') => new Failed({ code: 'ECONNRESET', message: 'gone' }, phase);

async function done(server: Server, value: readonly unknown[]): Promise<Completion> {
  const acknowledge = async () => void (await server.call('write', ['WAIT', 1, 1000]));
  const plan = transaction(acknowledge).plan({ f: 'txn', value: value as never });
  try {
    return { type: 'ok', value: (await plan.run(server, never)) ?? null };
  } catch (error) {
    return completionOf(ERRORS, error as Failed, null);
  }
}

const APPEND = [['append', 'l', 1]];

describe('a transaction', () => {
  it('queues only when the server has said that it queues, then sends everything at once, then waits for others', async () => {
    const server = new Server({ EXEC: [1, 'OK'] });
    await done(server, [
      ['append', 'l', 1],
      ['w', 'x', 2],
    ]);
    expect(server.sent).toEqual(['MULTI', 'RPUSH', '+SET', '+EXEC', 'WAIT']);
  });

  it('that only reads waits for nobody', async () => {
    const server = new Server({ EXEC: [['1', '2'], null] });
    expect(await done(server, [['r', 'l', null]])).toEqual({ type: 'ok', value: [['r', 'l', [1, 2]]] });
    expect(server.sent).not.toContain('WAIT');
  });

  it('sends nothing after MULTI was refused: it would be done at once', async () => {
    const server = new Server({ MULTI: refusal('ERR', 'connect') });
    expect(await done(server, APPEND)).toMatchObject({ type: 'fail' });
    expect(server.sent).toEqual(['MULTI']);
  });

  it('has certainly failed when a command was refused while it was queued, for that reason', async () => {
    const server = new Server({ RPUSH: refusal('READONLY'), EXEC: refusal('EXECABORT') });
    expect(await done(server, APPEND)).toMatchObject({ type: 'fail', error: { code: 'READONLY' } });
  });

  it('has certainly failed when EXEC discarded it', async () => {
    const server = new Server({ EXEC: refusal('EXECABORT') });
    expect(await done(server, APPEND)).toMatchObject({ type: 'fail', error: { code: 'EXECABORT' } });
  });

  it('is in doubt when a command failed while it ran: the others were done', async () => {
    const server = new Server({ EXEC: [new Error('WRONGTYPE Operation against a key'), 'OK'] });
    const steps = [
      ['append', 'l', 1],
      ['w', 'x', 2],
    ];
    expect(await done(server, steps)).toMatchObject({ type: 'info', error: { code: 'partly-executed' } });
  });

  it('is in doubt when EXEC was not answered', async () => {
    expect(await done(new Server({ EXEC: broken() }), APPEND)).toMatchObject({ type: 'info' });
  });

  it('is in doubt when nothing was answered after MULTI', async () => {
    expect(await done(new Server({ RPUSH: broken(), EXEC: broken() }), APPEND)).toMatchObject({
      type: 'info',
    });
  });
});
