import type { Json } from '../../../harness/history/event.ts';
import { fitting, microOperations, onlyReads, type MicroOperation } from '../../kit/micro-operations.ts';
import type { Answer } from './connection.ts';
import { together } from './multi.ts';
import { jsonText, parsed, unknownOperation, type Acknowledge, type Planner } from './plan.ts';

/** The commands of a micro-operation, and what it answers, by what they answered. */
interface Step {
  readonly commands: readonly (readonly string[])[];
  readonly answer: (answers: readonly Answer[]) => Json;
}

/**
 * `transaction`: between MULTI and EXEC, where nothing can depend on what is read, and nothing here does: a push and a SET
 * need not know what is there, reads answer with EXEC. A register is a string and a list a list, in keys of their own, so
 * that no command meets the wrong type; a read asks for both.
 */
export function transaction(acknowledge: Acknowledge): Planner {
  return {
    plan: ({ f, value }) => {
      if (f !== 'txn') throw unknownOperation('transaction', f);
      const asked = microOperations(value);
      const steps = asked.map(stepOf);
      const commands = steps.flatMap((step) => step.commands);
      const reads = onlyReads(asked);
      return {
        reads,
        run: async (connection, signal) => {
          const answers = await together(connection, reads ? 'read' : 'write', commands, signal);
          if (!reads) await acknowledge(connection, signal);
          let next = 0;
          return steps.map((step) => step.answer(answers.slice(next, (next += step.commands.length))));
        },
      };
    },
  };
}

function stepOf(step: MicroOperation): Step {
  if (step[0] === 'rp') {
    const [kind, predicate] = step;
    const values = (answers: readonly Answer[]) =>
      fitting(predicate, (_key, place) => parsed((answers[0] as readonly Answer[])[place]));
    return {
      commands: [['MGET', ...predicate.keys.map(registerOf)]],
      answer: (answers) => [kind, predicate, values(answers)],
    };
  }
  const [kind, key, value] = step;
  const [register, list] = [registerOf(key), listOf(key)];
  switch (kind) {
    case 'r':
      return {
        commands: [
          ['LRANGE', list, '0', '-1'],
          ['GET', register],
        ],
        answer: ([elements, held]) => ['r', key, valueOf(elements as readonly string[], held)],
      };
    case 'append':
      return { commands: [['RPUSH', list, jsonText(value)]], answer: () => [kind, key, value] };
    case 'w':
      return value === null
        ? // Who deletes what is not there has written nothing: it has seen that it is not there.
          { commands: [['DEL', register]], answer: ([gone]) => [gone === 0 ? 'r' : 'w', key, null] }
        : { commands: [['SET', register, jsonText(value)]], answer: () => [kind, key, value] };
  }
}

const registerOf = (key: Json): string => `transaction:register:${jsonText(key)}`;
const listOf = (key: Json): string => `transaction:list:${jsonText(key)}`;

/** There is no empty list. */
function valueOf(elements: readonly string[], held: Answer): Json {
  return elements.length > 0 ? elements.map(parsed) : parsed(held);
}
