import type { Json } from '../../../harness/history/event.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { Failed } from '../../kit/error-table.ts';
import { base64, type Gateway, type Reply, unbase64 } from '../gateway.ts';

/** How an operation is done on a connection: resolves with the value of the `ok`, undefined for the invocation's own. */
export type Plan = (gateway: Gateway, signal: AbortSignal) => Promise<Json | undefined>;

/** Turns a port's operations into requests. One a process: it may remember a lease. */
export interface Planner {
  readonly plan: (operation: Operation) => Plan;
  /** Called when the process ends; may be told nothing back. */
  readonly end?: (gateway: Gateway) => void;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** The revisions at which it was created, and last changed. */
  readonly created: number;
  readonly modified: number;
}

/** Keys and values go as JSON text, so that `1` and `"1"` stay apart. */
export function jsonText(value: Json | undefined): string {
  return JSON.stringify(value ?? null);
}

export function keyValues(reply: Json | undefined): KeyValue[] {
  const { kvs } = (reply ?? {}) as { kvs?: readonly Reply[] };
  return (kvs ?? []).map((kv) => ({
    key: unbase64(kv.key),
    value: unbase64(kv.value),
    created: Number(kv.create_revision),
    modified: Number(kv.mod_revision),
  }));
}

export async function range(
  gateway: Gateway,
  request: Reply,
  signal: AbortSignal,
): Promise<readonly KeyValue[]> {
  return keyValues(await gateway.ask('read', '/v3/kv/range', request, signal));
}

export async function put(gateway: Gateway, key: string, value: string, signal: AbortSignal): Promise<void> {
  await gateway.ask('write', '/v3/kv/put', { key: base64(key), value: base64(value) }, signal);
}

/** A comparison of a key that must hold: it is absent, holds a value, or was created or last changed at a revision. */
export function absent(key: string): Reply {
  return { key: base64(key), target: 'CREATE', result: 'EQUAL', create_revision: '0' };
}

export function holds(key: string, value: string): Reply {
  return { key: base64(key), target: 'VALUE', result: 'EQUAL', value: base64(value) };
}

export function createdAt(key: string, revision: number): Reply {
  return { key: base64(key), target: 'CREATE', result: 'EQUAL', create_revision: String(revision) };
}

export function modifiedAt(key: string, revision: number): Reply {
  return { key: base64(key), target: 'MOD', result: 'EQUAL', mod_revision: String(revision) };
}

/** Puts `key` if `guard` holds; the revision of the put, or null when it did not hold. */
export async function putIf(
  gateway: Gateway,
  guard: Reply,
  put: { readonly key: string; readonly value: string; readonly lease?: string },
  signal: AbortSignal,
): Promise<number | null> {
  const request_put = { ...put, key: base64(put.key), value: base64(put.value) };
  const body = { compare: [guard], success: [{ request_put }] };
  const reply = await gateway.ask('write', '/v3/kv/txn', body, signal);
  if (reply.succeeded !== true) return null;
  return Number((reply.header as Reply).revision);
}

export function guardFailed(message: string): Failed {
  return new Failed({ code: 'guard-failed', message }, 'write', true);
}

export function unknownOperation(port: string, f: string): Error {
  return new Error(`The ${port} port of etcd has no operation "${f}".`);
}
