import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_BUDGET, linearizability } from '../checkers/linearizability/linearizability.ts';
import { judgingRegisters } from '../checkers/linearizability/registers.ts';
import { inThisThread } from '../checkers/linearizability/workers.ts';
import type { Verdict } from '../checkers/types.ts';
import type { History } from '../harness/history/history.ts';
import { registerHistory, type RegisterLoad } from './generators.ts';
import { runBench, type Row } from './support/measure.ts';

/** Check times of the linearizability checker. Anchors: Porcupine 1.0 on the machine of these figures, same kinds of input. */
const check = async (history: History): Promise<Verdict[]> => [await linearizability.check(history, {})];
/** The same, whatever is worth a thread. */
const alone = (history: History): Verdict[] => {
  const { violated, findings } = inThisThread(judgingRegisters(history, null, DEFAULT_BUDGET));
  return [{ checker: 'linearizability', valid: violated === 0, findings }];
};

const unique = (operations: number, concurrency: number): RegisterLoad => ({
  operations,
  concurrency,
  seed: 1,
});

type More = Partial<Row> & Pick<Row, 'anchor' | 'target'>;
const valid = (title: string, load: RegisterLoad, more: More): Row => ({
  title,
  input: () => registerHistory(load),
  check,
  valid: true,
  ...more,
});
const stale = (title: string, load: RegisterLoad, more: More): Row => ({
  ...valid(`${title}, stale`, { ...load, stale: true }, more),
  valid: false,
});

const small = { target: 0.03, memory: 150 };
const keyValue: RegisterLoad = { ...unique(1e6, 30), keys: 1000 };

const hardKeys: RegisterLoad = { ...unique(8e4, 240), keys: 8, values: 5, cas: true };

/** Public logs beside the checkout, or where ALIBI_DATA says; not part of the project. */
const DATA = join(process.env.ALIBI_DATA ?? join(import.meta.dirname, '../../shared/data'), 'porcupine-etcd');
const etcdLogs = (): string[] =>
  existsSync(DATA)
    ? readdirSync(DATA)
        .filter((file) => file.endsWith('.log'))
        .map((file) => join(DATA, file))
    : [];

const ROWS: readonly Row[] = [
  valid('register 10k c10', unique(1e4, 10), { anchor: '3.4 s', ...small }),
  stale('register 10k c10', unique(1e4, 10), { anchor: '3.4 s', ...small }),
  valid('register 10k c30', unique(1e4, 30), { anchor: '> 60 s', ...small }),
  stale('register 10k c30', unique(1e4, 30), { anchor: '> 60 s', ...small }),
  valid('register 10k c100', unique(1e4, 100), { anchor: '> 60 s, up to 9.9 GB', ...small }),
  stale('register 10k c100', unique(1e4, 100), { anchor: '> 60 s', ...small }),
  valid('register 100k c5', unique(1e5, 5), { anchor: '2.4 s, 5.3 GB', target: 0.15, memory: 250 }),
  valid('register 100k c100', unique(1e5, 100), { anchor: '–', target: 0.2, memory: 250 }),
  stale(
    'register 10k c10, 0.5 % indeterminate',
    { ...unique(1e4, 10), indeterminate: 0.005 },
    { anchor: '> 15 s', target: 0.03 },
  ),
  valid('register, 5 values, 10k c10', { ...unique(1e4, 10), values: 5 }, { anchor: '0.73 s', target: 0.3 }),
  valid('register, 5 values, 10k c30', { ...unique(1e4, 30), values: 5 }, { anchor: '> 15 s', target: 1.5 }),
  ...[
    { clients: 5, anchor: '0.02 s', target: 0.02 },
    { clients: 10, anchor: '0.12 s', target: 0.08 },
    { clients: 30, anchor: '> 15 s', target: 5 },
  ].map(({ clients, ...more }) =>
    valid(`cas, 5 values, 10k c${clients}`, { ...unique(1e4, clients), values: 5, cas: true }, more),
  ),
  {
    ...valid(
      'cas, 5 values, 10k c5, refused wrongly at the end',
      { ...unique(1e4, 5), values: 5, cas: true, refusing: true },
      { anchor: '–', target: 0.1 },
    ),
    valid: false,
  },
  // Eight keys, each as the one above: what further threads are worth. Of one thread the clock tells as much as the processor's time.
  ...[
    { how: 'in one thread', check: alone, target: 5 },
    { how: 'on all threads', check, target: 3.3 },
  ].map(({ how, ...more }): Row => ({
    ...valid(`cas, 5 values, 8 keys of 10k c30, ${how}`, hardKeys, { anchor: '–', target: more.target }),
    check: more.check,
    repeat: 4,
  })),
  valid('key-value 1M c30, 1,000 keys', keyValue, { anchor: '1.20 s, 1.1 GB', target: 0.5, memory: 600 }),
  stale('key-value 1M c30, 1,000 keys', keyValue, { anchor: '1.12 s, 1.1 GB', target: 0.5, memory: 600 }),
  valid('key-value 1M c30, from the file', keyValue, { anchor: '–', target: 3, reading: true }),
  { title: 'etcd logs, all', input: etcdLogs, check, valid: false, anchor: '0.29 s', target: 0.15 },
  // How it grows, polynomially judged.
  ...[1e4, 1e5, 1e6].map((n) =>
    valid(`growth: register ${n} c30`, unique(n, 30), { anchor: '–', target: 0.6 }),
  ),
];

await runBench(fileURLToPath(import.meta.url), 'Porcupine', ROWS);
