import type { Reply } from '../../replica/types.ts';
import type { RowOperation } from './requests.ts';

/** Between nodes of different shards; whoever does not lead passes over it. */
export type TwoPhaseMessage =
  | {
      readonly type: '2pc-prepare';
      readonly txn: string;
      readonly coordinator: string;
      readonly operations: readonly RowOperation[];
      readonly since: number;
    }
  | { readonly type: '2pc-vote'; readonly txn: string; readonly shard: string; readonly reply: Reply }
  | { readonly type: '2pc-finish'; readonly txn: string; readonly commit: boolean }
  | { readonly type: '2pc-finished'; readonly txn: string; readonly shard: string }
  /** In doubt: what has become of it? Answered by `2pc-finish`. */
  | { readonly type: '2pc-ask'; readonly txn: string; readonly shard: string };

export function isTwoPhase(message: { readonly type: string }): message is TwoPhaseMessage {
  return message.type.startsWith('2pc-');
}
