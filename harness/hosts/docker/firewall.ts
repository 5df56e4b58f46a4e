import type { RunResult } from '../types.ts';
import { parseTraffic, ruleset, type PeerRule, type Traffic } from './rules.ts';

/** Runs a command in a node's sidecar; never rejects for a non-zero status. */
export type SidecarExec = (command: readonly string[], input?: string) => Promise<RunResult>;

/** Prints what the old rules had counted, replaces them all at once, then ends the connections to `$@` where the kernel can. */
const REPLACE = `set -e
iptables-save -t filter -c
iptables-restore -w
for peer; do ss -K dst "$peer" >/dev/null 2>&1 || true; done`;

/** The rules of one node, applied by its sidecar, and what they counted since the node was made. */
export class Firewall {
  readonly #node: string;
  readonly #exec: SidecarExec;
  /** What rulesets that were since replaced had counted, by peer address. */
  readonly #before = new Map<string, Traffic>();
  #queue: Promise<unknown> = Promise.resolve();
  #reading: Promise<ReadonlyMap<string, Traffic>> | null = null;

  constructor(node: string, exec: SidecarExec) {
    this.#node = node;
    this.#exec = exec;
  }

  /** Rejects unless the ruleset is in place. Connections to the addresses in `end` are ended. */
  async apply(rules: readonly PeerRule[], end: readonly string[] = []): Promise<void> {
    await this.#inTurn(async () => {
      const saved = await this.#run(['sh', '-c', REPLACE, 'sh', ...end], ruleset(rules));
      for (const [address, traffic] of parseTraffic(saved))
        this.#before.set(address, this.#plus(address, traffic));
    });
  }

  /** Bytes that arrived from each peer address since the first ruleset. Callers waiting for their turn share one reading. */
  traffic(): Promise<ReadonlyMap<string, Traffic>> {
    this.#reading ??= this.#inTurn(async () => {
      this.#reading = null;
      const live = parseTraffic(await this.#run(['iptables-save', '-t', 'filter', '-c']));
      return new Map([...live].map(([address, traffic]) => [address, this.#plus(address, traffic)]));
    });
    return this.#reading;
  }

  #plus(address: string, { carried, dropped }: Traffic): Traffic {
    const before = this.#before.get(address) ?? { carried: 0, dropped: 0 };
    return { carried: before.carried + carried, dropped: before.dropped + dropped };
  }

  async #run(command: readonly string[], input?: string): Promise<string> {
    const { status, stdout, stderr } = await this.#exec(command, input);
    if (status === 0) return stdout;
    const reason = stderr.trim().split('\n')[0];
    throw new Error(
      `The firewall of node ${this.#node} could not be used (has its sidecar NET_ADMIN?): ${reason}`,
    );
  }

  /** One at a time: a reading between the two halves of a replacement would count its traffic twice. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(work);
    this.#queue = mine.catch(() => undefined);
    return mine;
  }
}
