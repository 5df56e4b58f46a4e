import { describe, expect, it } from 'vitest';
import type { Json } from '../../../harness/history/event.ts';
import { SingleLeader } from './single-leader.ts';
import type { SingleLeaderMessage } from './messages.ts';
import type { Acknowledgement, Effect } from './types.ts';

const READ = { op: 'read', table: 't', key: 'k', at: 'leader' } as const;

function leader(ack: Acknowledgement, peers: readonly string[]) {
  return new SingleLeader({
    ...{ name: 'n1', peers, bug: 'none', ack, k: 1, firstLeader: 'n1', fallbackMs: 0, fencing: true },
  });
}

const recordsOf = (effects: readonly Effect<SingleLeaderMessage>[]): Json[] =>
  effects.flatMap((effect) => (effect.kind === 'append' ? [effect.record] : []));
const repliesOf = (effects: readonly Effect<SingleLeaderMessage>[]) =>
  effects.flatMap((effect) => (effect.kind === 'reply' ? [effect.reply] : []));

describe('a leader that restarts', () => {
  const before = leader('sync', []);
  const disk = recordsOf(before.step({ kind: 'start', records: [], standby: false }));
  before.step({ kind: 'durable', count: disk.length });
  const written = recordsOf(
    before.step({ kind: 'request', id: 1, request: { op: 'write', table: 't', key: 'k', fields: { v: 7 } } }),
  );
  expect(repliesOf(before.step({ kind: 'durable', count: disk.length + written.length }))).toMatchObject([
    { ok: true },
  ]);
  disk.push(...written);

  it.each<[Acknowledgement, readonly string[]]>([
    ['sync', []],
    ['async', ['n2', 'n3']],
  ])('answers reads at once where nobody need acknowledge: %s beside %j', (ack, peers) => {
    const after = leader(ack, peers);
    after.step({ kind: 'start', records: disk, standby: false });
    expect(repliesOf(after.step({ kind: 'request', id: 2, request: READ }))).toMatchObject([
      { ok: true, fields: { v: 7 } },
    ]);
  });
});
