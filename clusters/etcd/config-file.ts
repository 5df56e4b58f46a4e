import { LineCounter, parseDocument } from 'yaml';
import type { Setting } from '../types.ts';

/**
 * The settings of an `etcd.conf.yml`: its flags by name, without the hyphens before them.
 * @throws Error with the line, when it is not YAML or a value is a list or a mapping, which no flag takes.
 * @see https://etcd.io/docs/v3.5/op-guide/configuration/
 */
export function readEtcdConf(text: string): Record<string, Setting> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined)
    throw new Error(`line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`);
  const found = document.toJS() as unknown;
  if (found === null || found === undefined) return {};
  if (typeof found !== 'object' || Array.isArray(found))
    throw new Error('line 1: flags by name are expected');
  for (const [name, value] of Object.entries(found))
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw new Error(`"${name}" is no single value: a flag takes a string, a number, true or false`);
  return found as Record<string, Setting>;
}

/** Flags that this cluster must own: a member that ignores them cannot be reached, or forms another cluster. */
const OWNED: readonly (readonly [name: RegExp, why: string])[] = [
  [/^unsafe-no-fsync$/, 'set "fsync" instead, so that the claim follows it'],
  [/^(listen|advertise|initial|discovery)(-|$)/, 'the host chooses it'],
  [/^(name|data-dir|wal-dir|config-file)$/, 'the host chooses it'],
  [/^(force-new-cluster|strict-reconfig-check|enable-grpc-gateway)$/, 'the cluster is formed here'],
  [/(cert|key|tls|cipher|auth-token)/, 'clients and members speak without TLS or passwords'],
  [/^(log|logger)(-|$)/, 'logs are taken from standard error'],
];

/** Why a flag cannot be handed to the members, or null. */
export function refusedSetting(name: string): string | null {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) return `"${name}" is not the name of an etcd flag`;
  const why = OWNED.find(([owned]) => owned.test(name))?.[1];
  return why === undefined ? null : `"${name}" cannot be set here: ${why}`;
}

/** Quick to notice a dead peer. */
const BASE: Readonly<Record<string, Setting>> = { 'heartbeat-interval': 50, 'election-timeout': 500 };

/** As arguments; what the user says is the last word. */
export function flags(given: Readonly<Record<string, Setting>>): string[] {
  return Object.entries({ ...BASE, ...given }).map(([name, value]) => `--${name}=${value}`);
}
