import type { Json } from '../../../harness/history/event.ts';
import { isPartitionRequest, type PartitionRequest } from '../partition/requests.ts';
import type { Input, ReadAt, Reply, Request } from './types.ts';

/** Read a key · give it a value · add a value to the list that it holds. As answered, a read has its result. */
export type MicroOperation = readonly [f: 'r' | 'w' | 'append', key: Json, value: Json];

/** Several reads and writes as one; `at`: on what terms one that only reads is answered. */
export interface Transaction {
  readonly op: 'txn';
  readonly operations: readonly MicroOperation[];
  readonly at: ReadAt;
}

/** What transactions may see of each other, weakest first. */
export type Isolation = 'read-committed' | 'snapshot-isolation' | 'serializable' | 'strict-serializable';

export function onlyReads({ operations }: Pick<Transaction, 'operations'>): boolean {
  return operations.every(([f]) => f === 'r');
}

/** What is asked of a node, as its input. */
export function asked(id: number, request: Request | Transaction | PartitionRequest): Input<never> {
  if (isPartitionRequest(request)) return { kind: 'partition', id, request };
  return request.op === 'txn'
    ? { kind: 'transaction', id, transaction: request }
    : { kind: 'request', id, request };
}

/** What every other strategy says. */
export const NO_TRANSACTIONS: Reply = {
  ok: false,
  code: 'bad-request',
  message: 'only Raft takes transactions',
};
