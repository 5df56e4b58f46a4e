import type { Cluster } from '../../harness/cluster.ts';
import type { Link, Links } from '../../harness/hosts/types.ts';

/** What a fake cluster is like: every switch is a way in which a fault can fail to be one. */
export interface Flaws {
  /** Cuts are accepted and change nothing. */
  readonly cutsDoNothing?: boolean;
  /** Nobody sends anything over a cut link. */
  readonly silent?: boolean;
  readonly delaysDoNothing?: boolean;
  readonly killsDoNothing?: boolean;
  readonly clocksDoNothing?: boolean;
  /** Somebody else continues what was paused. */
  readonly resumedByOthers?: boolean;
  /** The promotion is acknowledged and the primary stays where it was. */
  readonly promotionsDoNothing?: boolean;
  /** So many times, no node says that it is the primary. */
  readonly shy?: number;
}

type State = 'running' | 'stopped' | 'gone';

/** A cluster in memory that obeys a nemesis as far as its flaws let it: nodes n1 (primary), n2, n3. */
export function fakeCluster(flaws: Flaws = {}): Cluster & { readonly cut: ReadonlySet<string> } {
  const nodes = ['n1', 'n2', 'n3'];
  const cut = new Set<string>();
  const states = new Map<string, State>(nodes.map((node) => [node, 'running']));
  const offsets = new Map(nodes.map((node) => [node, 0]));
  let primary = 'n1';
  let traffic = 0;
  let carried = 0;
  let lateMs = 0;
  let shy = flaws.shy ?? 0;
  const name = ({ from, to }: Link) => `${from}>${to}`;
  const links: Links = {
    cut: async (chosen) => {
      if (!flaws.cutsDoNothing) for (const link of chosen) cut.add(name(link));
    },
    delay: async (_, ms) => void (lateMs = flaws.delaysDoNothing ? 0 : ms),
    heal: async (chosen) => {
      if (chosen === undefined) cut.clear();
      else for (const link of chosen) cut.delete(name(link));
    },
    reaches: async (link) => {
      await new Promise((resolve) => setTimeout(resolve, lateMs));
      return !cut.has(name(link));
    },
    counters: async (link) => ({
      carried: flaws.silent ? 0 : (carried += 10),
      dropped: cut.has(name(link)) && !flaws.silent ? (traffic += 10) : traffic,
    }),
  };
  const promote = async () => {
    const from = primary;
    if (!flaws.promotionsDoNothing) primary = 'n2';
    return { from, to: 'n2' };
  };
  const set = (node: string, state: State) => void states.set(node, state);
  return {
    nodes,
    cut,
    links,
    start: async () => undefined,
    connect: () => Promise.reject(new Error('nobody connects to a fake')),
    primaries: async () => (shy-- > 0 ? [] : [primary]),
    standbys: () => nodes.filter((node) => node !== primary),
    processes: {
      kill: async (node) => (flaws.killsDoNothing ? undefined : set(node, 'gone')),
      pause: async (node) => set(node, 'stopped'),
      resume: async (node) => set(node, 'running'),
      restart: async (node) => set(node, 'running'),
      state: async (node) => {
        const state = states.get(node) ?? 'gone';
        if (flaws.resumedByOthers && state === 'stopped') set(node, 'running');
        return state;
      },
    },
    clocks: {
      setOffset: async (node, ms) => void (flaws.clocksDoNothing ? 0 : offsets.set(node, ms)),
      offset: async (node) => (offsets.get(node) ?? 0) + 3,
    },
    operator: { failover: promote, restartThenPromote: promote },
    settle: async () => ({ settled: true, evidence: '', unrecovered: [] }),
    sample: async () => ({}),
    versions: async () => ({}),
    collectLogs: async () => undefined,
    stop: async () => undefined,
  };
}
