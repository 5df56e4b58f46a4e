import type { Json } from '../../../harness/history/event.ts';
import { isPartitionRequest, type PartitionRequest } from '../partition/requests.ts';
import type { PartRequest } from './leaderless/messages.ts';
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

/** Whatever a client can ask of a node. */
export type Asked = Request | Transaction | PartitionRequest | PartRequest;

/** What is asked of a node, as its input. */
export function asked(id: number, request: Asked): Input<never> {
  if (request.op === 'part') return { kind: 'part', id, request };
  if (isPartitionRequest(request)) return { kind: 'partition', id, request };
  return request.op === 'txn'
    ? { kind: 'transaction', id, transaction: request }
    : { kind: 'request', id, request };
}

/** What every strategy says that has a coordinator of its own, or none. */
export const NO_PARTS: Reply = {
  ok: false,
  code: 'bad-request',
  message: 'only a leaderless store lets clients coordinate',
};

/** What every other strategy says. */
export const NO_TRANSACTIONS: Reply = {
  ok: false,
  code: 'bad-request',
  message: 'only Raft takes transactions',
};
